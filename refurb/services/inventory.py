"""What the inventory of a donor says of the device that is received, when its number names one of the lot's machines.

It fills what nobody read. A fact of an inventory proves nothing: neither storage nor its erasure.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from donations.models.donation import Donation
from donations.models.inventory import InventoryUnit
from donations.serials import same_serial
from donations.services.inventory import donor_key
from refurb.enums import COMPUTERS
from refurb.models.device import Device

FILLED = ("serial", "manufacturer", "model")
INSIDE = ("processor", "memory_gb")


def units_named(donation: Donation | int, text: str) -> QuerySet[InventoryUnit]:
    """The machines of a lot's inventory that bear this number, their maker's or their donor's, not received yet."""
    serial, number = same_serial(text), donor_key(text)
    named = Q(serial_key=serial) if serial else Q(pk=None)
    if number:
        named |= Q(donor_key=number)
    return InventoryUnit.objects.filter(named, line__donation=donation, device=None)


def unit_for(device: Device, text: str) -> InventoryUnit | None:
    """The machine of its lot's inventory that a device is, told by a number; None when none or several bear it."""
    if device.donation_id is None or device.inventory_id is not None or not text.strip():
        return None
    found = list(units_named(device.donation_id, text).filter(type=device.type)[:2])
    return found[0] if len(found) == 1 else None


def facts_of(unit: InventoryUnit, device: Device, read: Mapping[str, Any]) -> dict[str, Any]:
    """What the inventory says and nobody read: ``read`` and what the device already says win."""
    announced = "" if device.line is None else device.line.model_name[:80]
    facts: dict[str, Any] = {}
    for name in (*FILLED, *(INSIDE if device.type in COMPUTERS else ())):
        known = read.get(name) or getattr(device, name)
        if name == "model" and known == announced and not read.get(name):
            known = ""
        told = getattr(unit, name)
        if told and not known:
            facts[name] = told
    return facts
