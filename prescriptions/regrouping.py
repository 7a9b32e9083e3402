"""What follows two files made one, and parted again: their requests go with the household, one journal row each."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max

from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.registry import Move, on_transition
from prescriptions.enums import HouseholdState
from prescriptions.models import Household, Joining, Prescription
from prescriptions.services.forgetting import forget_households


def _follow_up(rows: Any, verb: str, move: Move, **values: Any) -> None:
    """Do ``verb`` on a set as what follows ``move``. Raises Refused when a row of it was."""
    outcome = gate.apply_many(rows, verb, actor=move.actor, at=move.at, cause=move, **values)
    if outcome.refused:
        raise Refused(outcome.refused)


def regroup(move: Move) -> None:
    """The file kept takes the other one in, then its requests, which its needs, agreements and papers hang from."""
    kept = move.values["kept"]
    assert move.actor.pk is not None
    for left in move.pks:
        both = Household.objects.filter(pk__in=(left, getattr(kept, "pk", kept)))
        contacted = both.aggregate(last=Max("last_contact_at"))["last"]
        rows = both.exclude(pk=left)
        _follow_up(rows, "take_in", move, left=left, contacted_at=contacted)
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
        _follow_up(Household.objects.filter(pk=joining.left_id), "come_back", move)
        here = Prescription.objects.filter(pk__in=joining.prescriptions, household=kept)
        _regroup(here.values_list("pk", flat=True), joining.left_id, move)
        joining.undone_at, joining.undone_by_id = move.at, move.actor.pk
        joining.save(update_fields=["undone_at", "undone_by"])


def _regroup(prescriptions: Iterable[int], household: Any, move: Move) -> None:
    rows = list(prescriptions)
    if rows:
        _follow_up(Prescription.objects.filter(pk__in=rows), "regroup", move, household=household)


def forget_joined(move: Move) -> None:
    """The files joined to those that are erased are erased with them; nothing is left of what they said before."""
    _follow_up(Household.objects.filter(joined_into__in=move.pks, state=HouseholdState.JOINED), "forget_joined", move)
    Joining.objects.filter(household__in=move.pks).update(before={})


def erase(move: Move) -> None:
    """Names, contacts, words, papers and mails go; what counts stays."""
    forget_households(move.pks, move.at)


def register() -> None:
    """Every registration of this subject."""
    on_transition("household", "join", regroup)
    on_transition("household", "part", part)
    on_transition("household", "anonymise", forget_joined)
    on_transition("household", "forget_joined", erase)
