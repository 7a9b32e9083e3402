"""The committees to which one was convened: those to come, and the minutes of those that closed lately."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from desk.models import Committee
from desk.todo.blocks import Block, BlockRow, until
from network.models import Membership
from typography.french import day

LATELY = timedelta(days=30)
"""How long the minutes are shown."""


def committees(actor: Membership, at: datetime) -> tuple[Block, Block]:
    """Where one is awaited; then what is only to be read. One query each; no list has these rows alone."""
    coming = Q(meets_on__gte=timezone.localdate(at), meeting=None) | Q(meeting__closed_at=None, meeting__isnull=False)
    held = Committee.objects.visible_to(actor).not_cancelled().select_related("meeting")
    return (
        Block(
            "comites",
            "Comités où vous êtes convoqué",
            held.filter(coming).order_by("meets_on", "pk"),
            _committee,
            "Vous n’êtes convoqué à aucun comité.",
        ),
        Block(
            "comptes-rendus",
            "Comptes rendus de comité à lire",
            held.filter(meeting__closed_at__gt=at - LATELY).order_by("-meeting__closed_at", "pk"),
            _committee,
            f"Aucun comité où vous siégez ne s’est clos depuis {LATELY.days}\u00a0jours.",
        ),
    )


def _committee(committee: Any) -> BlockRow:
    meeting = getattr(committee, "meeting", None)
    if meeting is None:
        url = reverse("desk:committee_detail", args=[committee.pk])
        return BlockRow(committee.get_kind_display(), url, committee.place, until(committee.meets_on, "le"))
    url = reverse("desk:meeting_detail", args=[meeting.reference])
    about = f"compte rendu du {day(meeting.closed_at)}" if meeting.closed_at else "en séance"
    return BlockRow(committee.get_kind_display(), url, about, day(committee.meets_on))
