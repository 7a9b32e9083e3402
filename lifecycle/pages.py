"""The page of an action, declared: fetch the row, ask, call one service or the gate alone, tell, go back.

``Page`` is one action of a row; ``Pages`` is what those of one machine share. Each app declares its own in ``actions``:
the view, the address, its name and the sentence of success follow from the declaration and from the verb.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse

from lifecycle import gate
from lifecycle.acting import NOTHING, Step, act, answer, asks_then_acts, posted
from lifecycle.forms import CommentForm
from lifecycle.machine import Stateful, verbs_of
from lifecycle.requests import ActingRequest

type Extra[R: ActingRequest] = Callable[[R, Any], Mapping[str, Any]]
"""What a page adds of its own, from the request and the row; raises PermissionDenied when it is not for this reader."""
type Done = str | Callable[[Any, Any], str]
"""The words of success, where ``{row}`` is the row as it was; or the whole sentence, from the row before and after."""


def nothing(request: HttpRequest, row: Any) -> Mapping[str, Any]:
    """A page that adds nothing of its own."""
    return NOTHING


def by_reader(request: ActingRequest, row: Any) -> Mapping[str, Any]:
    """A form that asks who fills it in: whoever opened the page."""
    return {"by": request.membership}


def cleaned(form: forms.BaseForm) -> Mapping[str, Any]:
    """What most forms give: their fields, under the names that the service or the verb knows them by."""
    return form.cleaned_data


@dataclass(frozen=True)
class Page[R: ActingRequest]:
    """The page of one verb.

    ``address``: the last part of its URL, under that of the row. ``service``: what does it, given ``actor``, the row
    under the name of its machine, and ``values(form)``; without one, the gate is asked with the same values.
    ``done``: when success is told in other words than the verb's own (without the final full stop).
    ``form_kwargs``, ``context``: what the form and the template are given besides. ``after``: the page that comes next.
    ``names``: where the form calls otherwise what the rules name. ``instead``: the whole answer for a reader of whom
    nothing is asked, None for the others. ``view``: a view written by hand, in place of all it.
    """

    verb: str
    address: str
    form: Callable[..., forms.BaseForm] = CommentForm
    service: Callable[..., Any] | None = None
    _: KW_ONLY
    done: Done = ""
    values: Callable[[Any], Mapping[str, Any]] = cleaned
    form_kwargs: Extra[R] = nothing
    context: Extra[R] = nothing
    template: str = ""
    warning: str = ""
    submit: str = ""
    after: Callable[[Any], str] | None = None
    names: Mapping[str, str] = NOTHING
    instead: Callable[[R, Any], HttpResponse | None] | None = None
    view: Callable[..., HttpResponse] | None = None


@dataclass(frozen=True)
class Pages[R: ActingRequest]:
    """The pages of the verbs of one machine.

    ``fetch``: the row among those one may see, else a 404. ``done``: the sentence of success around ``{done}``, what
    the page or the verb says of itself. ``back``: where « Annuler » goes, if not to the page of the row; ``after``:
    where success leads, if not there. ``context``: what all their templates are given besides the row. ``step``: who
    acts next on a row, which the page of a verb that is done already tells.
    """

    model: type[Stateful]
    fetch: Callable[[R, str], Any]
    template: str = "lifecycle/_action.html"
    done: str = "{done}."
    back: Callable[[Any], str] | None = None
    after: Callable[[Any], str] | None = None
    context: Extra[R] = nothing
    step: Callable[[Any, Any], Step | None] | None = None

    def urls(self, prefix: str, pages: Iterable[Page[R]]) -> list[URLPattern]:
        """The addresses of pages, named ``<machine>_<verb>``, each under ``<prefix>/<reference>/``."""
        return [
            path(
                f"{prefix}/<str:reference>/{page.address}/",
                page.view or self.view(page),
                name=f"{self.model.machine.name}_{page.verb}",
            )
            for page in pages
        ]

    def view(self, page: Page[R]) -> Callable[..., HttpResponse]:
        """The view of a page."""

        @asks_then_acts
        def view(request: R, reference: str) -> HttpResponse:
            row = self.fetch(request, reference)
            if page.instead is not None and (told := page.instead(request, row)) is not None:
                return told
            said = dict(page.context(request, row))
            form = page.form(posted(request), **page.form_kwargs(request, row))
            for name in ("template", "warning", "submit"):
                if getattr(page, name):
                    said[name] = getattr(page, name)
            if page.after is not None:
                said["after"] = page.after(row)
            return self.act(
                request,
                row,
                page.verb,
                form,
                page.service,
                values=page.values,
                done=page.done,
                names=page.names,
                **said,
            )

        return view

    def act(
        self,
        request: R,
        row: Any,
        verb: str,
        form: forms.BaseForm,
        service: Callable[..., Any] | None = None,
        *,
        values: Callable[[Any], Mapping[str, Any]] = cleaned,
        done: Done = "",
        **said: Any,
    ) -> HttpResponse:
        """The answer of the page of one verb, for a view that made its own form. Raises PermissionDenied (403)."""

        do = self._do(request, row, form, service or self._gate(verb), values)
        given = {"template": self.template, "back": self._back(row)} | self._shown(request, row) | said
        if self.after is not None:
            given.setdefault("after", self.after(row))
        if (step := self.step) is not None:
            given["then"] = lambda: step(row, request.membership)
        return act(request, row, verb, form, do, done=self.done_sentence(row, verb, done), **given)

    def do(self, request: R, row: Any, page: Page[R], form: forms.BaseForm) -> Any:
        """Do the verb of a page with what a form gives, once it is valid; the row after. Raises as its service does."""
        return self._do(request, row, form, page.service or self._gate(page.verb), page.values)({})

    def _gate(self, verb: str) -> Callable[..., Any]:
        """What does a verb that has no service: the gate alone."""

        def ask_the_gate(**given: Any) -> Any:
            return gate.apply(given.pop(self.model.machine.name), verb, **given)

        return ask_the_gate

    def record(
        self,
        request: R,
        row: Any,
        form: forms.BaseForm,
        service: Callable[..., Any],
        *,
        title: str,
        done: Done,
        values: Callable[[Any], Mapping[str, Any]] = cleaned,
        back: str = "",
        **said: Any,
    ) -> HttpResponse:
        """The answer of a page that writes something about a row and moves nothing; the view has said who may.

        ``impossible``, among what the template is given: why nothing can be written now; the form is then not shown.
        """
        back = back or self._back(row)
        made = answer(request, form, self._do(request, row, form, service, values), row)
        if made is not None:
            messages.success(request, done(row, made) if callable(done) else f"{done.format(row=row)}.")
            return redirect(back)
        context = {"form": form, "row": row, "title": title, "back": back} | self._shown(request, row) | said
        return render(request, self.template, context)

    def _do(
        self,
        request: R,
        row: Any,
        form: forms.BaseForm,
        service: Callable[..., Any],
        values: Callable[[Any], Mapping[str, Any]],
    ) -> Callable[[Mapping[str, Any]], Any]:
        actor = request.membership
        return lambda _: service(actor=actor, **{self.model.machine.name: row}, **values(form))

    def _shown(self, request: R, row: Any) -> dict[str, Any]:
        return {self.model.machine.name: row} | dict(self.context(request, row))

    def _back(self, row: Any) -> str:
        if self.back is not None:
            return self.back(row)
        return reverse(f"{self.model._meta.app_label}:{self.model.machine.name}_detail", args=[row.reference])

    def done_sentence(self, row: Any, verb: str, done: Done = "") -> str | Callable[[Any], str]:
        """What is said once a verb is done of ``row``, read before; or how it is said of what it became."""
        if callable(done):
            return lambda moved: done(row, moved)
        own = verbs_of(self.model)[verb].done
        if not self.done.startswith("{done}"):
            own = own[:1].lower() + own[1:]
        return self.done.format(row=row, done=done.format(row=row) if done else own)
