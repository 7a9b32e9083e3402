"""Which files look like which: those that share something, then their signs, their points and what was answered.

A constant number of queries, whatever the number of files that are looked at (machines §4.3).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.db.models import Q

from lifecycle.actors import Actor
from lifecycle.in_order import by_key
from prescriptions.enums import ASKED_STATES, LIVE_STATES, DoubleSign, PrescriptionState, Resemblance
from prescriptions.likeness import Traits, birth_dates
from prescriptions.models import DoubleAnswer, Household, Prescription
from prescriptions.models.household import HouseholdQuerySet
from prescriptions.parameters import DOUBLE_POINTS, DOUBLE_STRONG, DOUBLE_THRESHOLD
from reference.parameters import ValuesOfDay, parameters_on

TO_DECIDE = (PrescriptionState.SUBMITTED, PrescriptionState.INCOMPLETE)
ASKED_BY: Mapping[str, Any] = {
    "is_to_decide": BoolOr(Q(prescriptions__state__in=TO_DECIDE)),
    "is_live": BoolOr(Q(prescriptions__state__in=LIVE_STATES)),
    "distributors": ArrayAgg("prescriptions__distributor"),
    "prescribers": ArrayAgg("prescriptions__prescriber"),
}
"""Of a file: whether someone deals with it, whose people may compare it with another."""


class Alike(NamedTuple):
    """Another file that looks like one: its points, and in what."""

    household: Household
    score: int
    signs: tuple[DoubleSign, ...]
    likeness: Resemblance


def alike(files: Sequence[Household], among: HouseholdQuerySet, day: date) -> dict[int, list[Alike]]:
    """``{file: the others that look like it}``, the likeliest first, with the points and thresholds of ``day``.

    Files without a name left look like none. One query, and the parameters of the day.
    """
    others = {row.pk: row for row in among.sharing(files)} if files else {}
    return _alike(files, others, parameters_on(day)) if others else {}


def _alike(files: Sequence[Household], others: Mapping[int, Household], points: ValuesOfDay) -> dict[int, list[Alike]]:
    traits = {pk: Traits.of(row) for pk, row in others.items()}
    shared = _by_what_is_shared(traits)
    found: dict[int, list[Alike]] = {}
    for file in files:
        mine = Traits.of(file)
        ones = []
        for pk in {pk for key in _keys(mine) for pk in shared[key]} - {file.pk}:
            signs = mine.in_common(traits[pk])
            score = sum(points[DOUBLE_POINTS[sign]] for sign in signs)
            if score >= points[DOUBLE_THRESHOLD]:
                likeness = Resemblance.STRONG if score >= points[DOUBLE_STRONG] else Resemblance.SOME
                ones.append(Alike(others[pk], score, signs, likeness))
        if ones:
            found[file.pk] = sorted(ones, key=lambda one: (-one.score, one.household.pk))
    return found


def _keys(traits: Traits) -> set[object]:
    """What one of the others must have as well, for both to be compared at all."""
    said = {("phone", traits.phone), ("email", traits.email), ("address", traits.address)}
    return {key for key in said if key[1]} | birth_dates({traits.birth_date})


def _by_what_is_shared(traits: Mapping[int, Traits]) -> Mapping[object, set[int]]:
    found: dict[object, set[int]] = defaultdict(set)
    for pk, one in traits.items():
        for key in _keys(one):
            found[key].add(pk)
    return found


def unanswered(files: Sequence[Household], among: HouseholdQuerySet, day: date) -> dict[int, list[Alike]]:
    """``{file: what looks like it and of which nobody said whether it is of the same household}``; two queries.

    Of two files that hang together it was said that they are, be it without comparing them.
    """
    found = alike(files, among, day)
    known = _answered(found) if found else set()
    leads = {file.pk: file.lead_id for file in files}
    waiting = {pk: [one for one in ones if _asks(pk, leads[pk], one, known)] for pk, ones in found.items()}
    return {pk: ones for pk, ones in waiting.items() if ones}


def _answered(pks: Iterable[int]) -> set[frozenset[int]]:
    """The pairs about which someone answered that hold one of these files."""
    keys = list(pks)
    pairs = DoubleAnswer.objects.filter(Q(low__in=keys) | Q(high__in=keys)).values_list("low", "high")
    return {frozenset(pair) for pair in pairs}


def _asks(pk: int, lead: int, one: Alike, known: set[frozenset[int]]) -> bool:
    return one.household.lead_id != lead and frozenset((pk, one.household.pk)) not in known


def unanswered_of(prescriptions: Iterable[int], actor: Actor, day: date) -> dict[int, list[Alike]]:
    """``{prescription: what looks like its household's file, which the actor sees, unanswered}``; four queries."""
    asked = Prescription.objects.filter(pk__in=list(prescriptions)).select_related("household")
    rows = {row.pk: row.household for row in by_key(asked)}
    files = {file.pk: file for file in rows.values()}
    waiting = unanswered(list(files.values()), Household.objects.visible_to(actor), day)
    return {pk: waiting[file.pk] for pk, file in rows.items() if file.pk in waiting}


def asked_of_nobody_else(points: ValuesOfDay) -> list[tuple[Household, Alike]]:
    """Two files, of which one is being dealt with, that no prescriber and no distributor is to compare, unanswered.

    None sees both, or nothing is left to file or to decide of either: they came to look alike afterwards. Whoever
    sees all of them is asked. Each pair once; one query, two when some look alike.
    """
    asked: Any = Household.objects.asking(ASKED_STATES).with_something_shared().annotate(**ASKED_BY)
    rows = {row.pk: row for row in asked}
    found: dict[frozenset[int], tuple[Any, Alike]] = {}
    for pk, ones in _alike(list(rows.values()), rows, points).items():
        for one in ones:
            pair = rows[pk], rows[one.household.pk]
            if any(row.is_live for row in pair) and not _is_asked_of_one(*pair):
                found.setdefault(frozenset((pk, one.household.pk)), (rows[pk], one))
    known = _answered({pk for pair in found for pk in pair}) if found else set()
    return [(file, one) for file, one in found.values() if _asks(file.pk, file.lead_id, one, known)]


def _is_asked_of_one(one: Any, other: Any) -> bool:
    """Whether an organisation sees both, and has one of the two still to file again or to decide."""
    return (one.is_to_decide or other.is_to_decide) and bool(_readers(one) & _readers(other))


def _readers(file: Any) -> set[int]:
    return {file.prescriber_id, *file.prescribers, *file.distributors} - {None}
