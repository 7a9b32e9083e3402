"""The photo of a paper that is missing: sent by the household, looked at by its worker, deleted by the answer."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from documents.readers.pictures import NotAPicture, drawn_again
from lifecycle import gate
from lifecycle.actors import Actor, SignedLink
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from prescriptions.machine.photo_rules import FEW_WAITING, SOMETHING_ASKED
from prescriptions.models import Prescription, ProofPhoto, RightsRequest, WaitingPicture
from prescriptions.parameters import PHOTOS_WAITING
from prescriptions.services.prescriptions import record_fact

NOTHING_MOVES = Reason("not_restricted", "Vous avez demandé que rien n’avance\u00a0: aucune photo ne s’envoie.")
NO_FACT = "none"
"""What is chosen when a paper was seen and says nothing that is noted as a fact: an address, a telephone number."""


def send_photo(
    *, actor: SignedLink, prescription: Prescription, content: bytes, at: datetime | None = None
) -> ProofPhoto:
    """Keep the photo until its worker has looked at it, as Maillon draws it: points alone, nothing of the file.

    Raises Unknown, PermissionDenied, Refused (nothing is asked, too many wait, no picture).
    """
    if actor.key_of("prescription") != prescription.pk:
        raise Unknown
    if reason := cannot_send(prescription, timezone.localdate(at)):
        raise Refused({prescription.pk: (reason,)})
    try:
        drawn = drawn_again(content)  # before anything is locked
    except NotAPicture as error:
        raise Refused({prescription.pk: (Reason("not_a_picture", str(error), field="photo"),)}) from None
    return _keep(actor, prescription, drawn, at)


def cannot_send(prescription: Prescription, day: date) -> Reason | None:
    """Why the household cannot send one today; three queries."""
    if RightsRequest.objects.limits(prescription.household_id):
        return NOTHING_MOVES
    if prescription.state != "incomplete":
        return SOMETHING_ASKED.reason
    few = ProofPhoto.objects.waiting().filter(prescription=prescription).count() < PHOTOS_WAITING.on(day)
    return None if few else FEW_WAITING.reason


@gate.one_transaction
def _keep(actor: SignedLink, prescription: Prescription, drawn: bytes, at: datetime | None) -> ProofPhoto:
    sent: ProofPhoto = gate.create(ProofPhoto(prescription=prescription), "send", actor=actor, at=at)
    WaitingPicture.objects.create(photo=sent, content=drawn)
    return sent


@gate.one_transaction
def accept_proof_photo(
    *,
    actor: Actor,
    proof_photo: ProofPhoto,
    kind: str,
    band: str = "",
    proof: str = "",
    dated_on: date | None = None,
    at: datetime | None = None,
) -> ProofPhoto:
    """The paper is the right one: what it says is noted as when it is seen at the desk, and the photo is deleted.

    ``kind``: that of the fact, or ``NO_FACT``. Raises Unknown, PermissionDenied, Refused, ValidationError.
    """
    seen = ProofPhoto.objects.visible_to(actor).filter(pk=proof_photo.pk).select_related("prescription").first()
    if seen is None:
        raise Unknown
    if kind != NO_FACT:
        seen_as: dict[str, Any] = {"kind": kind, "band": band, "proof": proof, "dated_on": dated_on}
        record_fact(actor=actor, prescription=seen.prescription, at=at, **seen_as)
    accepted: ProofPhoto = gate.apply(seen, "accept", actor=actor, at=at)
    return accepted
