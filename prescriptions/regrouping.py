"""What follows two files made one, and parted again: their requests go with the household, one journal row each."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max

from lifecycle.registry import Move, on_transition
from prescriptions import emails
from prescriptions.enums import HouseholdState
from prescriptions.followers import follow_up
from prescriptions.models import Household, Joining, Prescription


def regroup(move: Move) -> None:
    """The file kept takes the other one in, then its requests, which its needs, agreements and papers hang from."""
    kept = move.values["kept"]
    assert move.actor.pk is not None
    for left in move.pks:
        both = Household.objects.filter(pk__in=(left, getattr(kept, "pk", kept)))
        contacted = both.aggregate(last=Max("last_contact_at"))["last"]
        rows = both.exclude(pk=left)
        follow_up(rows, "take_in", move, left=left, contacted_at=contacted)
        moved = list(Prescription.objects.filter(household=left).order_by("pk").values_list("pk", flat=True))
        _regroup(moved, kept, move)
        Joining.objects.create(
            household_id=getattr(kept, "pk", kept),
            left_id=left,
            prescriptions=moved,
            joined_at=move.at,
            joined_by_id=move.actor.pk,
        )


def part(move: Move) -> None:
    """The file that was left is followed again, and what came from it goes back; the rest stays."""
    left = move.values["left"]
    for kept in move.pks:
        joining = Joining.objects.standing().get(household=kept, left=getattr(left, "pk", left))
        follow_up(Household.objects.filter(pk=joining.left_id), "come_back", move)
        here = Prescription.objects.filter(pk__in=joining.prescriptions, household=kept)
        _regroup(here.values_list("pk", flat=True), joining.left_id, move)
        joining.undone_at, joining.undone_by_id = move.at, move.actor.pk
        joining.save(update_fields=["undone_at", "undone_by"])


def tell_joined(move: Move) -> None:
    """Whoever followed either file knows in which one its requests are."""
    kept = Household.objects.get(pk=getattr(move.values["kept"], "pk", move.values["kept"]))
    for left in Household.objects.filter(pk__in=move.pks).order_by("pk"):
        emails.joined_for_prescribers(kept, left, move.at)


def tell_parted(move: Move) -> None:
    """They know that it is two files again."""
    left = Household.objects.get(pk=getattr(move.values["left"], "pk", move.values["left"]))
    for kept in Household.objects.filter(pk__in=move.pks).order_by("pk"):
        emails.parted_for_prescribers(kept, left, move.at)


def _regroup(prescriptions: Iterable[int], household: Any, move: Move) -> None:
    rows = list(prescriptions)
    if rows:
        follow_up(Prescription.objects.filter(pk__in=rows), "regroup", move, household=household)


def forget_joined(move: Move) -> None:
    """The files joined to those that are erased are erased with them; nothing is left of what they said before."""
    follow_up(Household.objects.filter(joined_into__in=move.pks, state=HouseholdState.JOINED), "forget_joined", move)
    Joining.objects.filter(household__in=move.pks).update(before={})


def register() -> None:
    """Every registration of this subject."""
    on_transition("household", "join", regroup)
    on_transition("household", "join", tell_joined)
    on_transition("household", "part", part)
    on_transition("household", "part", tell_parted)
    on_transition("household", "anonymise", forget_joined)
