"""What a stocktake finds: what was scanned, held against what should stand there. Pure reading."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max

from distribution.enums import Finding, StocktakeState
from distribution.models import Stocktake, StocktakeLine, StocktakeScan
from refurb.enums import IN_THE_WORKSHOP, DeviceState
from refurb.models import Device, DeviceEntry
from refurb.models.device import DeviceQuerySet

ON_THE_SHELF = (DeviceState.AVAILABLE, DeviceState.RESERVED, DeviceState.RETURNED)
"""What stands at a distribution point."""
ON_PAPER = ("allot", "release_allotment", "reserve", "release", "cancel_shipment")
"""Steps that are taken from a desk, or by the clock: nobody needs the device at hand for them."""


@dataclass(frozen=True)
class StocktakeFound:
    """What is said of one device, or of one label that no device bears."""

    finding: Finding
    device: Device | None
    text: str = ""
    seen_at: str = ""
    recorded_place: str | None = None
    written_at: datetime | None = None

    @property
    def is_moved_since(self) -> bool:
        """Whether a place was written of it since it was seen, be it the one of before: that is the later fact."""
        if self.device is None:
            return False
        last = self.device.place_written_at
        later = self.written_at is not None and last is not None and last > self.written_at
        return later or self.recorded_place not in (None, self.device.place)

    def line(self, stocktake: Stocktake, written_at: datetime) -> StocktakeLine:
        """The same, as it is kept."""
        device = self.device
        return StocktakeLine(
            stocktake=stocktake,
            finding=self.finding,
            device=device,
            text=self.text,
            state=device.state if device else "",
            expected_at=device.place if device else "",
            seen_at=self.seen_at,
            written_at=written_at,
        )


def expected_in(stocktake: Stocktake) -> DeviceQuerySet:
    """What should stand there: in the hands of the workshop, or on the shelf of the point; of this place and type."""
    if stocktake.workshop_id is not None:
        rows = Device.objects.filter(workshop=stocktake.workshop_id, state__in=IN_THE_WORKSHOP)
    else:
        rows = Device.objects.filter(point=stocktake.point_id, state__in=ON_THE_SHELF)
    if stocktake.place:
        rows = rows.filter(place__iexact=stocktake.place)
    return rows.filter(type=stocktake.type) if stocktake.type else rows


def standing(stocktake: Stocktake) -> list[StocktakeScan]:
    """The scans that count, the last of each device and of each unknown label, newest first; one query."""
    scans = StocktakeScan.objects.filter(stocktake=stocktake, takes_back=None, taken_back_by=None)
    last: dict[object, StocktakeScan] = {}
    for scan in scans.select_related("device__point").order_by("-pk"):
        last.setdefault(scan.device_id or scan.text, scan)
    return list(last.values())


def findings_of(stocktake: Stocktake) -> list[StocktakeFound]:
    """All that it finds now, in the order of ``Finding``; as many queries whatever the number of devices."""
    expected = {device.pk: device for device in expected_in(stocktake)}
    order = list(Finding)
    return sorted(_findings(stocktake, expected), key=lambda found: order.index(found.finding))


def misplaced_in(stocktake: Stocktake) -> list[StocktakeFound]:
    """What was seen elsewhere than it is recorded, less what was moved since; none of an abandoned one."""
    found = [one for one in _astray(stocktake) if not one.is_moved_since]
    if stocktake.state == StocktakeState.OPEN:
        return found
    lines = StocktakeLine.objects.filter(stocktake=stocktake, finding=Finding.MISPLACED)
    then = dict(lines.values_list("device", "expected_at"))
    return [one for one in found if one.device is not None and then.get(one.device.pk) == one.device.place]


def moved_since(stocktake: Stocktake) -> list[StocktakeFound]:
    """What was seen at a place, and recorded at another since: it stays where it was written last."""
    return [one for one in _astray(stocktake) if one.is_moved_since]


def _astray(stocktake: Stocktake) -> list[StocktakeFound]:
    """What was seen elsewhere than it is recorded now."""
    if stocktake.state == StocktakeState.ABANDONED:
        return []
    return [one for one in findings_of(stocktake) if one.finding == Finding.MISPLACED and one.device and one.seen_at]


def _findings(stocktake: Stocktake, expected: dict[int, Device]) -> Iterator[StocktakeFound]:
    seen = set()
    scans = standing(stocktake)
    opened = stocktake.opened_at
    moved = _last_moved([scan.device_id for scan in scans if scan.device_id], opened) if opened else {}
    for scan in scans:
        device = scan.device
        if device is None:
            yield StocktakeFound(Finding.UNKNOWN, None, scan.text, scan.place)
            continue
        seen.add(device.pk)
        finding = _finding(stocktake, device, scan, device.pk in expected)
        if finding == Finding.UNEXPECTED and device.pk in moved and moved[device.pk] > scan.scanned_at:
            finding = Finding.HANDLED
        yield StocktakeFound(finding, device, scan.text, scan.place, scan.recorded_place, scan.written_at)
    left = [pk for pk in expected if pk not in seen]
    handled = handled_since(left, opened, stocktake.written_at) if opened else set()
    for pk in left:
        yield StocktakeFound(Finding.HANDLED if pk in handled else Finding.MISSING, expected[pk])


def handled_since(devices: list[int], at: datetime, written_at: datetime | None) -> set[int]:
    """Which of these somebody had in hand since: moved after ``at`` but on paper, or placed after ``written_at``.

    ``written_at``: by the clock of the database, which the instants of a story do not change. Two queries.
    """
    handled = set(_last_moved(devices, at))
    if written_at is not None:
        placed = Device.objects.filter(pk__in=devices, place_written_at__gt=written_at)
        handled |= set(placed.values_list("pk", flat=True))
    return handled


def _last_moved(devices: Collection[int], since: datetime) -> dict[int, datetime]:
    """When each was moved last after ``since``, but on paper; one query."""
    moves = DeviceEntry.objects.filter(object__in=devices, at__gt=since).exclude(source=F("target"))
    in_hand = moves.exclude(verb__in=ON_PAPER).order_by().values_list("object")
    return dict(in_hand.annotate(last=Max("at")))


def _finding(stocktake: Stocktake, device: Device, scan: StocktakeScan, is_expected: bool) -> Finding:
    """One of this stock that was recorded at another place is misplaced; one of elsewhere is not expected here."""
    own = device.workshop_id == stocktake.workshop_id and device.state in IN_THE_WORKSHOP
    on_shelf = device.point_id == stocktake.point_id and device.state in ON_THE_SHELF
    is_here = own if stocktake.workshop_id is not None else on_shelf
    if not is_here:
        return Finding.UNEXPECTED
    if scan.place and scan.place.casefold() != device.place.casefold():
        return Finding.MISPLACED
    return Finding.FOUND if is_expected or not stocktake.place else Finding.MISPLACED
