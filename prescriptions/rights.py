"""What follows each verb of a request to exercise a right, in the gate's transaction."""

from collections.abc import Iterable

from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.previews import Outcome
from lifecycle.registry import Move, on_transition
from prescriptions import emails_rights as emails
from prescriptions.enums import DropReason, HouseholdState, NeedState, RightKind, ToldBy
from prescriptions.models import Household, Need, Prescription, RightsRequest
from prescriptions.rights_told import About

TOLD = {
    "ask_identity": About.IDENTITY,
    "prolong": About.PROLONGED,
    "answer": About.ANSWERED,
    "refuse": About.REFUSED,
}
"""The verbs of which whoever asked is told, and by which letter."""


def _requests(move: Move) -> Iterable[RightsRequest]:
    rows = RightsRequest.objects.filter(pk__in=move.pks).order_by("pk")
    return rows.select_related("household__prescriber", "received_by__organisation")


def _all_moved(outcome: Outcome) -> None:
    if outcome.refused:
        raise Refused(outcome.refused)


def tell_officer(move: Move) -> None:
    """The officer has one more request to answer."""
    for asked in _requests(move):
        emails.rights_received_for_officer(asked, move.at)


def remind_officer(move: Move) -> None:
    """The day of the answer is near."""
    for asked in _requests(move):
        emails.rights_due_for_officer(asked, move.at)


def tell_overdue(move: Move) -> None:
    """The day has passed: the officer is told, and whoever answers for the processing."""
    for asked in _requests(move):
        emails.rights_overdue_for_officer(asked, move.at)


def tell_requester(move: Move) -> None:
    """By e-mail when it was chosen: before anything is erased."""
    if move.values.get("told_by") == ToldBy.EMAIL:
        for asked in _requests(move):
            emails.rights_for_household(asked, TOLD[move.verb], move.at)


def do_what_was_asked(move: Move) -> None:
    """Erased by the one way of erasing; stopped by the one way of stopping. The rest is done before one answers."""
    for asked in _requests(move):
        if asked.kind == RightKind.ERASURE:
            _erase(asked, move)
        elif asked.kind == RightKind.OBJECTION:
            _stop(asked, move)


def _erase(asked: RightsRequest, move: Move) -> None:
    named = Household.objects.filter(pk=asked.household_id).exclude(state=HouseholdState.ANONYMISED)
    given = {"received_on": asked.received_on, "channel": asked.channel}
    _all_moved(gate.apply_many(named, "erase_on_request", actor=move.actor, at=move.at, cause=move, **given))


def _stop(asked: RightsRequest, move: Move) -> None:
    """Live requests end as when the agreement is taken back; of those with something met, what is still open."""
    live = Prescription.objects.live().filter(household=asked.household_id)
    served = live.filter(needs__state=NeedState.MET).values("pk")
    act = {"actor": move.actor, "at": move.at, "cause": move}
    still = Need.objects.unsettled().filter(prescription__in=list(served.values_list("pk", flat=True)))
    _all_moved(gate.apply_many(still, "drop", **act, reason=DropReason.OTHER))
    unserved = Prescription.objects.live().filter(household=asked.household_id)
    _all_moved(gate.apply_many(unserved, "revoke", **act, channel=asked.channel))


def tell_recipients(move: Move) -> None:
    """Whoever had received the data is told what was corrected, erased or stopped. Source: RGPD, art. 19."""
    for asked in _requests(move):
        if asked.kind != RightKind.ACCESS:
            emails.rights_answered_for_recipients(asked, move.at)


def tell_who_noted(move: Move) -> None:
    """Whoever noted the request knows how it ended, without what was answered."""
    for asked in _requests(move):
        emails.rights_settled_for_receiver(asked, move.at)


def register() -> None:
    """Every registration of this subject."""
    on_transition("rights_request", "receive", tell_officer)
    for verb in TOLD:
        on_transition("rights_request", verb, tell_requester)
    on_transition("rights_request", "answer", do_what_was_asked)
    on_transition("rights_request", "answer", tell_recipients)
    for verb in ("answer", "refuse"):
        on_transition("rights_request", verb, tell_who_noted)
    on_transition("rights_request", "remind", remind_officer)
    on_transition("rights_request", "alert", tell_overdue)
