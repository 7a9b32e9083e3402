"""What follows the photo of a paper: its picture goes with the answer, and with what it was asked for."""

from django.db.models import Q

from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.registry import Move, on_transition
from prescriptions.machine.photo import ENDS
from prescriptions.models import ProofPhoto, WaitingPicture


def delete_pictures(move: Move) -> None:
    """Answered or not, nothing is left of the picture: its row is deleted, and it never was on a disk."""
    WaitingPicture.objects.filter(photo__in=move.pks).delete()


def lapse_photos(move: Move) -> None:
    """Nothing is asked of the household any more: what it sent and nobody looked at is deleted."""
    of_it = Q(prescription__household__in=move.pks) if move.verb == "anonymise" else Q(prescription__in=move.pks)
    waiting = list(ProofPhoto.objects.waiting().filter(of_it).values_list("pk", flat=True))
    if not waiting:
        return
    rows = ProofPhoto.objects.filter(pk__in=waiting)
    outcome = gate.apply_many(rows, "lapse", actor=move.actor, at=move.at, cause=move)
    if outcome.refused:
        raise Refused(outcome.refused)


def register() -> None:
    """Every registration of this subject."""
    for verb in ("accept", "refuse", "lapse"):
        on_transition("proof_photo", verb, delete_pictures)
    for verb in ENDS:
        on_transition("prescription", verb, lapse_photos)
    on_transition("household", "anonymise", lapse_photos)
