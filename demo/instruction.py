"""Advisers share requests out, one is away and replaced, notes are written; a household sends the photo of a paper."""

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
FROM, BEFORE = 60, 1
"""Working days before the end when they do."""
AWAY = timedelta(days=4)
"""How long after the end the one who is away is back."""
SHARED = "Rappelée ce matin\u00a0: la famille préfère venir le mercredi."
KEPT = "À revoir ensemble à la réunion de lundi, avant de répondre."


def photos(story: Story) -> Thread:
    """One photo is the right one, one is to be done again, one is looked at by nobody; the last one still waits."""
    answers = [_accepted, _refused, None]
    for rank in range(FROM, BEFORE + 1, -1):
        yield (at := local(story.back(rank), 11, 15))
        if not answers or (sent := _photo(at)) is None:
            continue
        answer = answers.pop(0)
        if answer is not None:
            yield (at := at + timedelta(hours=3))
            still = ProofPhoto.objects.waiting().filter(pk=sent.pk).select_related("prescription__worker").first()
            if still is not None:
                answer(still, at)
    yield (at := local(story.back(BEFORE), 17, 50))
    _photo(at)


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


def _photo(at: datetime) -> ProofPhoto | None:
    """Of a file that lacks something and of which none waits, from its own page."""
    waiting = ProofPhoto.objects.waiting().values("prescription")
    lacking = Prescription.objects.filter(state=S.INCOMPLETE).exclude(pk__in=waiting).order_by("-pk").first()
    paper = lacking and lacking.papers.order_by("-pk").first()
    if lacking is None or paper is None:
        return None
    link = SignedLink(f"{OWN_SHEET}{paper.document_id}", opens=("prescription", lacking.pk))
    return send_photo(actor=link, prescription=lacking, content=pictures.paper(), at=at)
