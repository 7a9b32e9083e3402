"""What a household brought back: its device is in return, or looked for since it was."""

from django.db.models import OuterRef, Q

from lifecycle.linked import Linked
from refurb.enums import DeviceState
from refurb.models.device import Device

LOST_IN_RETURN = Q(state=DeviceState.MISSING, returned_at__isnull=False)
"""It keeps its need, its warranty and the day it came back: it is still the device of its household."""
BROUGHT_BACK = Q(state=DeviceState.RETURNED) | LOST_IN_RETURN


def settled() -> Q:
    """Of this stay, its household was served otherwise: exchanged, refunded, or it gave the device up."""
    return Q(Linked("settlements", superseded_by=None, stay=OuterRef("stay")))


def is_lost_in_return(device: Device) -> bool:
    """Whether it is looked for, and its household had brought it back."""
    return device.state == DeviceState.MISSING and device.returned_at is not None


def is_brought_back(device: Device) -> bool:
    """Whether its household brought it back, be it here or looked for."""
    return device.state == DeviceState.RETURNED or is_lost_in_return(device)


def is_settled(device: Device) -> bool:
    """Whether its household brought it back and was served otherwise: it is nobody's, its warranty is over."""
    return is_brought_back(device) and Device.objects.filter(settled(), pk=device.pk).exists()
