"""What a workshop asks a point to send back: until when, whom it tells, and what is asked still.

It ends by itself: the device is back, its shipment is cancelled, or the file is sorted or set aside.
"""

from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Case, Exists, F, Func, OuterRef, Q, QuerySet, When
from django.utils import timezone

from calendars.days import day_start
from calendars.working_days import add_working_days
from distribution import emails
from distribution.machine.asked_back import asked_at
from distribution.parameters import ASKED_BACK_DAYS
from lifecycle.in_order import by_key
from lifecycle.registry import Move, on_transition
from refurb.enums import NOT_YET_HANDED_OVER
from refurb.models import Device


def due_on(asked: datetime) -> date:
    """The last day on which what was asked then is sent back in time."""
    day = timezone.localdate(asked)
    return add_working_days(day, ASKED_BACK_DAYS.on(day))


def late_before(at: datetime, days: int) -> datetime:
    """What was asked before this instant is late, when so many working days are given to send it back."""
    return day_start(add_working_days(timezone.localdate(at), -days))


def with_asked_back(devices: QuerySet[Any]) -> QuerySet[Any]:
    """``asked_back_at``: when their workshop asked for those that still wait for its sorting; None for the others.

    What waits is what the database asks of whatever leaves: no query of its own, on a page that has many.
    """
    waits = Func("pk", "stay", function="refurb_device_files_wait", output_field=BooleanField())
    screens = Device.objects.filter(waits, attached_to=OuterRef("pk"), state=OuterRef("state"))
    stands = Q(asked_at__isnull=False, state__in=NOT_YET_HANDED_OVER) & (Q(waits) | Q(Exists(screens)))
    return devices.annotate(asked_at=asked_at()).annotate(asked_back_at=Case(When(stands, then=F("asked_at"))))


def tell_asked_back(move: Move) -> None:
    """The people of the point learn what is to be sent back, and until when."""
    around = ("point__organisation", "point__distributor", "workshop")
    for device in by_key(Device.objects.filter(pk__in=move.pks).select_related(*around)):
        emails.return_asked_for_point(device, due_on(move.at), move.at)


def register() -> None:
    """The registrations of this subject."""
    on_transition("device", "ask_back", tell_asked_back)
