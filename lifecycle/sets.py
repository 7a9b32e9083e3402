"""A verb on a selection, for any machine: what would happen, then, once confirmed, what did, told by reasons.

Nothing moves before the confirmation, and what was ticked and typed comes back with every answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lifecycle import gate
from lifecycle.acting import page_url, shown_reasons
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason, Stateful, verbs_of
from lifecycle.requests import ActingRequest
from typography.french import Noun

MOST = 500
"""How many rows are taken at once from a page."""
SHOWN = 60
"""How many rows one heading of the answer names; the others are counted."""
BOX = "row"
"""What the boxes of a list are called in what is posted."""


@dataclass(frozen=True)
class SetVerb:
    """A verb offered on a selection: of which machine, what it asks, who may, the set service that does it.

    Without a service, the gate is asked with what the form gives.
    ``given`` are the values a set is judged with that its form does not ask: the preview says what they refuse.
    ``warning`` is what follows from it, read before one confirms.
    """

    model: type[Stateful]
    name: str
    form: Callable[..., forms.Form]
    can: Callable[[Actor], object]
    service: Callable[..., gate.Outcome] | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    warning: str = ""

    @property
    def label(self) -> str:
        return verbs_of(self.model)[self.name].label

    @property
    def irreversible(self) -> bool:
        return verbs_of(self.model)[self.name].irreversible

    def do(self, rows: QuerySet[Any], actor: Actor, given: Mapping[str, Any]) -> gate.Outcome:
        """What became of the selection, once confirmed. Raises as the service or the gate do."""
        if self.service is None:
            return gate.apply_many(rows, self.name, actor=actor, **given)
        return self.service(actor=actor, **{f"{self.model.machine.name}s": rows}, **given)


@dataclass(frozen=True)
class Selection:
    """What was ticked, and the page it is decided on.

    ``action`` is where the answer is posted, with ``kept_open`` and the references under ``box``; ``back`` is the list.
    ``told``: what is said of the selection itself, whether anything would move or not. ``then``: the words and the
    address of what usually follows, once something moved.
    """

    title: str
    noun: Noun
    rows: QuerySet[Any]
    references: Sequence[str]
    action: str
    back: str
    kept_open: Mapping[str, object] = field(default_factory=dict)
    box: str = BOX
    irreversible: bool = False
    warning: str = ""
    told: str = ""
    then: tuple[str, str] | None = None


@dataclass(frozen=True)
class Group:
    """A heading of the answer and its rows: those that move, or those that one reason keeps, with who lifts it."""

    title: str
    rows: list[tuple[str, str]]
    count: int
    refused: bool = False
    lifted_by: str = ""

    @property
    def others(self) -> int:
        return self.count - len(self.rows)


def ticked(request: HttpRequest, box: str = BOX) -> list[str]:
    """The references that were ticked, each once, in order, ``MOST`` of them at most."""
    return list(dict.fromkeys(request.POST.getlist(box)))[:MOST]


def decide(request: ActingRequest, verb: SetVerb, selection: Selection) -> HttpResponse:
    """First what the verb would do; once confirmed and the form right, what it did. Raises PermissionDenied (403)."""
    actor = request.membership
    confirmed = "confirm" in request.POST
    form = verb.form(request.POST if confirmed else None)
    if confirmed and form.is_valid():
        try:
            outcome = _done_of(lambda: verb.do(selection.rows, actor, form.cleaned_data))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            ask_again(form, outcome)
        if form.is_valid():
            return done(request, selection, lambda: outcome)
    outcome = gate.preview(selection.rows, verb.name, actor=actor, **verb.given)
    return foreseen(request, selection, outcome, form)


def ask_again(form: forms.Form, outcome: gate.Outcome) -> None:
    """Put beside its field what keeps every row of a set where none moved: it is typed there, and nothing is lost."""
    if not outcome.moved and outcome.refused:
        for reason in set.intersection(*(set(reasons) for reasons in outcome.refused.values())):
            if reason.field in form.fields:
                form.add_error(reason.field, reason.sentence)


def _done_of(do: Callable[[], gate.Outcome]) -> gate.Outcome:
    try:
        return do()
    except Refused as refused:
        return gate.Outcome(refused=refused.reasons)


def foreseen(request: HttpRequest, selection: Selection, outcome: gate.Outcome, form: forms.Form) -> HttpResponse:
    """The page that says what would happen, with the form that confirms it."""
    told = told_of(selection.rows.model, outcome)
    noun, moving, kept = selection.noun, len(outcome.moved), len(outcome.refused)
    context = {
        "selection": selection,
        "form": form,
        "moving": moving,
        "moving_said": noun.counted(moving),
        "kept": kept,
        "nothing": noun.none,
        "groups": _groups(told, "Changeraient d’état"),
    }
    return render(request, "lifecycle/set_preview.html", context)


def done(request: HttpRequest, selection: Selection, do: Callable[[], gate.Outcome]) -> HttpResponse:
    """Call the set service, and the page that says what it did."""
    outcome = _done_of(do)
    noun, moved, kept = selection.noun, len(outcome.moved), len(outcome.refused)
    context = {
        "selection": selection,
        "moved": moved,
        "said": f"{noun.counted(moved)} {noun.agreed('changé', moved)} d’état, {kept} {noun.agreed('refusé', kept)}.",
        "groups": _groups(told_of(selection.rows.model, outcome), f"{noun.agreed('Fait', 2)}"),
    }
    return render(request, "lifecycle/set_result.html", context)


@dataclass(frozen=True)
class SetAnswer:
    """What moved or would, and each reason with the rows it keeps, the commonest first."""

    moved: list[Any]
    kept: list[tuple[Reason, list[Any]]]


def told_of(model: type[Stateful], outcome: gate.Outcome) -> SetAnswer:
    """The rows behind an outcome, in one query."""
    rows = model._base_manager.in_bulk([*outcome.moved, *outcome.refused])
    kept: dict[Reason, list[Any]] = {}
    for pk, reasons in outcome.refused.items():
        for reason in reasons:
            kept.setdefault(reason, []).append(rows[pk])
    by_number = sorted(kept.items(), key=lambda item: -len(item[1]))
    return SetAnswer([rows[pk] for pk in outcome.moved], by_number)


def _groups(told: SetAnswer, moved_title: str) -> list[Group]:
    groups = [_group(moved_title, told.moved)] if told.moved else []
    shown = shown_reasons([reason for reason, _ in told.kept], None, None)
    for reason, (_, rows) in zip(shown, told.kept, strict=True):
        groups.append(_group(reason.sentence, rows, refused=True, lifted_by=reason.lifted_by))
    return groups


def _group(title: str, rows: list[Any], *, refused: bool = False, lifted_by: str = "") -> Group:
    return Group(title, [(str(row), _page(row)) for row in rows[:SHOWN]], len(rows), refused, lifted_by)


def _page(row: Any) -> str:
    """The address of the page of a row; empty when it has none."""
    return page_url(f"{row._meta.app_label}:{row.machine.name}_detail", row.reference)
