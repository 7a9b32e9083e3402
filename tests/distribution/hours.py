"""A point that receives, and what is booked there."""

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from calendars.working_days import is_working_day
from distribution.models import Appointment, PointOpening
from distribution.services.appointments import book_appointment, slots_for
from distribution.services.openings import open_hours
from distribution.slots import Slot
from network.models import Membership
from prescriptions.models import Need, Prescription
from refurb.models import Device, DistributionPoint
from tests.distribution.shelves import Shelf
from tests.remembered import remembered

DAILY = {"starts_at": time(9), "ends_at": time(12), "minutes": 30, "places": 1}


def opened(shelf: Shelf, point: DistributionPoint | None = None, **given: Any) -> list[PointOpening]:
    """A point receives every day of the week, since a while."""
    since = timezone.localdate() - timedelta(days=60)
    said = {"valid_from": since, **DAILY, **given}
    return _open_all_week(shelf.pilot, point or shelf.point, said)


@remembered()
def _open_all_week(pilot: Membership, point: DistributionPoint, said: dict[str, Any]) -> list[PointOpening]:
    return [open_hours(actor=pilot, point=point, weekday=day, **said) for day in range(7)]


def next_hours(shelf: Shelf, device: Device, most: int = 3) -> list[Slot]:
    return slots_for(device, actor=shelf.adviser, most=most)


def a_later_hour(shelf: Shelf, device: Device) -> datetime:
    """The first hour of a morning some days ahead, whatever the hour it is: a household may still change it."""
    morning = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=5), time.min))
    return slots_for(device, actor=shelf.adviser, after=morning, most=1)[0].starts_at


def need_of(device: Device) -> Need:
    assert device.need is not None
    return device.need


def booked(shelf: Shelf, device: Device, starts_at: datetime | None = None, **given: Any) -> Appointment:
    """An hour for what is put aside: some days ahead, unless it is given."""
    hour = starts_at or a_later_hour(shelf, device)
    return remembered()(book_appointment)(actor=shelf.adviser, need=need_of(device), starts_at=hour, **given)


def last_working_day() -> datetime:
    """Ten in the morning of the last working day before today, Paris time."""
    day = timezone.localdate() - timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(10)))


def sheet_of(prescription: Prescription) -> str:
    """What the household's last sheet says."""
    paper = prescription.papers.select_related("document").first()
    assert paper is not None
    return " ".join(paper.document.values["sentences"])
