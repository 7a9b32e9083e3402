"""What the inventory of a donor says of the device that is received, when its number names one of the lot's machines.

It fills what nobody read. A fact of an inventory proves nothing: neither storage nor its erasure.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from donations.models.donation import Donation, DonationLine
from donations.models.inventory import InventoryUnit
from donations.serials import same_serial
from donations.services.inventory import donor_key
from lifecycle.actors import Actor
from refurb.enums import COMPUTERS
from refurb.models.device import Device

FILLED = ("serial", "manufacturer", "model")
INSIDE = ("processor", "memory_gb")
SEVERAL = "plusieurs machines de l’inventaire de ce lot portent ce numéro\u00a0: scannez l’étiquette seule."
ELSEWHERE = "c’est le numéro d’une machine du lot {}, pas de celui-ci\u00a0: changez de ligne."


class NotOfLine(Exception):
    """A number was scanned that names no machine of the line; ``unit``: the one it names, elsewhere."""

    def __init__(self, sentence: str, unit: InventoryUnit | None = None) -> None:
        super().__init__(sentence)
        self.unit = unit


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


def unit_scanned(*, actor: Actor, line: DonationLine, text: str, number: str = "") -> InventoryUnit | None:
    """The machine of a line that was scanned instead of a label, by its maker's number or its donor's.

    None when ``text`` is a label: so is the same number twice (``number``: what was scanned before). A number of
    another machine is never taken for a label: raises NotOfLine.
    """
    if text.strip() == number.strip():
        return None
    found = list(units_named(line.donation_id, text).select_related("line__donation")[:2])
    if len(found) > 1:
        raise NotOfLine(SEVERAL)
    if found and found[0].line_id != line.pk:
        raise NotOfLine(f"cette machine est sur une autre ligne du lot\u00a0: {found[0].line}.", found[0])
    if found:
        return found[0]
    if serial := same_serial(text):
        awaited = Device.objects.visible_to(actor).exclude(line=None).values("line")
        elsewhere = InventoryUnit.objects.filter(serial_key=serial, device=None, line__in=awaited)
        other = elsewhere.select_related("line__donation").first()
        if other is not None and other.line is not None:
            raise NotOfLine(ELSEWHERE.format(other.line.donation.reference), other)
    return None


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
