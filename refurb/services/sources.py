"""Where the facts of a device come from: a file that was read on it, or another machine of its lot."""

from collections.abc import Collection

from refurb.models.carried import CarriedFacts
from refurb.models.device import Device
from refurb.models.hardware import HardwareReport


def sources_of(device: Device) -> dict[str, HardwareReport]:
    """``{field: the file that filled it}``, for the fields that are still as the file wrote them; one query."""
    found: dict[str, HardwareReport] = {}
    for report in HardwareReport.objects.standing().filter(device=device).order_by("-pk"):
        for name, value in report.filled.items():
            if name not in found and getattr(device, name, None) == value:
                found[name] = report
    return found


def carried_to(device: Device, read: Collection[str]) -> dict[str, CarriedFacts]:
    """``{field: where it was taken}`` of the fields that are still as they were taken, in this stay; one query.

    ``read``: those that a file of the machine says since (``sources_of``).
    """
    found: dict[str, CarriedFacts] = {}
    rows = CarriedFacts.objects.filter(device=device, stay=device.stay).select_related("like").order_by("-pk")
    for row in rows:
        for name, value in row.filled.items():
            if name not in found and name not in read and getattr(device, name, None) == value:
                found[name] = row
    return found
