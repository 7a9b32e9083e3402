"""Out of the bench: reconditioned and priced, or not reusable, dismantled, recycled, ceded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone

from calendars.working_days import add_months
from donations.models.donation import Donation
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import locked
from lifecycle.machine import Reason
from network.models import Organisation
from refurb.enums import CostKind, DeviceState, PartKind
from refurb.models.device import Device
from refurb.models.drive import Drive
from refurb.models.stock import Costing
from refurb.permissions import can_record_cost
from refurb.pricing import ceiling_of, ceilings_on
from refurb.services.locked_devices import ALREADY_SUPERSEDED
from refurb.services.parts import take_part

OF_ANOTHER_LOT = Reason(
    "of_another_lot",
    "Cette dépense est celle d’un autre lot\u00a0: choisissez son lot, ou une autre.",
    field="supersedes",
)
REPLACED_ALREADY = Reason(ALREADY_SUPERSEDED.code, ALREADY_SUPERSEDED.sentence, field="supersedes")
SPENT_YEARS = 3
"""A lot that is written down late has costs from before it was announced; from so long before, the year is wrong."""
SPENT_LONG_AGO = Reason(
    "spent_long_ago",
    f"Ce jour vient plus de {SPENT_YEARS}\u00a0ans avant l’annonce du lot\u00a0: vérifiez l’année.",
    field="spent_on",
)
SPENT_TO_COME = Reason("spent_to_come", "Ce jour est à venir\u00a0: donnez le jour de la dépense.", field="spent_on")


DRIVE_COUNTED = Reason(
    "drive_counted", "Un disque ne se compte pas\u00a0: cochez celui de l’appareil qui entre au stock.", field="drives"
)
DRIVE_UNPROVEN = Reason(
    "drive_unproven", "Effacez d’abord ce disque\u00a0: seul un disque prouvé vide entre au stock.", field="drives"
)


@dataclass(frozen=True)
class RecoveredPart:
    """A kind of part, never a drive, taken from a dismantled device, and how many."""

    kind: PartKind | str
    quantity: int = 1
    label: str = ""
    place: str = ""


@gate.one_transaction
def recondition_device(
    *, actor: Actor, device: Device, price: Decimal, at: datetime | None = None, comment: str = ""
) -> Device:
    """Declare a device reconditioned, at a solidarity price in euros, VAT included.

    Raises Unknown, PermissionDenied, Refused.
    """
    ceiling = _ceilings([device], at)[device.pk]
    ready: Device = gate.apply(
        device, "recondition", actor=actor, at=at, comment=comment, price=price, price_ceiling=ceiling
    )
    return ready


@gate.one_transaction
def recondition_devices(
    *, actor: Actor, prices: Mapping[int, Decimal], at: datetime | None = None, comment: str = ""
) -> gate.Outcome:
    """The same for a set, ``{device pk: price}``: those refused come back with what is missing.

    Raises PermissionDenied.
    """
    devices = Device.objects.filter(pk__in=prices)
    ceilings = _ceilings(devices, at)
    per_row = {pk: {"price": prices[pk], "price_ceiling": ceiling} for pk, ceiling in ceilings.items()}
    outcome: gate.Outcome = gate.apply_many(
        devices, "recondition", actor=actor, at=at, comment=comment, per_row=per_row
    )
    return outcome


@gate.one_transaction
def dismantle_device(
    *,
    actor: Actor,
    device: Device,
    parts: Iterable[RecoveredPart] = (),
    drives: Iterable[Drive] = (),
    place: str = "",
    at: datetime | None = None,
    comment: str = "",
) -> Device:
    """Take a device to pieces; its parts enter the workshop's stock, and ``drives``, each by its name, at ``place``.

    A drive enters proven empty, and is never counted. Raises Unknown, PermissionDenied, Refused.
    """
    counted, kept = tuple(parts), list(drives)
    if any(PartKind(part.kind) == PartKind.STORAGE for part in counted):
        raise Refused({device.pk: (DRIVE_COUNTED,)})
    # From any other state, nothing is taken out of it: the gate says why it is not dismantled.
    if kept and Device.objects.filter(pk=device.pk, state=DeviceState.UNUSABLE).exists():
        for drive in kept:
            take_part(actor=actor, device=device, kind=PartKind.STORAGE, drive=drive, place=place, at=at)
        if Drive.objects.unproven().filter(pk__in=[drive.pk for drive in kept]).exists():
            raise Refused({device.pk: (DRIVE_UNPROVEN,)})
    dismantled: Device = gate.apply(device, "dismantle", actor=actor, at=at, comment=comment, parts=counted)
    return dismantled


def recycle_device(
    *,
    actor: Actor,
    device: Device,
    recycler: Organisation,
    bsd_number: str,
    destruction_awaited: bool = False,
    at: datetime | None = None,
    comment: str = "",
) -> Device:
    """Hand a device to a recycler. ``destruction_awaited``: it will certify that the drives are destroyed.

    Raises Unknown, PermissionDenied, Refused.
    """
    given = _waste(recycler, bsd_number, destruction_awaited)
    return gate.apply(device, "recycle", actor=actor, at=at, comment=comment, **given)


def recycle_devices(
    *,
    actor: Actor,
    devices: QuerySet[Device],
    recycler: Organisation,
    bsd_number: str,
    destruction_awaited: bool = False,
    at: datetime | None = None,
    comment: str = "",
) -> gate.Outcome:
    """The same for a set that leaves with one waste tracking number. Raises PermissionDenied."""
    given = _waste(recycler, bsd_number, destruction_awaited)
    return gate.apply_many(devices, "recycle", actor=actor, at=at, comment=comment, **given)


def cede_device(
    *,
    actor: Actor,
    device: Device,
    recipient: str,
    reason: str,
    at: datetime | None = None,
    comment: str = "",
) -> Device:
    """Give a reconditioned device outside the chain, to someone who is named.

    Raises Unknown, PermissionDenied, Refused.
    """
    return gate.apply(device, "cede", actor=actor, at=at, comment=comment, recipient=recipient.strip(), reason=reason)


@gate.one_transaction
def record_cost(
    *,
    actor: Actor,
    donation: Donation,
    kind: CostKind | str,
    amount: Decimal,
    spent_on: date,
    funder: Organisation | None = None,
    supersedes: Costing | None = None,
    at: datetime | None = None,
) -> Costing:
    """Record what a lot costs its workshop, in euros, and who pays; a line replaces one of the same lot and workshop.

    Raises Unknown, PermissionDenied, Refused.
    """
    if not Donation.objects.visible_to(actor).filter(pk=donation.pk).exists():
        raise Unknown
    if can_record_cost(actor) is None:
        raise PermissionDenied
    instant = at or timezone.now()
    if spent_on > timezone.localdate(instant):
        raise Refused({donation.pk: (SPENT_TO_COME,)})
    if spent_on < add_months(timezone.localdate(donation.announced_at or instant), -12 * SPENT_YEARS):
        raise Refused({donation.pk: (SPENT_LONG_AGO,)})
    if supersedes is not None:
        if supersedes.workshop_id != actor.organisation_id:
            raise Unknown
        if supersedes.donation_id != donation.pk:
            raise Refused({donation.pk: (OF_ANOTHER_LOT,)})
        (replaced,) = locked(Costing.objects.filter(pk=supersedes.pk))
        if hasattr(replaced, "superseded_by"):
            raise Refused({donation.pk: (REPLACED_ALREADY,)})
    return Costing.objects.create(
        donation=donation,
        workshop_id=actor.organisation_id,  # type: ignore[misc]  # a workshop always acts as an organisation
        kind=CostKind(kind),
        amount=amount,
        spent_on=spent_on,
        funder=funder,
        supersedes=supersedes,
        recorded_at=instant,
        recorded_by_id=actor.pk,
    )


def _waste(recycler: Organisation, bsd_number: str, destruction_awaited: bool) -> dict[str, Any]:
    return {
        "recycler": recycler.pk,
        "bsd_number": bsd_number.strip(),
        "destruction_awaited": destruction_awaited,
    }


def _ceilings(devices: Iterable[Device], at: datetime | None) -> dict[int, Decimal | None]:
    """The price ceiling of the day that applies to each device: none for a private donor."""
    ceilings = ceilings_on(timezone.localdate(at))
    return {device.pk: ceiling_of(ceilings, device.type, device.donor_kind) for device in devices}


def cede_devices(
    *,
    actor: Actor,
    devices: QuerySet[Device],
    recipient: str,
    reason: str,
    at: datetime | None = None,
    comment: str = "",
) -> gate.Outcome:
    """Give a set outside the chain, to someone who is named: the machines of a room. Raises PermissionDenied."""
    to = recipient.strip()
    return gate.apply_many(devices, "cede", actor=actor, at=at, comment=comment, recipient=to, reason=reason)
