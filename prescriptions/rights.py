"""What follows each verb of a request to exercise a right, in the gate's transaction."""

from collections.abc import Iterable, Iterator

from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.locking import Strength, lock_in_order
from lifecycle.machine import Stateful
from lifecycle.previews import Outcome
from lifecycle.registry import Move, on_transition
from prescriptions import emails_rights as emails
from prescriptions.enums import DropReason, HouseholdState, NeedState, RightKind, ToldBy
from prescriptions.models import Household, Need, Prescription, RightsRequest
from prescriptions.personal_data import all_personal_data, tables_beyond
from prescriptions.rights_told import About

TOLD = {
    "ask_identity": About.IDENTITY,
    "prolong": About.PROLONGED,
    "answer": About.ANSWERED,
    "refuse": About.REFUSED,
    "announce_lifting": About.LIFTING,
}
"""The verbs of which whoever asked is told, and by which letter."""
STOPPED_BY_RIGHT = "Le foyer s’est opposé à l’usage de ses informations."
"""Why what is still open stops, of requests with something met."""


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


def close_unidentified(move: Move) -> None:
    """What was written with the request goes; whoever asked is written to if there is an address, the officer too."""
    for asked in _requests(move):
        if asked.household.email:
            emails.rights_for_household(asked, About.REFUSED, move.at)
        emails.rights_unidentified_for_officer(asked, move.at)
    RightsRequest.objects.filter(pk__in=move.pks).update(words="", truth="", reply="")


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
    """Live requests end as when the agreement is taken back; of those with something met, what is still open.

    That is two acts: whatever either may move is held before the first one, in the order in which rows are locked.
    """
    lock_in_order(_with_a_life(asked.household_id))
    live = Prescription.objects.live().filter(household=asked.household_id)
    served = live.filter(needs__state=NeedState.MET).values("pk")
    act = {"actor": move.actor, "at": move.at, "cause": move}
    still = Need.objects.unsettled().filter(prescription__in=list(served.values_list("pk", flat=True)))
    _all_moved(gate.apply_many(still, "drop", **act, reason=DropReason.OTHER, comment=STOPPED_BY_RIGHT))
    unserved = Prescription.objects.live().filter(household=asked.household_id)
    _all_moved(gate.apply_many(unserved, "revoke", **act, channel=asked.channel))


def _with_a_life(household: int) -> Iterator[tuple[type[Stateful], list[int], Strength]]:
    """What apps hold of a household and that has a life, and what that points to, as a device that is reserved."""
    for held in all_personal_data():
        rows = held.rows_of(household)
        if issubclass(held.model, Stateful) and held.model is not RightsRequest:
            yield held.model, list(rows.values_list("pk", flat=True)), "FOR NO KEY UPDATE"
        for model in (beyond for beyond in tables_beyond() if issubclass(beyond, Stateful)):
            for link in (field for field in held.model._meta.concrete_fields if field.related_model is model):
                pks = rows.exclude(**{link.name: None}).values_list(link.attname, flat=True)
                yield model, list(pks), "FOR NO KEY UPDATE"


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
    on_transition("rights_request", "close_unidentified", close_unidentified)
    on_transition("rights_request", "close_unidentified", tell_who_noted)
    on_transition("rights_request", "answer", do_what_was_asked)
    on_transition("rights_request", "answer", tell_recipients)
    on_transition("rights_request", "lift", tell_recipients)
    for verb in ("answer", "refuse"):
        on_transition("rights_request", verb, tell_who_noted)
    on_transition("rights_request", "remind", remind_officer)
    on_transition("rights_request", "alert", tell_overdue)
