"""What else is asked for a household, in its other files and prescriptions, each told to whoever may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from lifecycle.actors import Actor
from prescriptions.enums import HouseholdState, NeedKind
from prescriptions.models import Household, Need, Prescription
from prescriptions.models.need import NeedQuerySet
from prescriptions.owing import nothing_owed
from prescriptions.permissions import can_attach_household
from typography.french import day, in_a_sentence

GONE = (HouseholdState.ANONYMISED, HouseholdState.JOINED)
"""The files of which nothing is told beside another: erased, or led to the one that is read."""


@dataclass(frozen=True)
class OtherFile:
    """Another file of the household that one may see, what is open there, and where one says that it is not."""

    household: Household
    needs: list[Need]
    detach_url: str


@dataclass(frozen=True)
class GivenBefore:
    """What a household was given, or helped to: the kind, and when. Neither by whom nor where.

    ``back``: when it was brought back, if something is still owed for it.
    """

    kind: str
    on: date
    back: date | None = None

    def __str__(self) -> str:
        given = f"{in_a_sentence(self.kind)}, le {day(self.on)}"
        if self.back is None:
            return given
        return f"{given}, rapporté le {day(self.back)}\u00a0: réparation, échange ou remboursement à venir"


@dataclass(frozen=True)
class SameHousehold:
    """The other files of a household, and what is asked more than once.

    ``own``: what other prescriptions of this very file ask. ``is_elsewhere``: there is a file that one may not see.
    ``elsewhere``, ``twice``: kinds asked here that stand where one may not look, and all those asked more than once.
    """

    own: list[Need]
    files: list[OtherFile]
    is_elsewhere: bool
    elsewhere: list[str]
    twice: list[str]
    detach_url: str
    given: list[GivenBefore]
    """What is asked here that it was given already, wherever that was."""


def same_household(
    household: Household, actor: Actor, asked: Iterable[Need] = (), but: Prescription | None = None
) -> SameHousehold | None:
    """What else is asked for a household than the open needs ``asked`` of the prescription ``but``; None when nothing.

    Without a prescription, of its other files alone. Five queries at most.
    """
    kinds = {need.kind for need in asked}
    known = Household.objects.together_with(household).exclude(pk=household.pk)
    others = list(known.exclude(state__in=GONE).select_related("prescriber").order_by("pk"))
    needs = _standing(household, but)
    given = _given(household, kinds, but)
    if not others and not needs and not given:
        return None
    seen_needs = _seen(needs, actor)
    seen_files = Household.objects.visible_to(actor).filter(pk__in=[one.pk for one in others])
    seen = set(seen_files.values_list("pk", flat=True))
    hidden = [need for need in needs if need.pk not in seen_needs]
    shown = [need for need in needs if need.pk in seen_needs]
    if not others and not shown and not given and not kinds & {need.kind for need in hidden}:
        return None
    return SameHousehold(
        own=[need for need in shown if need.prescription.household_id == household.pk],
        files=[
            OtherFile(
                other,
                [need for need in shown if need.prescription.household_id == other.pk],
                _detach_url(household, other, actor),
            )
            for other in others
            if other.pk in seen
        ],
        is_elsewhere=len(seen) < len(others),
        elsewhere=_labels(kinds & {need.kind for need in hidden}),
        twice=_labels(kinds & {need.kind for need in needs}),
        detach_url=_detach_url(household, household, actor) if len(seen) < len(others) else "",
        given=given,
    )


def given_before(household: Household, actor: Actor) -> list[GivenBefore]:
    """What a household was given under the files that one may see, whatever is asked; one query."""
    return told_of(given_under(Need.objects.visible_to(actor), household))


def _given(household: Household, kinds: set[str], but: Prescription | None) -> list[GivenBefore]:
    """Of these kinds, under any file of the household that still tells of it."""
    if not kinds:
        return []
    needs = given_under(Need.objects.filter(kind__in=kinds), household)
    return told_of(needs if but is None else needs.exclude(prescription=but))


def given_under(needs: NeedQuerySet, household: Household) -> NeedQuerySet:
    """Of these, what a household was given under any of its files, and has, or is owed."""
    return needs.given([household.lead_id], ~nothing_owed())


def told_of(needs: QuerySet[Need]) -> list[GivenBefore]:
    """These needs that are met, as they are told: what was given, and when."""
    rows = needs.exclude(prescription__household__state__in=GONE).order_by("met_at", "pk")
    return [
        GivenBefore(
            str(NeedKind(need.kind).label),
            timezone.localdate(need.met_at),
            timezone.localdate(need.lost_at) if need.lost_at else None,
        )
        for need in rows
    ]


def asked_twice(needs: Iterable[Need], actor: Actor) -> dict[int, str]:
    """``{need: where the same is asked for the same household}``, for those of which it is; two queries at most."""
    rows = list(needs)
    found: dict[tuple[int, str], list[Any]] = {}
    leads = {need.prescription.household.lead_id for need in rows}
    standing: Iterable[Any] = Need.objects.standing(leads) if rows else ()
    for need in standing:
        found.setdefault((need.lead, need.kind), []).append(need)
    twice: dict[int, Any] = {}
    for need in rows:
        same = found.get((need.prescription.household.lead_id, need.kind), ())
        other = next((one for one in same if one.prescription_id != need.prescription_id), None)
        if other is not None:
            twice[need.pk] = other
    seen = _seen(twice.values(), actor)
    return {pk: other.reference if other.pk in seen else "un dossier suivi ailleurs" for pk, other in twice.items()}


def _standing(household: Household, but: Prescription | None) -> list[Any]:
    needs = Need.objects.standing([household.lead_id]).select_related("prescription").order_by("pk")
    rest = needs.exclude(prescription__household=household) if but is None else needs.exclude(prescription=but)
    return list(rest)


def _seen(needs: Iterable[Any], actor: Actor) -> set[int]:
    keys = [need.pk for need in needs]
    return set(Need.objects.visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()


def _labels(kinds: set[str]) -> list[str]:
    return [str(kind.label) for kind in NeedKind if kind.value in kinds]


def _detach_url(household: Household, other: Household, actor: Actor) -> str:
    """Where the file that hangs from another is detached, by whoever sees it: this one, else the other."""
    if can_attach_household(actor) is None:
        return ""
    hangs = household if household.same_as_id else other
    return reverse("prescriptions:household_detach", args=[hangs.reference]) if hangs.same_as_id else ""
