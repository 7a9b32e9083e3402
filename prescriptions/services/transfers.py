"""Transfers: offer a household's file to another prescriber, take it, refuse it, take the offer back."""

from datetime import datetime
from typing import Any

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Unknown
from lifecycle.locking import locked
from network.models import Organisation
from prescriptions.models import Household, Prescription, Transfer
from prescriptions.nir import refuse_nir
from prescriptions.unnamed import refuse_named


@gate.one_transaction
def ask_transfer(
    *, actor: Actor, prescription: Prescription, prescriber: Organisation, at: datetime | None = None, comment: str = ""
) -> Transfer:
    """Offer a prescription, and the household's file with it, to another prescriber: nothing moves before it says yes.

    Raises Unknown, PermissionDenied, Refused.
    """
    refuse_nir(comment=comment)
    row = Prescription.objects.visible_to(actor).filter(pk=prescription.pk).first()
    if row is None:
        raise Unknown
    refuse_named(actor, Household.objects.filter(pk=row.household_id), comment=comment)
    asked = Transfer(prescription=row, sender_id=row.prescriber_id, receiver=prescriber)
    created: Transfer = gate.create(asked, "ask", actor=actor, at=at, comment=comment)
    return created


@gate.one_transaction
def accept_transfer(*, actor: Actor, transfer: Transfer, at: datetime | None = None, comment: str = "") -> Transfer:
    """Take the file, with every request of the household that its prescriber deals with.

    The story stays with whoever wrote it. Raises Unknown, PermissionDenied, Refused.
    """
    offered = Transfer.objects.visible_to(actor).filter(pk=transfer.pk).select_related("prescription").first()
    if offered is None:
        raise Unknown
    household = offered.prescription.household_id
    locked(Household.objects.filter(pk=household))
    locked(Prescription.objects.live().filter(household=household, prescriber=offered.sender_id))
    return _moved(transfer, "accept", actor, at, comment)


def decline_transfer(
    *, actor: Actor, transfer: Transfer, reason: str, at: datetime | None = None, comment: str = ""
) -> Transfer:
    """Do not take it: why, a code of ``TransferRefusal``. Raises Unknown, PermissionDenied, Refused."""
    return _moved(transfer, "decline", actor, at, comment, reason=reason)


def cancel_transfer(*, actor: Actor, transfer: Transfer, at: datetime | None = None, comment: str = "") -> Transfer:
    """Take the offer back. Raises Unknown, PermissionDenied, Refused."""
    return _moved(transfer, "cancel", actor, at, comment)


def _moved(transfer: Transfer, verb: str, actor: Actor, at: datetime | None, comment: str, **values: Any) -> Transfer:
    refuse_nir(comment=comment)
    moved: Transfer = gate.apply(transfer, verb, actor=actor, at=at, comment=comment, **values)
    return moved
