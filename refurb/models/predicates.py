"""What is true of a device by what is written beside it: conditions on the rows of devices."""

from django.db.models import Q

from donations.enums import Destination
from lifecycle.linked import Linked
from refurb.enums import DeviceType


def never_held_data() -> Q:
    """A screen that the journal never tells as anything else."""
    return Q(type=DeviceType.SCREEN) & ~Q(Linked("journal", ~Q(type=DeviceType.SCREEN)))


def for_recycling() -> Q:
    """What was decided of its line is that nobody uses it again."""
    return Q(line__decision__destination=Destination.RECYCLING)
