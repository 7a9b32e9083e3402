"""Devices held for evidence: seen, in one's hands, locked until the end of the transaction."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from documents.models import StoredFile
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.locked_rows import held_rows
from lifecycle.machine import Reason
from refurb.enums import IN_THE_WORKSHOP, LEFT_FOR_GOOD, DeviceState
from refurb.models.device import Device, DeviceEntry
from refurb.models.drive import Drive
from refurb.models.evidence import Evidence
from refurb.permissions import can_record_evidence
from typography.french import moment

NOT_IN_THE_WORKSHOP = Reason(
    "not_in_the_workshop", "L’appareil n’est pas entre les mains de l’atelier\u00a0: rien ne s’y constate."
)
OTHER_STAY = Reason("other_stay", "Cette ligne date d’un passage précédent ou d’un autre appareil.")
ALREADY_SUPERSEDED = Reason("already_superseded", "Cette ligne est déjà remplacée par une plus récente.")


def held_device(
    *,
    actor: Actor,
    device: Device,
    states: Collection[DeviceState] = IN_THE_WORKSHOP,
    can: Callable[[Actor], Q | None] = can_record_evidence,
) -> Device:
    """The device, locked until the end of the transaction, if the actor sees it, may act on it, in these states.

    Raises as ``held_devices``.
    """
    return held_devices(actor=actor, devices=[device], states=states, can=can)[device.pk]


def held_devices(
    *,
    actor: Actor,
    devices: Iterable[Device],
    states: Collection[DeviceState] = IN_THE_WORKSHOP,
    can: Callable[[Actor], Q | None] = can_record_evidence,
) -> dict[int, Device]:
    """``{pk: device}``, all locked until the end of the transaction: a set is held whole or not at all; one query.

    A move of a device waits for the evidence, or the evidence for the move: neither misses the other. Raises Unknown
    when one is outside what the actor sees, PermissionDenied when he may not, Refused in another state.
    """
    held = held_rows(Device.objects.visible_to(actor), {device.pk for device in devices}, actor=actor, can=can)
    elsewhere = {pk: (NOT_IN_THE_WORKSHOP,) for pk, row in held.items() if row.state not in states}
    if elsewhere:
        raise Refused(elsewhere)
    return held


def about(held: Device, actor: Actor, at: datetime | None, stay: int | None = None) -> dict[str, Any]:
    """What all evidence says of itself."""
    return {
        "device": held,
        "stay": held.stay if stay is None else stay,
        "recorded_at": at or timezone.now(),
        "recorded_by_id": actor.pk,
    }


def held_drive(*, actor: Actor, drive: Drive, states: Collection[DeviceState] = IN_THE_WORKSHOP) -> Device:
    """The drive's device, locked. A drive that was removed, that left with a recycled device, or whose destruction its
    recycler contests, may be proven at any time.
    """
    asked = (Drive.objects.missing_erasures(), Drive.objects.contested())
    gone = any(rows.filter(pk=drive.pk).exists() for rows in asked)
    held = held_device(actor=actor, device=drive.device, states=tuple(DeviceState) if gone else states)
    if not gone and drive.stay != held.stay:
        raise Refused({held.pk: (OTHER_STAY,)})
    return held


def left_for_recycling_at(held: Device, drive: Drive) -> datetime | None:
    """When this drive went to the recycler inside its device; None when it did not, or was taken out first."""
    if held.state != DeviceState.RECYCLED or not Drive.objects.in_place().filter(pk=drive.pk).exists():
        return None
    return DeviceEntry.objects.filter(object=held, verb="recycle").latest("seq").at


def left_the_workshop_at(held: Device, drive: Drive) -> datetime | None:
    """When this drive left the workshop inside its device, whoever has it or looks for it now; None as for a recycler.

    What was shipped stays so wherever it is, lost or brought back, until a workshop receives it.
    """
    left_at = held.ended_at if held.state in LEFT_FOR_GOOD else held.shipped_at
    return left_at if Drive.objects.in_place().filter(pk=drive.pk).exists() else None


def paper_of_what_left(left_at: datetime | None, paper: StoredFile | None, field: str) -> list[Reason]:
    """Why the word of a workshop, once a drive left unproven inside its device, is not enough: it joins a paper."""
    if left_at is None or paper is not None:
        return []
    sentence = (
        f"Ce disque est parti de l’atelier avec l’appareil, le {moment(left_at)}, et rien ne le prouve effacé\u00a0:"
        " joignez le papier qui le montre, ou sa photo."
    )
    return [Reason("paper_of_what_left", sentence, field=field)]


def may_supersede(held: Device, former: Evidence, stay: int | None = None) -> None:
    """Raises Refused when the former row is of another device or stay, or is superseded already."""
    if former.device_id != held.pk or former.stay != (held.stay if stay is None else stay):
        raise Refused({held.pk: (OTHER_STAY,)})
    if hasattr(former, "superseded_by"):
        raise Refused({held.pk: (ALREADY_SUPERSEDED,)})
