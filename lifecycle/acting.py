"""An action page, for any machine: ask, call one service, tell, go back. Refused: what is missing, nothing lost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.judging import NOT_ALLOWED
from lifecycle.machine import Machine, Reason, verbs_of

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Step:
    """Who acts next on a row, as its page tells it (``{% what_next row step %}``).

    ``yours``: what the reader is asked to do, by ``verb``, or at ``url`` by its ``label``; else ``awaited``, a sentence
    without its full stop. ``since``: from when, if not from the moment the row entered its state; ``dated``: whether
    that is worth telling.
    """

    awaited: str
    yours: str = ""
    verb: str = ""
    url: str = ""
    label: str = ""
    since: datetime | None = None
    dated: bool = True


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, even nothing; None when the page is only opened."""
    return request.POST if request.method == "POST" else None


def deposited(request: HttpRequest) -> MultiValueDict[str, UploadedFile] | None:
    """The files a form is bound to; None when the page is only opened."""
    return request.FILES if request.method == "POST" else None


def what_is_missing(row: Machine, verb: str, actor: Actor) -> tuple[Reason, ...]:
    """What keeps ``verb`` from ``row`` before anything is typed; raises PermissionDenied when it is not one's to do."""
    seen = type(row)._default_manager.filter(pk=row.pk)
    reasons = gate.preview(seen, verb, actor=actor).refused.get(row.pk, ())
    if NOT_ALLOWED in reasons:
        raise PermissionDenied
    return reasons


@dataclass(frozen=True)
class Told:
    """A reason with the address of the page where it is solved, empty if there is none."""

    sentence: str
    lifted_by: str
    url: str


def told(reason: Reason, reference: str) -> Told:
    """A reason as a page shows it, about the row of this reference."""
    return Told(reason.sentence, reason.lifted_by, page_of(reason.where, reference))


def explained(reason: Reason, reference: str) -> SafeString:
    """The sentence of a reason, with who lifts it and a link to where it is solved."""
    return render_to_string("lifecycle/_reason.html", {"reason": told(reason, reference)})


def page_of(name: str, reference: str) -> str:
    """The address of a page about a row; empty when no page has this name."""
    try:
        return reverse(name, args=[reference]) if name else ""
    except NoReverseMatch:
        return ""


def refuse(form: forms.Form, refused: Refused, reference: str, names: Mapping[str, str]) -> None:
    """Put each reason beside the field it is about (``names``: where the form calls it otherwise), or on top."""
    for reason in refused.all:
        field = names.get(reason.field, reason.field)
        beside = field if field in form.fields else None
        form.add_error(beside, ValidationError(explained(reason, reference), code=reason.code))


def answer[R](
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[dict[str, Any]], R],
    reference: str,
    names: Mapping[str, str] = NOTHING,
) -> R | None:
    """What the service returns once the form is right; None when the page is to be shown, again or first."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return do(form.cleaned_data)
    except Refused as refused:
        refuse(form, refused, reference, names)
        return None


def act(
    request: HttpRequest,
    row: Machine,
    verb: str,
    form: forms.Form,
    do: Callable[[dict[str, Any]], Any],
    *,
    done: str,
    back: str,
    after: str = "",
    names: Mapping[str, str] = NOTHING,
    template: str = "lifecycle/_action.html",
    **context: Any,
) -> HttpResponse:
    """The page of one verb on one row: ``do(cleaned data)`` calls the service. Raises PermissionDenied (403).

    Once done, the page ``after`` comes, or else ``back``, where « Annuler » goes.
    """
    actor: Actor = request.membership  # type: ignore[attr-defined]  # whoever acts: a middleware of the app above
    missing = what_is_missing(row, verb, actor)
    if answer(request, form, do, row.reference, names) is not None:
        messages.success(request, done)
        return redirect(after or back)
    declared = verbs_of(type(row))[verb]
    context |= {
        "form": form,
        "row": row,
        "title": declared.label_from(row.state),  # type: ignore[attr-defined]  # every machine has a state
        "irreversible": declared.irreversible,
        "missing": [] if form.is_bound else [explained(reason, row.reference) for reason in missing],
        "impossible": next((reason.sentence for reason in missing if reason.code == "state"), ""),
        "back": back,
    }
    return render(request, template, context)
