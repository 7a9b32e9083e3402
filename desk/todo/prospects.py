"""The next steps of prospecting of whoever acts: those of today, and those that are late."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import Block, Line, until
from donations.models import Prospect
from network.models import Membership


def next_steps(actor: Membership, at: datetime) -> Block:
    """Whom he said he would call, write to or visit; no list has these rows alone."""
    today = timezone.localdate(at)
    mine = Prospect.objects.visible_to(actor).due(today).filter(next_owner=actor.pk)
    return Block(
        "prospection",
        "Prospection\u00a0: vos prochaines étapes",
        mine.select_related("commune").order_by("next_on", "pk"),
        _prospect,
        "Aucune étape de prospection n’est à faire aujourd’hui.",
        late=Q(next_on__lt=today),
    )


def _prospect(prospect: Any) -> Line:
    url = reverse("donations:prospect_detail", args=[prospect.reference])
    return Line(prospect.name, url, f"{prospect.get_next_step_display()}, {prospect.commune}", until(prospect.next_on))
