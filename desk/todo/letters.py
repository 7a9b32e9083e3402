"""« À faire » of whoever prints letters to households: those that nobody posted."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from calendars.days import day_start
from calendars.working_days import add_working_days
from desk.todo.blocks import Block, BlockRow, since
from lifecycle.actors import Actor
from prescriptions.models import HouseholdMessage
from prescriptions.parameters import POST_DAYS


def letters_to_post(actor: Actor, at: datetime) -> Block:
    """Printed, and nobody said that they left: a household that waits for one is told nothing."""
    rows = HouseholdMessage.objects.letters_of(actor).to_post().select_related("letter")
    return Block(
        "lettres-a-poster",
        "Lettres imprimées, à poster",
        rows.order_by("written_at", "pk"),
        _letter,
        "Toutes les lettres sont parties.",
        reverse("prescriptions:letter_list"),
        late=Q(written_at__lt=_in_time_from(at)),
    )


def _in_time_from(at: datetime) -> datetime:
    """Since when a letter may have been made, and still be posted in time: a day that is not worked is not counted."""
    today = timezone.localdate(at)
    day, days = today, POST_DAYS.on(today)
    while add_working_days(day - timedelta(days=1), days) >= today:
        day -= timedelta(days=1)
    return day_start(day)


def _letter(message: Any) -> BlockRow:
    url = reverse("prescriptions:letter_list")
    return BlockRow(message.letter.title, url, message.letter.values["reference"], since(message.written_at, "faite"))
