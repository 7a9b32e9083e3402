"""What is true of a device by what is written beside it: conditions on the rows of devices."""

from django.db.models import Q

from donations.enums import Destination
from lifecycle.linked import Linked
from refurb.enums import DeviceType


def never_held_data() -> Q:
    """A screen that its donor announced, and of which nothing that is written says anything else.

    Whoever registers what nobody announced is alone to call it a screen: it is looked into, as a computer is. So is one
    of which its donor tells what is inside, or a file of the machine reads another type.
    """
    told = ~Q(inventory__processor="") | ~Q(inventory__storage="") | Q(inventory__memory_gb__isnull=False)
    announced = Q(inventory=None) | ~told
    return (
        Q(type=DeviceType.SCREEN)
        & announced
        & ~Q(Linked("journal", doubted()))
        & ~Q(Linked("hardwarereports", read_otherwise()))
    )


def doubted() -> Q:
    """The moves of a device by which it may hold data, though it is a screen."""
    return ~Q(type=DeviceType.SCREEN) | Q(verb="register")


def read_otherwise() -> Q:
    """The files of a machine that read another type than the one it is called."""
    return Q(withdrawn_at=None, differences__has_key="type")


def for_recycling() -> Q:
    """What was decided of its line is that nobody uses it again, and still is."""
    return Q(line__decision__destination=Destination.RECYCLING, line__redirection=None)
