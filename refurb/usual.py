"""What a workshop usually says of machines of one model in one lot: the system installed, the price by grade. Reading.

Told as coming from one of them, and taken only by whoever leaves it as it is.
"""

from dataclasses import dataclass
from decimal import Decimal

from refurb.models.bench import Grading
from refurb.models.device import Device, DeviceQuerySet

SYSTEM = "os"
"""The measure of the scales that says which system is installed."""
SYSTEM_LIKE = "os_like"
"""Beside it, in what a form opens with: the machine whose system is proposed; no measure has this name."""


@dataclass(frozen=True)
class UsualPrice:
    """What the last machine of the same lot, model and grade is sold at, in euros."""

    price: Decimal
    like: Device
    grade: str

    @property
    def posted(self) -> str:
        """As the page sends it back, to be held against the price of that instant."""
        return str(self.price)


def usual_price(device: Device, grade: str) -> UsualPrice | None:
    """The price of the last one of its lot, model and ``grade`` (its label); None where there is none."""
    like = _alike(device).filter(grading__label=grade, price__isnull=False).order_by("-ready_at", "-pk").first()
    return None if like is None or like.price is None else UsualPrice(like.price, like, grade)


@dataclass(frozen=True)
class UsualSystem:
    """What the last machine of the same lot and model was given, as the scales call it."""

    system: str
    like: Device


def usual_system(device: Device) -> UsualSystem | None:
    """The system that was installed on the last one of its lot and model that was graded; None where none was."""
    rows = Grading.objects.current().filter(device__in=_alike(device)).order_by("-pk")
    graded = rows.select_related("device").first()
    system = "" if graded is None else str(graded.measures.get(SYSTEM, ""))
    return UsualSystem(system, graded.device) if graded is not None and system else None


def grade_of(device: Device) -> str:
    """The label of the grade that was worked out in this stay; empty before."""
    last = Grading.objects.current().filter(device=device, stay=device.stay).order_by("-pk").first()
    return "" if last is None else last.label


def _alike(device: Device) -> DeviceQuerySet:
    """The other machines of its lot, type, maker and model in this workshop; none while its model is not known."""
    if device.donation_id is None or not (device.manufacturer and device.model):
        return Device.objects.none()
    return Device.objects.filter(
        donation=device.donation_id,
        workshop=device.workshop_id,
        type=device.type,
        manufacturer__iexact=device.manufacturer,
        model__iexact=device.model,
    ).exclude(pk=device.pk)
