"""An action page, for any machine: ask, call one service, tell, go back. Refused: what is missing, nothing lost."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.evaluation import NOT_ALLOWED
from lifecycle.exceptions import Refused
from lifecycle.journal import journal_of
from lifecycle.machine import Place, Reason, Stateful, verbs_of
from lifecycle.receipts import receipt_of
from lifecycle.requests import ActingRequest
from lifecycle.requirements import as_expression

NOTHING: Mapping[str, str] = MappingProxyType({})
asks_then_acts = require_http_methods(["GET", "HEAD", "POST"])
"""A page that asks, then acts once it is posted."""


def may(allowed: object) -> None:
    """Raises PermissionDenied (403) when a permission said None or False: a wrong role or kind."""
    if allowed is None or allowed is False:
        raise PermissionDenied


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


def entered_at(row: Stateful) -> datetime | None:
    """When a row entered its present state, corrections apart; one query, unless it was read with ``since``."""
    known: datetime | None = getattr(row, "since", None)
    if known is not None:
        return known
    entries = journal_of(type(row)).objects.of(row).exclude(source=F("target")).order_by("-seq")
    return entries.values_list("at", flat=True).first()


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was posted, even nothing; None when the page is only opened."""
    return request.POST if request.method == "POST" else None


def deposited(request: HttpRequest) -> MultiValueDict[str, UploadedFile] | None:
    """The files a form is bound to; None when the page is only opened."""
    return request.FILES if request.method == "POST" else None


def what_is_missing(row: Stateful, verb: str, actor: Actor) -> tuple[Reason, ...]:
    """What keeps ``verb`` from ``row`` before anything is typed; raises PermissionDenied when it is not one's to do."""
    seen = type(row)._default_manager.filter(pk=row.pk)
    reasons = gate.preview(seen, verb, actor=actor).refused.get(row.pk, ())
    if NOT_ALLOWED in reasons:
        raise PermissionDenied
    return reasons


@dataclass(frozen=True)
class ShownReason:
    """A reason with the address where the reader may solve it; empty when it is another's to do, who is then named."""

    sentence: str
    lifted_by: str
    url: str


def shown_reasons(given: Iterable[Reason], row: Stateful | None, actor: Actor | None) -> tuple[ShownReason, ...]:
    """Reasons as a page shows them to whoever acts, about this row, if there is one; at most one query."""
    reasons = tuple(given)
    may = _may_solve(row, {reason.where for reason in reasons if reason.where is not None}, actor)
    return tuple(_refusal_shown(reason, row, may) for reason in reasons)


def _refusal_shown(reason: Reason, row: Stateful | None, may: Collection[Place]) -> ShownReason:
    place = reason.where
    if place is None:
        return ShownReason(reason.sentence, reason.lifted_by, "")
    if row is None or not _is_about(place, row):
        return ShownReason(reason.sentence, place.who, "")
    url = page_url(place.page, row.reference) if place in may else ""
    if url:
        return ShownReason(reason.sentence, "", f"{url}#{place.anchor}" if place.anchor else url)
    named = getattr(row, place.whose) if place.whose else ""
    return ShownReason(reason.sentence, f"{place.who}, {named}" if named else place.who, "")


def _may_solve(row: Stateful | None, places: Collection[Place], actor: Actor | None) -> set[Place]:
    """Those of the places where this actor may do what is asked on this row."""
    if row is None or actor is None:
        return set()
    scopes = {place: scope for place in places if _is_about(place, row) and (scope := place.can(actor)) is not None}
    if not scopes:
        return set()
    asked = {f"may_{rank}": as_expression(scope) for rank, scope in enumerate(scopes.values())}
    answers = type(row)._base_manager.filter(pk=row.pk).annotate(**asked).values(*asked).first() or {}
    return {place for rank, place in enumerate(scopes) if answers.get(f"may_{rank}")}


def _is_about(place: Place, row: Stateful) -> bool:
    """A page of another machine is given another's reference: a refusal of a set may speak of rows of two kinds."""
    return row.machine.has_page(place.page)


