"""When each one last came: what « depuis votre dernière visite » counts from."""

from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from desk.models import Visit
from network.models import Membership, User

ABSENCE = timedelta(minutes=30)
"""A page opened after so long without any begins another visit."""
PRECISION = timedelta(minutes=1)
"""A visit goes on without a write for each reload."""


def note_visit(*, membership: Membership, at: datetime | None = None) -> datetime | None:
    """Note that the first page is opened, and return until when the visit before this one lasted; None for the first.

    A reload, and another page opened within half an hour, belong to the same visit. Two tabs at once begin one.
    """
    now = at or timezone.now()
    visit = Visit.objects.filter(membership=membership).first()
    if visit is None:
        Visit.objects.bulk_create([Visit(membership=membership, seen_at=now)], ignore_conflicts=True)
        return None
    if visit.seen_at <= now - ABSENCE:
        Visit.objects.filter(pk=visit.pk, seen_at=visit.seen_at).update(previous_at=F("seen_at"), seen_at=now)
        return visit.seen_at
    if visit.seen_at <= now - PRECISION:
        Visit.objects.filter(pk=visit.pk, seen_at__lt=now).update(seen_at=now)
    return visit.previous_at


def forget_visits(user: User) -> None:
    """When a person came is forgotten with the person."""
    Visit.objects.filter(membership__user=user).delete()
