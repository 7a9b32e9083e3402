"""What a workshop asks a point to send back: until when, whom it tells, and what is asked still.

It ends by itself: the device is back, its shipment is cancelled, or the file is sorted or set aside.
"""

from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Case, Exists, F, Func, OuterRef, Q, QuerySet, When
from django.utils import timezone

from calendars.days import day_start
from calendars.working_days import add_working_days
from conventions.models import Convention
from distribution import emails
from distribution.machine.files_rules import asked_at
from distribution.parameters import ASKED_BACK_DAYS
from lifecycle.in_order import by_key
from lifecycle.registry import Move, on_transition
from refurb.enums import NOT_YET_HANDED_OVER
from refurb.models import Device
from refurb.models.device import DeviceQuerySet
from typography.french import day


def due_on(asked: datetime) -> date:
    """The last day on which what was asked then is sent back in time."""
    since = timezone.localdate(asked)
    return add_working_days(since, ASKED_BACK_DAYS.on(since))


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


def to_send_back(devices: DeviceQuerySet, at: datetime, alive: QuerySet[Convention] | None = None) -> QuerySet[Any]:
    """What a point sends back, with ``asked_back_at``: its workshop asks for it, or its convention has been over for
    too long; ``alive`` as ``DeviceQuerySet.to_send_back`` is given it."""
    over = devices.to_send_back(at, alive)
    wanted = Q(pk__in=over.values("pk")) | Q(asked_back_at__isnull=False)
    return with_asked_back(devices).filter(wanted).order_by(F("asked_back_at").asc(nulls_last=True), "pk")


def is_asked_back(device: Device) -> bool:
    """Whether its workshop asks for it today; one query."""
    return with_asked_back(Device.objects.filter(pk=device.pk)).exclude(asked_back_at=None).exists()


def due_in_words(asked: datetime) -> str:
    """That it is asked for, and the last day."""
    return f"Retour demandé par l’atelier, au plus tard le {day(due_on(asked))}"


def tell_asked_back(move: Move) -> None:
    """The people of the point learn what is to be sent back, and until when."""
    around = ("point__organisation", "point__distributor", "workshop")
    for device in by_key(Device.objects.filter(pk__in=move.pks).select_related(*around)):
        emails.return_asked_for_point(device, due_on(move.at), move.at)


def register() -> None:
    """The registrations of this subject."""
    on_transition("device", "ask_back", tell_asked_back)