def explained(given: Iterable[Reason], row: Stateful | None, actor: Actor | None) -> list[SafeString]:
    """The sentence of each reason, with a link to where it is solved, or else who solves it."""
    return [render_to_string("lifecycle/_reason.html", {"reason": one}) for one in shown_reasons(given, row, actor)]


def page_url(name: str, reference: str) -> str:
    """The address of a page about a row; empty when no page has this name."""
    try:
        return reverse(name, args=[reference]) if name else ""
    except NoReverseMatch:
        return ""


def refuse(
    form: forms.BaseForm,
    refused: Refused,
    row: Stateful | None,
    actor: Actor | None,
    names: Mapping[str, str] = NOTHING,
) -> None:
    """Put each reason beside the field it is about (``names``: where the form calls it otherwise), or on top."""
    for reason, sentence in zip(refused.all, explained(refused.all, row, actor), strict=True):
        field = names.get(reason.field, reason.field)
        beside = field if field in form.fields else None
        form.add_error(beside, ValidationError(sentence, code=reason.code))


def invalidate(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what is wrong beside its field when the form asks for it, else on top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def answer[R](
    request: HttpRequest,
    form: forms.BaseForm,
    do: Callable[[dict[str, Any]], R],
    row: Stateful | None,
    names: Mapping[str, str] = NOTHING,
) -> R | None:
    """What the service returns once the form is right; None when the page, about ``row``, is to be shown.

    Whatever the service refuses, or finds invalid, is told beside the field it is about, and nothing typed is lost.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return do(form.cleaned_data)
    except Refused as refused:
        refuse(form, refused, row, getattr(request, "membership", None), names)
    except ValidationError as error:
        invalidate(form, error)
    return None


def act(
    request: ActingRequest,
    row: Stateful,
    verb: str,
    form: forms.BaseForm,
    do: Callable[[dict[str, Any]], Any],
    *,
    done: str | Callable[[Any], str],
    back: str,
    after: str = "",
    names: Mapping[str, str] = NOTHING,
    template: str = "lifecycle/_action.html",
    then: Callable[[], Step | None] | None = None,
    first: str = "",
    **context: Any,
) -> HttpResponse:
    """The page of one verb on one row: ``do(cleaned data)`` calls the service. Raises PermissionDenied (403).

    Once done, the page ``after`` comes, or else ``back``, where « Annuler » goes. ``done``: what it says then, or
    how it says it of what the service returned. Opened again, it tells what was done, by whom and when; and ``then``,
    who acts next. ``first``: what is done before, where the verb does not start from its state.
    """
    actor = request.membership
    missing = what_is_missing(row, verb, actor)
    if (moved := answer(request, form, do, row, names)) is not None:
        messages.success(request, done(moved) if callable(done) else done)
        return redirect(after or back)
    declared = verbs_of(type(row))[verb]
    impossible = next((reason.sentence for reason in missing if reason.code == "state"), "")
    if impossible and first:
        impossible = format_html("{} {}", impossible, first)
    context |= settled(row, verb, then) if impossible else {}
    context |= {
        "form": form,
        "row": row,
        "title": declared.label_from(row.state),
        "irreversible": declared.irreversible,
        "missing": [] if form.is_bound else explained(_elsewhere(missing, request), row, actor),
        "impossible": impossible,
        "back": back,
    }
    return render(request, template, context)


def settled(row: Stateful, verb: str, then: Callable[[], Step | None] | None = None) -> dict[str, Any]:
    """What the page of a verb that its row has left behind tells: what was done, and who acts next; one query."""
    machine = row.machine
    receipt = receipt_of(row, verb, lambda name: bool(page_url(machine.page_name(name), row.reference)))
    return {"receipt": receipt, "next_step": then() if then is not None and receipt is not None else None}


def _elsewhere(reasons: Iterable[Reason], request: HttpRequest) -> list[Reason]:
    """The reasons but those that are solved on this very page: its form asks for them."""
    match: Any = request.resolver_match
    return [reason for reason in reasons if reason.where is None or reason.where.page != match.view_name]
