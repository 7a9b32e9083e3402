"""What follows an offer of transfer, in the gate's transaction: the file goes once the other prescriber took it."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.registry import Move, on_transition
from prescriptions import emails
from prescriptions.enums import LIVE_STATES, PrescriptionState
from prescriptions.followers import prescriptions_of
from prescriptions.models import Household, Prescription, Transfer

ENDS = ("refuse", "fulfil", "close_unmet", "withdraw", "revoke", "expire")
"""The verbs of a prescription after which nobody is asked to take it any more."""


def _transfers(move: Move) -> Iterable[Transfer]:
    rows = Transfer.objects.filter(pk__in=move.pks).order_by("pk")
    return rows.select_related(
        "prescription__worker__user", "prescription__household", "sender", "receiver", "asked_by__organisation"
    )


def hand_over_file(move: Move) -> None:
    """What is alive of the household's requests goes to whoever accepted; its file follows."""
    for transfer in _transfers(move):
        rows = Prescription.objects.live().filter(
            household=transfer.prescription.household_id, prescriber=transfer.sender_id
        )
        done = gate.apply_many(
            rows, "transfer", actor=move.actor, at=move.at, cause=move, prescriber=transfer.receiver_id
        )
        if done.refused:
            raise Refused(done.refused)


def entrust_household(move: Move) -> None:
    """The household's file follows its prescription, unless it is another prescriber's, who has requests in it.

    Such a file was kept when that of the prescription was joined to it.
    """
    receiver = move.values["prescriber"]
    senders = Transfer.objects.filter(pk__in=move.cause.pks if move.cause is not None else ()).values("sender")
    theirs = Prescription.objects.filter(
        household=OuterRef("pk"), prescriber=OuterRef("prescriber"), state__in=(PrescriptionState.DRAFT, *LIVE_STATES)
    )
    going = Household.objects.filter(prescriptions__in=move.pks).exclude(prescriber=receiver).values("pk")
    files = Household.objects.filter(Q(prescriber__in=senders) | ~Exists(theirs), pk__in=going)
    done = gate.apply_many(files, "entrust", actor=move.actor, at=move.at, cause=move, prescriber=receiver)
    if done.refused:
        raise Refused(done.refused)


def tell_transferred(move: Move) -> None:
    """The colleagues who receive it are told, and whoever followed it, unless it is his own doing."""
    for prescription in prescriptions_of(move):
        emails.transferred_for_colleagues(prescription, move.at)
        if prescription.worker_before_id != move.actor.pk:
            emails.transferred_for_former_worker(prescription, move.at)


def tell_asked(move: Move) -> None:
    """The other prescriber is told that a file waits for its answer."""
    for transfer in _transfers(move):
        emails.transfer_asked_for_receiver(transfer, move.at)


def tell_declined(move: Move) -> None:
    """Whoever follows the file is told that it stays, and why."""
    for transfer in _transfers(move):
        emails.transfer_declined_for_worker(transfer, move.at)


def tell_cancelled(move: Move) -> None:
    """The other prescriber is told that nothing is asked of it any more."""
    for transfer in _transfers(move):
        emails.transfer_cancelled_for_receiver(transfer, move.at)


def cancel_asked(move: Move) -> None:
    """The prescription is over: it is offered to nobody any more."""
    asked = Transfer.objects.waiting().filter(prescription__in=move.pks)
    done = gate.apply_many(asked, "cancel", actor=move.actor, at=move.at, cause=move)
    if done.refused:
        raise Refused(done.refused)


def register() -> None:
    """Every registration of this subject."""
    on_transition("transfer", "ask", tell_asked)
    on_transition("transfer", "accept", hand_over_file)
    on_transition("transfer", "decline", tell_declined)
    on_transition("prescription", "transfer", entrust_household)
    on_transition("prescription", "transfer", tell_transferred)
    on_transition("transfer", "cancel", tell_cancelled)
    for verb in ENDS:
        on_transition("prescription", verb, cancel_asked)
