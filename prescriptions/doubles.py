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
from network.enums import OrganisationKind
from prescriptions.enums import ASKED_STATES, LIVE_STATES, DoubleSign, PrescriptionState, Resemblance
from prescriptions.likeness import Traits, birth_dates
from prescriptions.models import DoubleAnswer, Household, Prescription
from prescriptions.models.household import HouseholdQuerySet
from prescriptions.parameters import DOUBLE_POINTS, DOUBLE_STRONG, DOUBLE_THRESHOLD
from prescriptions.permissions import works
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


class Answered(NamedTuple):
    """What was last said of two files: whether they are of one household, and whether a prescriber said it."""

    same: bool
    by_prescriber: bool

    def settles(self, likeness: Resemblance, *, decides: bool) -> bool:
        """Whether nobody is asked any more; who ``decides`` is, of a strong likeness that a prescriber denies."""
        return not (decides and self.by_prescriber and not self.same and likeness == Resemblance.STRONG)


def decides_of_doubles(actor: Actor) -> bool:
    """Whether what a prescriber says of two files that look strongly alike is not enough for this actor."""
    return not works(actor)


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


def unanswered(
    files: Sequence[Household], among: HouseholdQuerySet, day: date, *, decides: bool = False
) -> dict[int, list[Alike]]:
    """``{file: what looks like it and of which it is to be said whether it is of the same household}``; two queries.

    Of two files that hang together it was said that they are, be it without comparing them. ``decides``: asked by
    whoever decides, for whom a prescriber does not settle a strong likeness.
    """
    found = alike(files, among, day)
    known = _answered(found) if found else {}
    leads = {file.pk: file.lead_id for file in files}
    waiting = {pk: [one for one in ones if _asks(pk, leads[pk], one, known, decides)] for pk, ones in found.items()}
    return {pk: ones for pk, ones in waiting.items() if ones}


def _answered(pks: Iterable[int]) -> dict[frozenset[int], Answered]:
    """``{pair: what was last answered}`` for the pairs that hold one of these files."""
    keys = list(pks)
    pairs = DoubleAnswer.objects.filter(Q(low__in=keys) | Q(high__in=keys)).order_by("pk")
    rows = pairs.values_list("low", "high", "same", "answered_by__kind")
    return {
        frozenset((low, high)): Answered(same, kind == OrganisationKind.PRESCRIBER) for low, high, same, kind in rows
    }


def _asks(pk: int, lead: int, one: Alike, known: Mapping[frozenset[int], Answered], decides: bool) -> bool:
    answer = known.get(frozenset((pk, one.household.pk)))
    settled = answer is not None and answer.settles(one.likeness, decides=decides)
    return one.household.lead_id != lead and not settled


def unanswered_of(prescriptions: Iterable[int], actor: Actor, day: date) -> dict[int, list[Alike]]:
    """``{prescription: what looks like its household's file, which the actor sees and is asked of}``; four queries."""
    asked = Prescription.objects.filter(pk__in=list(prescriptions)).select_related("household")
    rows = {row.pk: row.household for row in by_key(asked)}
    files = {file.pk: file for file in rows.values()}
    seen = Household.objects.visible_to(actor)
    waiting = unanswered(list(files.values()), seen, day, decides=decides_of_doubles(actor))
    return {pk: waiting[file.pk] for pk, file in rows.items() if file.pk in waiting}


def asked_of_nobody_else(points: ValuesOfDay) -> list[tuple[Household, Alike]]:
    """Two files, of which one is being dealt with, that no prescriber and no distributor is to compare, unanswered.

    None sees both, or nothing is left to file or to decide of either: they came to look alike afterwards. Whoever
    sees all of them is asked, and of those that look strongly alike whatever their prescriber said. Each pair once;
    one query, two when some look alike.
    """
    asked: Any = Household.objects.asking(ASKED_STATES).with_something_shared().annotate(**ASKED_BY)
    rows = {row.pk: row for row in asked}
    found: dict[frozenset[int], tuple[Any, Alike]] = {}
    for pk, ones in _alike(list(rows.values()), rows, points).items():
        for one in ones:
            if rows[pk].is_live or rows[one.household.pk].is_live:
                found.setdefault(frozenset((pk, one.household.pk)), (rows[pk], one))
    known = _answered({pk for pair in found for pk in pair}) if found else {}
    return [
        (file, one)
        for pair, (file, one) in found.items()
        if _asks(file.pk, file.lead_id, one, known, decides=True)
        and not _is_asked_of_one(file, rows[one.household.pk], is_answered=pair in known)
    ]


def _is_asked_of_one(one: Any, other: Any, *, is_answered: bool) -> bool:
    """Whether an organisation sees both, and has one of the two still to file again or to decide.

    A prescriber that answered is asked no more: a distributor alone is.
    """
    if not (one.is_to_decide or other.is_to_decide):
        return False
    return bool(_readers(one, is_answered) & _readers(other, is_answered))


def _readers(file: Any, is_answered: bool) -> set[int]:
    prescribers = () if is_answered else (file.prescriber_id, *file.prescribers)
    return {*prescribers, *file.distributors} - {None}
