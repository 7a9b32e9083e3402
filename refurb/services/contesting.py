"""What a recycler answers of a destruction that is recorded in its name: that it is not so. The proof falls at once."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import lock
from refurb import emails
from refurb.enums import CONTESTED, DestructionKind, IncidentKind, UndoneReason
from refurb.models.device import Device
from refurb.models.drive import Destruction
from refurb.permissions import can_contest_destruction
from refurb.services import gone
from refurb.services.drive_acts import UNDONE_ALREADY, undone_by


@gate.one_transaction
def contest_destruction(
    *, actor: Actor, destruction: Destruction, reason: UndoneReason | str, at: datetime | None = None
) -> Destruction:
    """The recycler says that it did not destroy the drive, or never had it: nothing proves it until it is answered.

    The first row stays, another undoes it, wherever the device is by now; of one that left, it is told as a breach;
    else to the workshop that answers, and to the pilots when the drive was not received.
    Raises Unknown, PermissionDenied, Refused.
    """
    scope, why = can_contest_destruction(actor), UndoneReason(reason)
    if scope is None or why not in CONTESTED:
        raise PermissionDenied
    lock(Device, [destruction.device_id], "FOR NO KEY UPDATE")
    said = Destruction.objects.filter(scope, pk=destruction.pk, kind=DestructionKind.RECYCLER).select_related("device")
    row = said.first()
    if row is None:
        raise Unknown
    if not Destruction.objects.current().filter(pk=row.pk).exists():
        raise Refused({row.device_id: (UNDONE_ALREADY,)})
    stamp, was_recalled = at or timezone.now(), gone.is_recalled(row.device)
    contested = undone_by(row, row.device, actor, why, stamp)
    if was_recalled or not gone.alarm(row.device, IncidentKind.DATA_DENIED, stamp):
        emails.destruction_contested(contested, stamp)
    return contested
