"""Mistakes at the reception set right: another label, a reception that did not take place, the form of labels."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.locking import lock
from refurb.models.device import Device
from refurb.models.tag_shape import TagShape
from refurb.permissions import can_set_tag_shape
from refurb.tags import cleaned, normal


@gate.one_transaction
def correct_tag_device(
    *, actor: Actor, device: Device, tag: str, reason: str, at: datetime | None = None, comment: str = ""
) -> Device:
    """Write the label that is on the device; the journal keeps both. Raises Unknown, PermissionDenied, Refused."""
    lock(Device, [device.pk], "FOR NO KEY UPDATE")
    was = Device.objects.filter(pk=device.pk).values_list("tag_key", flat=True).first()
    stuck = TagShape.objects.spell(actor.organisation_id, [tag])[tag]
    corrected: Device = gate.apply(
        device,
        "correct_tag",
        actor=actor,
        at=at,
        comment=comment,
        tag=stuck,
        reason=reason,
        was=was,
        becomes=normal(stuck),
    )
    return corrected


@gate.one_transaction
def set_tag_shape(*, actor: Actor, shape: str, at: datetime | None = None) -> TagShape:
    """Fix the form of the labels of the actor's workshop; an empty one takes any label.

    Raises PermissionDenied, ValidationError.
    """
    if can_set_tag_shape(actor) is None or actor.organisation_id is None:
        raise PermissionDenied
    fixed = TagShape(
        workshop_id=actor.organisation_id,
        shape=cleaned(shape).upper(),
        set_at=at or timezone.now(),
        set_by_id=actor.pk,  # type: ignore[misc]  # a manager is a person
    )
    fixed.full_clean(exclude=["workshop", "set_by"])
    fixed.save(force_insert=True)
    return fixed
