"""Devices lost with data on them of which nobody wrote down what was done, for « À faire »."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from desk.todo.blocks import Block, BlockRow, until_the_minute
from network.models import Membership
from refurb.models import Incident
from refurb.models.incident import TO_THE_CNIL


def incidents_to_note(actor: Membership, at: datetime) -> Block:
    """For the pilot, who keeps the register."""
    return _incidents(actor, at, lambda one: reverse("refurb:incident_note", args=[one.device.reference, one.pk]))


def incidents_to_advise(actor: Membership, at: datetime) -> Block:
    """For the data protection officer, who advises the pilot and writes nothing of it (RGPD, art. 39, 1)."""
    return _incidents(actor, at, lambda one: reverse("refurb:incident_list"))


def _incidents(actor: Membership, at: datetime, url_of: Callable[[Any], str]) -> Block:
    waiting = Incident.objects.visible_to(actor).unanswered().select_related("device", "workshop")
    return Block(
        "incidents",
        "Incidents de données",
        waiting.order_by("awaited_since", "pk"),
        lambda one: _incident(one, url_of(one)),
        "Aucun appareil perdu avec des données n’attend de suite.",
        late=Q(awaited_since__lt=at - TO_THE_CNIL),
    )


def _incident(incident: Any, url: str) -> BlockRow:
    again = incident.awaited_since == incident.unjudged_since
    word = "à juger de nouveau avant le" if again else "à notifier avant le"
    if incident.to_complete_since is not None:
        word = "vol démenti\u00a0: notification à compléter avant le"
    told = until_the_minute(incident.awaited_since + TO_THE_CNIL, word)
    about = f"{incident.workshop}, volé" if incident.stolen_at else str(incident.workshop)
    return BlockRow(f"{incident}, {incident.device}", url, about, told)
