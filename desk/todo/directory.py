"""What the directory of those who prescribe asks of its keepers, and awareness sessions of the pilot."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import Block, BlockRow, since
from network.enums import ServiceState
from network.models import AwarenessSession, Membership, PublicService
from network.models.directory import confirmed_before


def entries(actor: Membership, at: datetime) -> Block:
    """The entries of his structure that are to be confirmed again; the one to publish when it has none."""

    def rows() -> Sequence[Any]:
        stale = Q(state=ServiceState.PUBLISHED, confirmed_at__lt=confirmed_before(timezone.localdate(at)))
        own = PublicService.objects.filter(organisation=actor.organisation_id).select_related("organisation")
        known = list(own.annotate(stale=ExpressionWrapper(stale, BooleanField())).order_by("confirmed_at", "pk"))
        return [row for row in known if row.stale] if known else [None]

    return Block(
        "annuaire",
        "Votre fiche dans l’annuaire",
        rows,
        _entry,
        "L’annuaire dit juste comment vous joindre.",
    )


def sessions_to_record(actor: Membership, at: datetime) -> Block:
    """Sessions that are over, of which nobody said who came."""
    return Block(
        "sensibilisations",
        "Sensibilisations\u00a0: dire qui est venu",
        AwarenessSession.objects.visible_to(actor).to_record(at).select_related("commune").order_by("ends_at", "pk"),
        _session,
        "La présence de chaque session passée est notée.",
    )


def _entry(row: Any) -> BlockRow:
    if row is None:
        url = reverse("network:public_service_publish")
        return BlockRow("Publier la fiche de votre structure", url, "personne ne la trouve dans l’annuaire")
    url = reverse("network:public_service_detail", args=[row.reference])
    return BlockRow(row.name, url, "est-elle encore juste\u00a0?", since(row.confirmed_at, "vérifiée"))


def _session(session: Any) -> BlockRow:
    url = reverse("network:awareness_detail", args=[session.reference])
    return BlockRow(session.title, url, str(session.commune), since(session.ends_at, "tenue"))
