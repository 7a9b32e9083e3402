"""Advisers share requests out, one is away and replaced, notes are written; a household sends the photo of a paper."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from demo import pictures
from demo.agenda import Thread
from demo.calendar import local
from demo.context import Story
from lifecycle import gate
from lifecycle.actors import SignedLink
from network.models import Membership
from prescriptions.enums import FactKind, NoteAudience, PhotoFault, PrescriptionState
from prescriptions.instruction import colleagues_of
from prescriptions.models import Prescription, ProofPhoto
from prescriptions.models.household import OWN_SHEET
from prescriptions.services.instruction import assign_prescription, declare_absence, write_file_note
from prescriptions.services.photos import accept_proof_photo, send_photo

S = PrescriptionState
BEFORE = 1
"""Working days before the end when they do."""
AWAY = timedelta(days=4)
"""How long after the end the one who is away is back."""
SHARED = "Rappelée ce matin\u00a0: la famille préfère venir le mercredi."
KEPT = "À revoir ensemble à la réunion de lundi, avant de répondre."


def last_photo(story: Story) -> Thread:
    """On the eve a household sends one, which still waits."""
    yield (at := local(story.back(BEFORE), 17, 50))
    waiting = ProofPhoto.objects.waiting().values("prescription")
    lacking = Prescription.objects.filter(state=S.INCOMPLETE).exclude(pk__in=waiting).order_by("-pk").first()
    if lacking is not None:
        photograph(lacking, at)


def _accepted(sent: ProofPhoto, at: datetime) -> None:
    worker = sent.prescription.worker
    given = {"kind": FactKind.MINIMUM_INCOME, "proof": "Attestation de paiement"}
    if worker is not None:
        accept_proof_photo(actor=worker, proof_photo=sent, at=at, **given)


def _refused(sent: ProofPhoto, at: datetime) -> None:
    worker = sent.prescription.worker
    if worker is not None:
        gate.apply(sent, "refuse", actor=worker, at=at, fault=PhotoFault.UNREADABLE)


def instruction(story: Story) -> Thread:
    """What waits on the last day is shared out, and one of those who hold it is away."""
    yield (at := local(story.back(BEFORE), 17, 20))
    waiting = list(Prescription.objects.filter(state=S.SUBMITTED, adviser=None).order_by("submitted_at", "pk")[:3])
    if waiting:
        _share_out(story, waiting, at)


def _share_out(story: Story, waiting: list[Prescription], at: datetime) -> None:
    first = waiting[0]
    team = list(colleagues_of(first.distributor_id))
    if len(team) < 2:
        return
    holder, other = team[:2]
    gate.apply(first, "take_up", actor=holder, at=at)
    for one in (row for row in waiting[1:] if row.distributor_id == first.distributor_id):
        assign_prescription(actor=other, prescription=one, adviser=other, at=at)
    for audience, text in ((NoteAudience.SHARED, SHARED), (NoteAudience.TEAM, KEPT)):
        write_file_note(actor=holder, prescription=first, audience=audience, text=text, at=at)
    _away(story, holder, other, at)


def _away(story: Story, holder: Membership, other: Membership, at: datetime) -> None:
    days = {"first_on": story.back(BEFORE), "last_on": story.last + AWAY}
    declare_absence(actor=holder, adviser=holder, replaced_by=other, at=at, **days)


def photograph(prescription: Prescription, at: datetime) -> ProofPhoto | None:
    """A household sends a photo from the page of its request; None when it was given no paper that leads there."""
    paper = prescription.papers.order_by("-pk").first()
    if paper is None:
        return None
    link = SignedLink(f"{OWN_SHEET}{paper.document_id}", opens=("prescription", prescription.pk))
    return send_photo(actor=link, prescription=prescription, content=pictures.paper(), at=at)


ANSWERS: Mapping[str, Callable[[ProofPhoto, datetime], None]] = {"seen": _accepted, "redo": _refused}
"""What becomes of a photo, but for those that nobody looks at."""
