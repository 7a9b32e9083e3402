"""What outlives a household here (held for it, brought back by it, under warranty), and what is owed to it."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from distribution.machine.owed_rules import owed_devices
from distribution.models import Settlement
from prescriptions.enums import Bond
from prescriptions.liveness import keeps_alive
from prescriptions.owing import owes
from refurb.enums import DeviceState
from refurb.models.device import Device
from refurb.models.returns import BROUGHT_BACK

S = DeviceState


def _devices_of_household() -> QuerySet[Device]:
    return Device.objects.filter(need__prescription__household=OuterRef("pk"))


def reserved(at: datetime) -> Any:
    """The households for which a device is held."""
    return Exists(_devices_of_household().filter(state=S.RESERVED))


def returned(at: datetime) -> Any:
    """Those to which something is owed for a device they brought back: neither given back, exchanged nor refunded."""
    return Exists(_devices_of_household().filter(BROUGHT_BACK).exclude(_settled()))


def device_owed() -> Any:
    """The needs whose device was brought back, and is neither given back, exchanged nor refunded yet."""
    return Exists(owed_devices().filter(need=OuterRef("pk")))


def under_warranty(at: datetime) -> Any:
    """Those that have a device under warranty; that of a device whose return is settled is over."""
    covered = _devices_of_household().filter(warranty_until__gte=timezone.localdate(at))
    return Exists(covered.exclude(BROUGHT_BACK & Q(_settled())))


def _settled() -> Exists:
    return Exists(Settlement.objects.of_this_stay())


def register_bonds() -> None:
    """A household is kept while one of these holds; a need, while its device is owed."""
    keeps_alive(Bond.DEVICE_RESERVED, reserved)
    keeps_alive(Bond.DEVICE_RETURNED, returned)
    keeps_alive(Bond.WARRANTY, under_warranty)
    owes(device_owed)
