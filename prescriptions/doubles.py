"""Which files look like which: those that share something, then their signs, their points and what was answered.

A constant number of queries, whatever the number of files that are looked at (machines §4.3).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from lifecycle.actors import Actor
from prescriptions.enums import ASKED_STATES, LIVE_STATES, DoubleSign, Likeness
from prescriptions.likeness import Traits, birth_dates
from prescriptions.models import DoubleAnswer, Household, Prescription
from prescriptions.models.household import HouseholdQuerySet
from prescriptions.parameters import DOUBLE_POINTS, DOUBLE_STRONG, DOUBLE_THRESHOLD
from reference.parameters import parameters_on


class Alike(NamedTuple):
    """Another file that looks like one: its points, and in what."""

    household: Household
    score: int
    signs: tuple[DoubleSign, ...]
    likeness: Likeness


def alike(files: Sequence[Household], among: HouseholdQuerySet, day: date) -> dict[int, list[Alike]]:
    """``{file: the others that look like it}``, the likeliest first, with the points and thresholds of ``day``.

    Files without a name left look like none. One query, and the parameters of the day.
    """
    others = {row.pk: row for row in among.sharing(files)} if files else {}
    if not others:
        return {}
    points, traits = parameters_on(day), {pk: Traits.of(row) for pk, row in others.items()}
    shared, found = _by_what_is_shared(traits), {}
    for file in files:
        mine = Traits.of(file)
        ones = []
        for pk in {pk for key in _keys(mine) for pk in shared[key]} - {file.pk}:
            signs = mine.in_common(traits[pk])
            score = sum(points[DOUBLE_POINTS[sign]] for sign in signs)
            if score >= points[DOUBLE_THRESHOLD]:
                likeness = Likeness.STRONG if score >= points[DOUBLE_STRONG] else Likeness.SOME
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
    asked = Prescription.objects.filter(pk__in=list(prescriptions)).select_related("household").order_by("pk")
    rows = {row.pk: row.household for row in asked}
    files = {file.pk: file for file in rows.values()}
    waiting = unanswered(list(files.values()), Household.objects.visible_to(actor), day)
    return {pk: waiting[file.pk] for pk, file in rows.items() if file.pk in waiting}


def seen_by_no_adviser(day: date) -> list[tuple[Household, Alike]]:
    """Two files, of which one is being dealt with, that no prescriber and no distributor both sees, unanswered.

    Whoever sees all of them is asked. Each pair once; six queries, whatever their number.
    """
    files = list(Household.objects.asking(LIVE_STATES))
    waiting = unanswered(files, Household.objects.asking(ASKED_STATES), day)
    readers = _readers({one.household.pk for ones in waiting.values() for one in ones} | set(waiting))
    found: dict[frozenset[int], tuple[Household, Alike]] = {}
    for file in files:
        for one in waiting.get(file.pk, ()):
            if not readers[file.pk] & readers[one.household.pk]:
                found.setdefault(frozenset((file.pk, one.household.pk)), (file, one))
    return list(found.values())


def _readers(pks: Iterable[int]) -> Mapping[int, set[int]]:
    """``{file: the organisations whose people may compare it}``: prescribers, and distributors it was submitted to."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Prescription.objects.filter(household__in=list(pks), submitted_at__isnull=False)
    for file, *readers in rows.values_list("household", "household__prescriber", "prescriber", "distributor"):
        found[file].update(readers)
    return found
