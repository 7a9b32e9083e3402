"""What the household's own page says of the photos it sent, and where it sends one, while something is asked of it."""

from collections.abc import Mapping

from django.utils import timezone

from lifecycle.actors import SignedLink
from prescriptions.enums import PhotoFault, PhotoState, PrescriptionState
from prescriptions.models import Prescription, ProofPhoto
from prescriptions.own_parts import OwnPart, own_part
from prescriptions.services.photos import cannot_send

PART = "prescriptions/_own_photo.html"
MOST_TOLD = 5
"""The last photos, of which the page says what became."""
TOLD = {
    PhotoState.WAITING: "Votre photo attend votre travailleur social.",
    PhotoState.SEEN: "Votre photo a été regardée\u00a0: c’est bon. Elle est effacée.",
    PhotoState.LAPSED: "Votre photo est effacée sans avoir servi. Voyez votre travailleur social.",
}
AGAIN = {
    PhotoFault.UNREADABLE: "Votre photo est à refaire\u00a0: on ne peut pas la lire.",
    PhotoFault.ANOTHER: "Votre photo est à refaire\u00a0: ce n’est pas le bon papier.",
    PhotoFault.CUT: "Votre photo est à refaire\u00a0: il en manque une partie.",
    PhotoFault.OLD: "Votre photo est à refaire\u00a0: ce papier est trop ancien.",
}


def photo_part(prescription: Prescription, actor: SignedLink, asked: Mapping[str, str]) -> OwnPart | None:
    """What became of each photo, and the button of one more, for who has a paper to bring."""
    if prescription.state != PrescriptionState.INCOMPLETE:
        return None
    photos = list(ProofPhoto.objects.visible_to(actor).filter(prescription=prescription).order_by("-pk")[:MOST_TOLD])
    told = [AGAIN[PhotoFault(one.fault)] if one.fault else TOLD[PhotoState(one.state)] for one in reversed(photos)]
    sends = cannot_send(prescription, timezone.localdate()) is None
    return OwnPart(PART, {"told": told, "sends": sends}) if told or sends else None


def register() -> None:
    """Add this section to the page."""
    own_part(photo_part)
