"""Offers that their own operator says are closed, while the catalogue still has them (machines §5.8)."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from connectivity.eligibility import ClosedWord
from connectivity.enums import ConnectionState, OperatorRefusalCode
from connectivity.models.connection import ConnectionFile


def refused_as_closed() -> QuerySet[ConnectionFile, Any]:
    """The requests refused because their offer is closed, while that word holds.

    It does until the pilot read the source of that version again, later that day or on another, or that operator took
    another request of it. A new version is another row, of which nothing was said.
    """
    taken = ConnectionFile.objects.filter(offer=OuterRef("offer"), accepted_at__gt=OuterRef("refused_at"))
    return (
        ConnectionFile.objects.filter(state=ConnectionState.REFUSED, refusal=OperatorRefusalCode.OFFER_CLOSED)
        .annotate(refused_on=TruncDate("refused_at"))
        .filter(~Exists(taken), offer__checked_on__lte=F("refused_on"))
        .exclude(offer__checked_at__gt=F("refused_at"))
    )


def closed_words() -> dict[int, ClosedWord]:
    """By the key of an offer, who said last that it is closed, and when; one query."""
    rows: QuerySet[Any, tuple[int, str, datetime]] = (
        refused_as_closed().order_by("refused_at").values_list("offer", "operator__name", "refused_at")
    )
    return {offer: ClosedWord(operator, timezone.localdate(at)) for offer, operator, at in rows}
