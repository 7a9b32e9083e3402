"""What a household brought back: its device is in return, or looked for since it was."""

from django.db.models import Q

from refurb.enums import DeviceState
from refurb.models.device import Device

LOST_IN_RETURN = Q(state=DeviceState.MISSING, returned_at__isnull=False)
"""It keeps its need, its warranty and the day it came back: it is still the device of its household."""
BROUGHT_BACK = Q(state=DeviceState.RETURNED) | LOST_IN_RETURN


def is_lost_in_return(device: Device) -> bool:
    """Whether it is looked for, and its household had brought it back."""
    return device.state == DeviceState.MISSING and device.returned_at is not None


def is_brought_back(device: Device) -> bool:
    """Whether its household brought it back, be it here or looked for."""
    return device.state == DeviceState.RETURNED or is_lost_in_return(device)
