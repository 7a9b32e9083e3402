"""From the workshop's stock to a convention, then to a distribution point; a screen and its desktop."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from conventions.models import Convention, Quota
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from refurb.models.device import Device
from refurb.models.points import Delivery, DistributionPoint

POINT_GIVEN = Reason("point", "Choisissez le point de distribution.", field="point")


@gate.one_transaction
def allot_device(
    *,
    actor: Actor,
    device: Device,
    convention: Convention,
    reserve: bool = False,
    at: datetime | None = None,
    comment: str = "",
) -> Device:
    """Count a reconditioned device against a convention: a place of its type in the convention year of the day.

    ``reserve``: the pilot takes the place in the départemental reserve. Raises Unknown, PermissionDenied, Refused.
    """
    given = places_on([device], convention, reserve=reserve, at=at)[device.pk]
    return gate.apply(device, "allot", actor=actor, at=at, comment=comment, **given)


@gate.one_transaction
def allot_devices(
    *,
    actor: Actor,
    devices: QuerySet[Device],
    convention: Convention,
    reserve: bool = False,
    at: datetime | None = None,
    comment: str = "",
) -> gate.Outcome:
    """The same for a set; what finds no place comes back refused. Raises PermissionDenied.

    An attached screen goes with its desktop, whether it is in the set or not.
    """
    asked = list(devices.main())  # type: ignore[attr-defined]
    per_row = places_on(asked, convention, reserve=reserve, at=at)
    mains = Device.objects.filter(pk__in=per_row)
    outcome: gate.Outcome = gate.apply_many(mains, "allot", actor=actor, at=at, comment=comment, per_row=per_row)
    return outcome


@gate.one_transaction
def allot_shares(
    *,
    actor: Actor,
    shares: Mapping[Convention, QuerySet[Device]],
    at: datetime | None = None,
    comment: str = "",
) -> gate.Outcome:
    """Several conventions at once, each with its own set: what moved and what was refused, of all. Raises
    PermissionDenied.
    """
    moved: list[int] = []
    refused: dict[int, tuple[Reason, ...]] = {}
    instant = at
    for convention, devices in shares.items():
        outcome = allot_devices(actor=actor, devices=devices, convention=convention, at=at, comment=comment)
        moved += outcome.moved
        refused |= outcome.refused
        instant = outcome.at
    return gate.Outcome(moved=moved, refused=refused, at=instant)


def release_allotment_devices(
    *, actor: Actor, devices: QuerySet[Device], reason: str, at: datetime | None = None, comment: str = ""
) -> gate.Outcome:
    """The same for a set. Raises PermissionDenied."""
    mains = devices.main()  # type: ignore[attr-defined]
    return gate.apply_many(mains, "release_allotment", actor=actor, at=at, comment=comment, reason=reason)


@gate.one_transaction
def ship_device(
    *, actor: Actor, device: Device, point: DistributionPoint, at: datetime | None = None, comment: str = ""
) -> Device:
    """Send one device to a point, with a delivery note of its own. Raises Unknown, PermissionDenied, Refused."""
    outcome = ship_devices(
        actor=actor, devices=Device.objects.filter(pk=device.pk), point=point, at=at, comment=comment
    )
    if outcome.refused:
        raise Refused(outcome.refused)
    if not outcome.moved:
        raise Unknown
    return Device.objects.get(pk=device.pk)


@gate.one_transaction
def ship_devices(
    *,
    actor: Actor,
    devices: QuerySet[Device],
    point: DistributionPoint,
    at: datetime | None = None,
    comment: str = "",
) -> gate.Outcome:
    """Send a set to a point: one delivery note per convention and workshop; no note for what is refused.

    Raises Unknown when the point is, PermissionDenied.
    """
    if not DistributionPoint.objects.visible_to(actor).filter(pk=point.pk).exists():
        raise Unknown
    seen = Device.objects.visible_to(actor).filter(pk__in=devices.main().values("pk"))  # type: ignore[attr-defined]
    notes: dict[tuple[int | None, int], Delivery] = {}
    per_row: dict[int, dict[str, Any]] = {}
    for pk, convention, workshop in seen.order_by("pk").values_list("pk", "convention", "workshop"):
        if convention is not None and (convention, workshop) not in notes:
            notes[convention, workshop] = Delivery.objects.create(
                convention_id=convention,
                workshop_id=workshop,
                point=point,
                prepared_at=at or timezone.now(),
                prepared_by_id=actor.pk,
            )
        note = notes.get((convention, workshop))
        per_row[pk] = {"delivery": note.pk if note else None, "point": point.pk}
    outcome: gate.Outcome = gate.apply_many(
        Device.objects.filter(pk__in=per_row), "ship", actor=actor, at=at, comment=comment, per_row=per_row
    )
    Delivery.objects.filter(pk__in=[note.pk for note in notes.values()], lines=None).delete()
    return outcome


def cancel_shipment_devices(
    *, actor: Actor, devices: QuerySet[Device], at: datetime | None = None, comment: str = ""
) -> gate.Outcome:
    """The same for a set. Raises PermissionDenied."""
    mains = devices.main()  # type: ignore[attr-defined]
    return gate.apply_many(mains, "cancel_shipment", actor=actor, at=at, comment=comment)


def attach_device(
    *, actor: Actor, device: Device, desktop: Device, at: datetime | None = None, comment: str = ""
) -> Device:
    """Make one article of a reconditioned desktop and of a reconditioned screen, ``device``.

    Raises Unknown, PermissionDenied, Refused.
    """
    return gate.apply(device, "attach", actor=actor, at=at, comment=comment, desktop=desktop.pk)


def places_on(
    devices: Iterable[Device], convention: Convention, *, reserve: bool = False, at: datetime | None = None
) -> dict[int, dict[str, Any]]:
    """What each device is given: the convention, and the place of its type on the day, if there is one."""
    day = timezone.localdate(at)
    rows = Quota.objects.on(day).filter(convention=None if reserve else convention)
    quotas = dict(rows.values_list("type", "pk"))
    return {
        device.pk: {
            "convention": convention.pk,
            "convention_epci": convention.epci_id,
            "quota": quotas.get(device.type),
        }
        for device in devices
    }
