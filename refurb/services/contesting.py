"""What a recycler answers of a destruction that is recorded in its name: that it is not so. The proof falls at once.

From then on it alone says that the drive is destroyed after all, by another paper.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from documents.models import StoredFile
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import lock, locked_row
from lifecycle.machine import Reason
from network.models import Membership
from refurb import emails
from refurb.enums import CONTESTED, DestructionKind, DestructionMethod, IncidentKind, UndoneReason
from refurb.models.device import Device
from refurb.models.drive import Destruction, Drive
from refurb.permissions import can_contest_destruction
from refurb.report_words import read_ahead
from refurb.services import evidence, gone
from refurb.services.drive_acts import UNDONE_ALREADY, undone_by

ANSWERED = Reason("answered", "Une autre preuve est enregistrée depuis\u00a0: il n’y a plus rien à confirmer.")


@gate.one_transaction
def contest_destruction(
    *, actor: Actor, destruction: Destruction, reason: UndoneReason | str, at: datetime | None = None
) -> Destruction:
    """The recycler says that it did not destroy the drive, or never had it: nothing proves it until it is answered.

    The first row stays, another undoes it, wherever the device is by now; of one that left, it is told as a breach;
    else to the workshop that answers. A drive that is not in a device there, and that was not received, may be lost: it
    is a breach too, told to its donor, the pilots and the officer. Raises Unknown, PermissionDenied, Refused.
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
        if why == UndoneReason.NOT_RECEIVED:
            gone.alarm_of_drive(row, stamp)
    return contested


@gate.one_transaction
def confirm_destruction(
    *,
    actor: Membership,
    destruction: Destruction,
    method: DestructionMethod | str,
    destroyed_at: datetime,
    certificate: StoredFile | None,
    confirmed: bool = False,
    at: datetime | None = None,
) -> Destruction:
    """The recycler that contested a destruction says, by another certificate, that the drive is destroyed after all.

    ``destruction``: what it contested. ``confirmed``: it read again a paper that has words of failure.
    Raises Unknown, PermissionDenied, Refused.
    """
    read_ahead(certificate)
    scope, stamp = can_contest_destruction(actor), at or timezone.now()
    if scope is None:
        raise PermissionDenied
    mine = Destruction.objects.filter(scope, superseded_by__undone__in=CONTESTED).select_related("drive")
    row = mine.filter(pk=destruction.pk).first()
    if row is None:
        raise Unknown
    asked = Drive.objects.contested_by(row)
    held = locked_row(Device.objects.filter(pk__in=list(asked.values_list("device", flat=True))[-1:]))
    drive = None if held is None else asked.filter(device=held).last()
    if held is None or drive is None:
        raise Refused({row.device_id: (ANSWERED,)})
    return evidence.keep_destruction(
        held,
        drive,
        actor=actor,
        kind=DestructionKind.RECYCLER,
        method=DestructionMethod(method),
        destroyed_at=destroyed_at,
        recycler=actor.organisation,
        certificate=certificate,
        confirmed=confirmed,
        at=stamp,
    )
