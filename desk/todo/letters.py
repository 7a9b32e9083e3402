"""« À faire » of whoever prints letters to households: those that nobody posted."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from desk.todo.blocks import Block, BlockRow, since
from lifecycle.actors import Actor
from prescriptions.models import HouseholdMessage

LATE_AFTER = timedelta(days=2)
"""How long a letter may wait for somebody to post it."""


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
        late=Q(written_at__lt=at - LATE_AFTER),
    )


def _letter(message: Any) -> BlockRow:
    url = reverse("prescriptions:letter_list")
    return BlockRow(message.letter.title, url, message.letter.values["reference"], since(message.written_at, "faite"))
