"""Stocktakes: begin one, scan, take a scan back, put away what is misplaced, close or abandon it."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models.functions import Now
from django.utils import timezone

from distribution.enums import Finding, StocktakeState
from distribution.models import Stocktake, StocktakeLine, StocktakeScan
from distribution.permissions import can_count_stock
from distribution.stocktaking import findings_of, handled_since, misplaced_in
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.instants import database_clock
from lifecycle.locking import lock
from lifecycle.machine import Reason
from network.models import Membership
from refurb.enums import ENDED, DeviceState
from refurb.models import Device, DistributionPoint
from refurb.permissions import at_own_points
from refurb.services.devices import place_devices
from refurb.tags import normal

OVER = Reason("stocktake_over", "Cet inventaire est fini\u00a0: commencez-en un autre.")
NOT_STANDING = Reason("not_standing", "Ce scan est déjà annulé.")


@gate.one_transaction
def begin_stocktake(
    *,
    actor: Membership,
    point: DistributionPoint | None = None,
    place: str = "",
    type: str = "",  # noqa: A002
    at: datetime | None = None,
) -> Stocktake:
    """Begin to count the actor's workshop, or a point of his; one place or one type of it, where they are given.

    Raises Unknown, PermissionDenied, Refused.
    """
    if can_count_stock(actor) is None or (point is not None and not _keeps(actor, point)):
        raise PermissionDenied
    workshop = None if point is not None else actor.organisation_id
    clock, _ = database_clock()
    new = Stocktake(workshop_id=workshop, point=point, place=place.strip(), type=type, written_at=clock)
    begun: Stocktake = gate.create(new, "begin", actor=actor, at=at)
    return begun


@gate.one_transaction
def scan_stock(
    *, actor: Membership, stocktake: Stocktake, texts: Sequence[str], place: str = "", at: datetime | None = None
) -> list[StocktakeScan]:
    """Write down what was scanned, a set at a time; the same device twice counts once.

    A device that the actor may not see is an unknown label to him. Raises Unknown, PermissionDenied, Refused.
    """
    held = _locked_stocktake(actor, stocktake)
    known = _known(actor, texts)
    return StocktakeScan.objects.bulk_create(
        StocktakeScan(
            stocktake=held,
            text=text,
            device=(device := known.get(normal(text))),
            place=place.strip() or held.place,
            recorded_place=None if device is None else device.place,
            scanned_at=at or timezone.now(),
            written_at=Now(),
            scanned_by=actor,
        )
        for text in texts
    )


@gate.one_transaction
def take_scan_back(*, actor: Membership, scan: StocktakeScan, at: datetime | None = None) -> StocktakeScan:
    """A label that should not have been scanned counts no more. Raises Unknown, PermissionDenied, Refused."""
    held = _locked_stocktake(actor, scan.stocktake)
    if StocktakeScan.objects.filter(takes_back=scan).exists():
        raise Refused({held.pk: (NOT_STANDING,)})
    return StocktakeScan.objects.create(
        stocktake=held,
        text=scan.text,
        device_id=scan.device_id,
        place=scan.place,
        recorded_place=scan.recorded_place,
        scanned_at=at or timezone.now(),
        written_at=Now(),
        scanned_by=actor,
        takes_back=scan,
    )


@gate.one_transaction
def close_stocktake(*, actor: Actor, stocktake: Stocktake, at: datetime | None = None, comment: str = "") -> Stocktake:
    """Say that all was scanned: what was found is written down. Raises Unknown, PermissionDenied, Refused."""
    closed: Stocktake = gate.apply(stocktake, "close", actor=actor, at=at, comment=comment)
    clock, _ = database_clock()
    StocktakeLine.objects.bulk_create(found.line(closed, clock) for found in findings_of(closed))
    return closed


@gate.one_transaction
def put_away_misplaced(*, actor: Actor, stocktake: Stocktake) -> int:
    """Write of each misplaced device where it was seen, of those that nobody moved since; how many.

    Raises Unknown, PermissionDenied, Refused.
    """
    if not Stocktake.objects.visible_to(actor).filter(pk=stocktake.pk).exists():
        raise Unknown
    by_place: dict[str, list[Device]] = {}
    for found in misplaced_in(stocktake):
        if found.device is not None:
            by_place.setdefault(found.seen_at, []).append(found.device)
    return sum(place_devices(actor=actor, devices=devices, place=place) for place, devices in by_place.items())


def missing_from(stocktake: Stocktake) -> list[str]:
    """The references of the devices that were not found, and that nobody has seen or moved since it was closed."""
    found = StocktakeLine.objects.filter(stocktake=stocktake, finding=Finding.MISSING)
    lines = list(found.select_related("device"))
    devices = [line.device_id for line in lines if line.device_id is not None]
    clock = lines[0].written_at if lines else None
    handled = set() if stocktake.ended_at is None else handled_since(devices, stocktake.ended_at, clock)
    counted = StocktakeScan.objects.filter(takes_back=None, taken_back_by=None, device__in=found.values("device"))
    later = set(counted.filter(scanned_at__gt=stocktake.ended_at).values_list("device", flat=True))
    return [
        line.device.reference
        for line in lines
        if line.device is not None and line.device.place == line.expected_at and line.device.pk not in later | handled
    ]


def _keeps(actor: Membership, point: DistributionPoint) -> bool:
    """Whether the actor keeps the shelf of this point: whether it is being counted is told to nobody else."""
    return at_own_points(actor) is not None and actor.organisation_id in (point.distributor_id, point.organisation_id)


def _locked_stocktake(actor: Membership, stocktake: Stocktake) -> Stocktake:
    """The stocktake, locked, if it is the actor's to count and not over."""
    scope = can_count_stock(actor)
    if not Stocktake.objects.visible_to(actor).filter(pk=stocktake.pk).exists():
        raise Unknown
    if scope is None:
        raise PermissionDenied
    lock(Stocktake, [stocktake.pk], "FOR NO KEY UPDATE")
    held = Stocktake.objects.filter(scope, pk=stocktake.pk).first()
    if held is None:
        raise PermissionDenied
    if held.state != StocktakeState.OPEN:
        raise Refused({held.pk: (OVER,)})
    return held


def _known(actor: Actor, texts: Sequence[str]) -> dict[str, Device]:
    """``{normal form: device}`` of what was scanned, by label, reference or number; one that two bear is unknown."""
    seen = Device.objects.visible_to(actor)
    named = seen.labelled(texts)
    found: dict[str, Device] = {}
    for device in sorted(named, key=lambda one: one.state not in (*ENDED, DeviceState.WITHDRAWN)):
        found |= {normal(device.reference): device} | ({device.tag_key: device} if device.tag else {})
    left = [text for text in texts if normal(text) not in found]
    twice: set[str] = set()
    for device in seen.filter(serial__in=left).exclude(serial="").exclude(state__in=ENDED):
        key = normal(device.serial)
        twice |= {key} if key in found else set()
        found[key] = device
    return {key: device for key, device in found.items() if key not in twice}
