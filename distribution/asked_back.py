"""What a workshop asks a point to send back: until when, whom it tells, and what is asked still.

It ends by itself: the device is back, its shipment is cancelled, or the file is sorted or set aside.
"""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from calendars.days import day_start
from calendars.working_days import add_working_days
from distribution import emails
from distribution.machine.asked_back import asked_back_at
from distribution.parameters import ASKED_BACK_DAYS
from lifecycle.in_order import by_key
from lifecycle.registry import Move, on_transition
from refurb.enums import NOT_YET_HANDED_OVER
from refurb.models import Device
from refurb.unsorted import unsorted_along


def due_on(asked_at: datetime) -> date:
    """The last day on which what was asked then is sent back in time."""
    day = timezone.localdate(asked_at)
    return add_working_days(day, ASKED_BACK_DAYS.on(day))


def late_before(at: datetime) -> datetime:
    """What was asked before this instant is late."""
    today = timezone.localdate(at)
    return day_start(add_working_days(today, -ASKED_BACK_DAYS.on(today)))


def asked_back(devices: QuerySet[Device]) -> QuerySet[Any]:
    """Those that their workshop asked for and that still wait for its sorting, with ``asked_back_at``."""
    asked = devices.filter(state__in=NOT_YET_HANDED_OVER).annotate(asked_back_at=asked_back_at())
    asked = asked.exclude(asked_back_at=None)
    return asked.filter(pk__in=unsorted_along(asked.values_list("pk", flat=True)))


def tell_asked_back(move: Move) -> None:
    """The people of the point learn what is to be sent back, and until when."""
    around = ("point__organisation", "point__distributor", "workshop")
    for device in by_key(Device.objects.filter(pk__in=move.pks).select_related(*around)):
        emails.return_asked_for_point(device, due_on(move.at), move.at)


def register() -> None:
    """The registrations of this subject."""
    on_transition("device", "ask_back", tell_asked_back)
