"""What is true of a device by what is written beside it: conditions on the rows of devices."""

from functools import cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from donations.enums import Destination
from donations.models import InventoryUnit
from lifecycle.linked import Linked
from refurb.enums import DeviceType
from refurb.models.drive import Drive


def never_held_data() -> Q:
    """A screen that its donor announced, and of which nothing that is written says anything else.

    Whoever registers what nobody announced is alone to call it a screen: it is looked into, as a computer is. So is one
    of which its donor tells what is inside, or a file of the machine reads another type. As long as nobody knows which
    machine of its line it is, what is told of one of them is told of it.
    """
    its_own = tells_inside(InventoryUnit.objects.filter(pk=OuterRef("inventory")))
    of_its_line = tells_inside(InventoryUnit.objects.filter(line=OuterRef("line")))
    return (
        Q(type=DeviceType.SCREEN)
        & ~Q(Exists(its_own))
        & (Q(inventory__isnull=False) | ~Q(Exists(of_its_line)))
        & ~Q(Linked("journal", doubted()))
        & ~Q(Linked("hardwarereports", read_otherwise()))
    )


def tells_inside(units: QuerySet[InventoryUnit]) -> QuerySet[InventoryUnit]:
    """Those of which their donor tells a processor, a memory or a storage: a screen has none."""
    return units.exclude(processor="", storage="", memory_gb=None)


def doubted() -> Q:
    """The moves of a device by which it may hold data, though it is a screen."""
    return ~Q(type=DeviceType.SCREEN) | Q(verb="register")


def read_otherwise() -> Q:
    """The files of a machine that read another type than the one it is called."""
    return Q(withdrawn_at=None, differences__has_key="type")


def for_recycling() -> Q:
    """What was decided of its line is that nobody uses it again, and still is."""
    return Q(line__decision__destination=Destination.RECYCLING, line__redirection=None)


@cache
def unproven() -> Q:
    """A drive is in it that nothing proves empty since the arrival."""
    return Q(Exists(Drive.objects.of_this_stay().unproven().in_place()))


@cache
def left_behind() -> Q:
    """A drive was seen in it in an earlier stay: nothing proves it empty, and nobody said what became of it."""
    return Q(Exists(Drive.objects.left_behind().filter(device=OuterRef("pk"))))
