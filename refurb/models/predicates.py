"""What is true of a device by what is written beside it: conditions on the rows of devices."""

from django.db.models import Q

from donations.enums import Destination
from lifecycle.linked import Linked
from refurb.enums import DeviceType


def never_held_data() -> Q:
    """A screen that its donor announced, and that the journal never tells as anything else.

    Whoever registers what nobody announced is alone to call it a screen: it is looked into, as a computer is.
    """
    return Q(type=DeviceType.SCREEN) & ~Q(Linked("journal", doubted()))


def doubted() -> Q:
    """The moves of a device by which it may hold data, though it is a screen."""
    return ~Q(type=DeviceType.SCREEN) | Q(verb="register")


def for_recycling() -> Q:
    """What was decided of its line is that nobody uses it again, and still is."""
    return Q(line__decision__destination=Destination.RECYCLING, line__redirection=None)
