"""Keep the reference data: a new version, a correction, a check, a version given up. Each leaves a trace."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from desk.models import ReferenceAction, ReferenceChange
from lifecycle.actors import Actor
from lifecycle.locking import locked
from network.permissions import is_pilot
from reference.dated import Dated, gaps_between
from reference.families import OF_A_USED_ROW, Family, changes, snapshot
from reference.models import Parameter
from typography.french import day as told_day

DAY = timedelta(days=1)
FROM_TODAY = "Une valeur commence aujourd’hui au plus tôt\u00a0: ce qui a été décidé avant l’a été sans elle."
LONGEST_SOURCE = 250
"""How many signs the source of a row may have."""


@transaction.atomic
def add_version(
    *,
    family: Family,
    row: Dated,
    by: Actor,
    replaces: Dated | None = None,
    lines: Callable[[Dated], None] | None = None,
    at: datetime | None = None,
) -> Dated:
    """Write a new version and end the former one the day before, at once; or the first version of a thing.

    ``replaces``: the version it follows, of the kinds that live side by side. What was decided stays: a version that
    replaces another begins today at the earliest. Of what never stops, it ends where the next one begins.
    Raises PermissionDenied, ValidationError (a sentence, with the field it is about).
    """
    hand = _allowed(by, at)
    same = _locked(family, row)
    former = _former(family, same, row, replaces)
    if former is not None:
        _refuse_what_is_past(former, row, hand.today)
    if family.continuous:
        _stop_before_the_next(row, same, former, hand.today)
    _refuse_overlap(family, row, [other for other in same if former is None or other.pk != former.pk])
    if former is not None:
        _end(family, former, row.valid_from - DAY, hand)
    _refuse_gap(family, row, same, hand.today)
    _refuse_disorder(family, row)
    if family.numbered:
        numbered = family.versions(row).aggregate(last=Max(family.numbered))["last"] or 0
        setattr(row, family.numbered, numbered + 1)
    family.prepare(row)
    row.save()
    if lines is not None:
        lines(row)
    before = {} if former is None else snapshot(family, former)
    action = ReferenceAction.ADDED if former is None else ReferenceAction.REPLACED
    _keep(family, row, action, changes(before, snapshot(family, row)), hand)
    return row


@transaction.atomic
def correct_row(
    *,
    family: Family,
    row: Dated,
    changed: Iterable[str],
    by: Actor,
    lines: Callable[[Dated], None] | None = None,
    at: datetime | None = None,
) -> Dated:
    """Write what was corrected in ``row`` (``changed``: the fields), and its lines when they were typed again.

    Of a row that was used only the source, the check and an end that is not past may change.
    Raises PermissionDenied, ValidationError.
    """
    hand, fields = _allowed(by, at), set(changed)
    same = _locked(family, row)
    stored = next(other for other in same if other.pk == row.pk)
    if family.is_used(stored, hand.today) and (lines is not None or fields - OF_A_USED_ROW):
        raise ValidationError("Cette version a servi entre-temps\u00a0: ajoutez une nouvelle version.", code="used")
    if "valid_to" in fields:
        _refuse_another_past(stored, row, hand.today)
    if family.continuous and "valid_from" in fields and row.valid_from < hand.today:
        raise ValidationError({"valid_from": FROM_TODAY})
    _refuse_overlap(family, row, [other for other in same if other.pk != row.pk])
    _refuse_gap(family, row, same, hand.today)
    _refuse_disorder(family, row)
    before = snapshot(family, stored)
    family.prepare(row)
    if family.checked_at and "checked_on" in fields and row.checked_on == hand.today:
        setattr(row, family.checked_at, hand.now)
    row.save()
    if lines is not None:
        lines(row)
    said = changes(before, snapshot(family, row))
    if said or lines is not None:
        _keep(family, row, ReferenceAction.CORRECTED, said or "Lignes revues", hand)
    return row


@transaction.atomic
def check_rows(*, family: Family, keys: Iterable[int], by: Actor, source: str = "", at: datetime | None = None) -> int:
    """Note that the source of these rows was read today, and which one when it is another; answers how many.

    Raises PermissionDenied, ValidationError.
    """
    hand, said = _allowed(by, at), source.strip()
    if "\0" in said:
        raise ValidationError({"source": "Cette source porte un signe qui ne s’écrit pas\u00a0: tapez-la."})
    if len(said) > LONGEST_SOURCE:
        told = f"{LONGEST_SOURCE} caractères au plus, {len(said)} sont tapés. Rien n’est noté."
        raise ValidationError({"source": f"Cette source est trop longue\u00a0: {told} Vous aviez tapé\u00a0: {said}"})
    rows: Any = family.rows.filter(pk__in=list(keys))
    found = locked(rows)
    instant = {family.checked_at: hand.now} if family.checked_at else {}
    rows.update(checked_on=hand.today, **instant, **({"source": said} if said else {}))
    for row in found:
        before = snapshot(family, row)
        row.source = said or row.source
        _keep(family, row, ReferenceAction.CHECKED, changes(before, snapshot(family, row)), hand)
    return len(found)


@transaction.atomic
def withdraw_version(*, family: Family, row: Dated, by: Actor, at: datetime | None = None) -> Dated | None:
    """Give up a version that has not begun; the one it was to follow goes on. Answers the latter.

    Of kinds that live side by side nothing says which one it was to follow: each keeps its last day; answers None.
    Raises PermissionDenied, ValidationError when it has begun or serves already.
    """
    hand = _allowed(by, at)
    same = _locked(family, row)
    stored = next(other for other in same if other.pk == row.pk)
    if stored.valid_from <= hand.today or stored.is_leaned_on():
        raise ValidationError("Cette version a commencé\u00a0: elle ne se retire plus.", code="begun")
    before = stored.valid_from - DAY
    former = None
    if not family.side_by_side:
        former = next((other for other in same if other.valid_to == before and other.pk != stored.pk), None)
    _keep(family, stored, ReferenceAction.WITHDRAWN, f"Devait commencer le {told_day(stored.valid_from)}", hand)
    stored.delete()
    if former is not None:
        _end(family, former, stored.valid_to, hand)
        for told, _ in _out_of_order(family, former):
            raise ValidationError(f"{told}\u00a0: sans cette version, l’ordre ne tient plus.", code="order")
    return former


@dataclass(frozen=True)
class Hand:
    """Who writes, and when."""

    by: Actor
    now: datetime

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)


def _allowed(by: Actor, at: datetime | None) -> Hand:
    """Whoever writes; raises PermissionDenied to whom it is not."""
    if not is_pilot(by):
        raise PermissionDenied
    return Hand(by, at or timezone.now())


def _locked(family: Family, row: Dated) -> list[Dated]:
    """The versions of the same thing, locked until the end: of two people who replace one, one comes second.

    The oldest row of the kind stands for the kind: two people who begin the same new thing meet there.
    """
    oldest = family.model._default_manager.order_by("pk")[:1].values_list("pk", flat=True)
    locked(family.model._default_manager.filter(pk__in=list(oldest)))
    return locked(family.versions(row))


def _former(family: Family, same: list[Dated], row: Dated, replaces: Dated | None) -> Dated | None:
    """The version in force on the first day of ``row``, which it ends."""
    if family.side_by_side:
        return next((other for other in same if replaces is not None and other.pk == replaces.pk), None)
    day = row.valid_from
    covering = (
        other for other in same if other.valid_from <= day and (other.valid_to is None or other.valid_to >= day)
    )
    return next(covering, None)


def _refuse_what_is_past(former: Dated, row: Dated, today: date) -> None:
    if row.valid_from < today:
        raise ValidationError(
            {
                "valid_from": "Une nouvelle version commence aujourd’hui au plus tôt\u00a0: ce qui a été décidé avant"
                " l’a été sur l’ancienne."
            }
        )
    if row.valid_from <= former.valid_from:
        raise ValidationError(
            {
                "valid_from": f"La version actuelle commence le {told_day(former.valid_from)}\u00a0: la nouvelle vient"
                " après ce jour."
            }
        )


def _refuse_another_past(stored: Dated, row: Dated, today: date) -> None:
    """An end that is past stays, and none is written in the past: what was decided was decided by it."""
    is_over = stored.valid_to is not None and stored.valid_to < today
    if is_over:
        raise ValidationError({"valid_to": "Cette version est finie\u00a0: sa fin ne change plus."})
    if stored.valid_from < today and row.valid_to is not None and row.valid_to < today - DAY:
        raise ValidationError({"valid_to": "La fin est hier au plus tôt\u00a0: ce qui a été décidé reste."})


def _refuse_overlap(family: Family, row: Dated, others: Iterable[Dated]) -> None:
    """Two versions of one thing never hold on the same day."""
    if family.side_by_side:
        return
    for other in others:
        begins_before_its_end = row.valid_to is None or other.valid_from <= row.valid_to
        if begins_before_its_end and (other.valid_to is None or other.valid_to >= row.valid_from):
            until = f" au {told_day(other.valid_to)}" if other.valid_to else ""
            field = "valid_to" if other.valid_from > row.valid_from else "valid_from"
            raise ValidationError(
                {field: f"Une autre version vaut du {told_day(other.valid_from)}{until}\u00a0: les deux se recouvrent."}
            )


def _stop_before_the_next(row: Dated, same: list[Dated], former: Dated | None, today: date) -> None:
    """Of what never stops, a value has no end of its own; one that comes before all the others is of no past day."""
    if former is None and row.valid_from < today:
        raise ValidationError({"valid_from": FROM_TODAY})
    later = min((other.valid_from for other in same if other.valid_from > row.valid_from), default=None)
    row.valid_to = None if later is None else later - DAY


def _refuse_gap(family: Family, row: Dated, same: Iterable[Dated], today: date) -> None:
    """Of what never stops, each day to come has its value: the sentence names the days that would have none."""
    if not family.continuous:
        return
    spans = [(other.valid_from, other.valid_to) for other in same if other.pk != row.pk]
    first = min((begins for begins, _ in spans), default=row.valid_from)
    for begins, ends in gaps_between([*spans, (row.valid_from, row.valid_to)], max(today, first)):
        until = f" au {told_day(ends)}" if ends else ""
        raise ValidationError(
            {
                "valid_from": f"Du {told_day(begins)}{until}, aucune valeur ne vaudrait\u00a0: l’une commence quand"
                " l’autre finit."
            },
            code="gap",
        )


def _refuse_disorder(family: Family, row: Dated) -> None:
    """A second reminder never leaves before the first, on any day the row holds."""
    for told, wanted in _out_of_order(family, row):
        raise ValidationError({"value": f"{told}\u00a0: il faut {wanted} ici."}, code="order")


def _out_of_order(family: Family, row: Dated) -> Iterator[tuple[str, str]]:
    """What the value of a row is on the wrong side of, and on which side it should be."""
    for other, is_over in family.beside(row):
        value, its = row.value, other.value  # type: ignore[attr-defined]  # kinds that fall are numbers by code
        if (its > value) if is_over else (its < value):
            continue
        since = f" à compter du {told_day(other.valid_from)}" if other.valid_from > row.valid_from else ""
        told = f"«\u00a0{family.name(other)}\u00a0» vaut {family.value(other, 'value')}{since}"
        yield told, "moins" if is_over else "plus"


def _end(family: Family, former: Dated, last: date | None, hand: Hand) -> None:
    """Write the last day of a version; who writes it has looked at it today."""
    if former.valid_to == last:
        return
    before = snapshot(family, former)
    former.valid_to, former.checked_on = last, max(former.checked_on, hand.today)
    former.save(update_fields=["valid_to", "checked_on"])
    _keep(family, former, ReferenceAction.ENDED, changes(before, snapshot(family, former)), hand)


def _keep(family: Family, row: Dated, action: ReferenceAction, said: str, hand: Hand) -> None:
    told = f"{family.name(row)}\n{said}".strip()
    ReferenceChange.objects.create(
        model=family.model._meta.label_lower,
        key=row.pk,
        code=row.code if isinstance(row, Parameter) else "",
        action=action,
        said=told,
        by_id=hand.by.pk,  # type: ignore[misc]  # a pilot is a membership
        at=hand.now,
    )
