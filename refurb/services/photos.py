"""Pictures of a device: drawn again before they are kept, taken away by those who work on it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from documents.readers.pictures import NotAPicture, drawn_again
from documents.services import store_file
from documents.services.files import forget_file
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import locked
from lifecycle.machine import Reason
from network.models import Membership
from refurb.enums import IN_THE_WORKSHOP, DeviceState
from refurb.models.device import Device
from refurb.models.photo import Photo
from refurb.permissions import can_keep_photos
from refurb.services.locked_devices import held_device

MOST_PHOTOS = 8
"""Six sides, a defect and a label: more is an album, that every reader of the page would download."""
TOO_MANY = Reason(
    "too_many_photos",
    f"Un appareil garde {MOST_PHOTOS} photos au plus\u00a0: supprimez-en une d’abord.",
    field="deposit",
)
IN_HAND = (*IN_THE_WORKSHOP, DeviceState.RETURNED)
"""States in which somebody of the workshop has the device before the eyes."""


def add_photo(*, actor: Membership, device: Device, content: bytes, at: datetime | None = None) -> Photo:
    """Keep a picture of a device, as Maillon draws it. Raises Unknown, PermissionDenied, Refused."""
    try:
        drawn = drawn_again(content)  # before anything is locked
    except NotAPicture as error:
        raise Refused({device.pk: (Reason("not_a_picture", str(error), field="deposit"),)}) from None
    return _keep(actor, device, drawn, at or timezone.now())


@gate.one_transaction
def _keep(actor: Membership, device: Device, drawn: bytes, at: datetime) -> Photo:
    held = held_device(actor=actor, device=device, states=IN_HAND, can=can_keep_photos)
    rank = Photo.objects.filter(device=held).count() + 1
    if Photo.objects.not_removed().filter(device=held).count() >= MOST_PHOTOS:
        raise Refused({held.pk: (TOO_MANY,)})
    file = store_file(content=drawn, name=f"{held.reference}-photo-{rank}.jpg", by=actor, at=at)
    return Photo.objects.create(device=held, file=file, added_at=at, added_by=actor)


@gate.one_transaction
def remove_photo(*, actor: Membership, photo: Photo, at: datetime | None = None) -> Photo:
    """Take a picture away: its file is forgotten, that it was there is kept. Raises Unknown, PermissionDenied."""
    seen = Device.objects.visible_to(actor).filter(pk=photo.device_id)
    if not seen.exists():
        raise Unknown
    allowed = can_keep_photos(actor)
    if allowed is None or not seen.filter(allowed).exists():
        raise PermissionDenied
    (held,) = locked(Photo.objects.filter(pk=photo.pk))
    if held.removed_at is None:
        held.removed_at, held.removed_by = at or timezone.now(), actor
        held.save(update_fields=["removed_at", "removed_by"])
        forget_file(file=held.file, at=held.removed_at)
    return held
