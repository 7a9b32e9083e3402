"""Which of the needs that wait the shelf of whoever looks can serve today."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, Q, Value, When
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import In

from conventions.models import Convention
from distribution.enums import SERVES
from lifecycle.actors import Actor
from prescriptions.models.need import twin_served
from reference.parameters import ValuesOfDay
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device
from refurb.models.device import TERRITORIES, DeviceQuerySet

type Offered = Counter[tuple[str, int | None]]
"""How many devices are of each type for each territory; for None, wherever the household lives."""


def on_the_shelf(actor: Actor, at: datetime, numbers: ValuesOfDay | None = None) -> DeviceQuerySet:
    """What may be handed over from one's points: available, of a convention that may still be, not a screen alone."""
    alive = Convention.objects.handing_over(at, numbers).order_by()
    here: DeviceQuerySet = Device.objects.visible_to(actor).main().filter(state=DeviceState.AVAILABLE)
    return here.filter(convention__in=alive.values("pk")).exclude(type=DeviceType.SCREEN)


def offered_by(shelf: DeviceQuerySet) -> Offered:
    """How many devices of a shelf are of each type for each territory; one query."""
    found: Offered = Counter()
    for type_, own, successor, count in shelf.order_by().values_list("type", *TERRITORIES).annotate(Count("pk")):
        for territory in {own, successor, None}:
            found[type_, territory] += count
    return found


def suiting(offered: Offered, need: Any) -> int:
    """How many of these devices suit a need (``need.derogated``: from wherever they are)."""
    territory = None if need.derogated else need.epci_id
    return sum(offered[type_, territory] for type_ in SERVES.get(need.kind, ()))


def served_today(shelf: DeviceQuerySet) -> Q:
    """The needs that a device of this shelf suits, and that are not served in another file of their household.

    What they need and where they live is looked for among what the shelf has for each territory: no query of its own.
    """
    serves = Case(
        *(When(type__in=types, then=Value(str(kind))) for kind, types in SERVES.items()), output_field=CharField()
    )
    here = shelf.order_by()
    of_need = _told("kind", "epci")
    there = [
        Q(In(of_need, here.annotate(serves=serves).values(told=_told("serves", territory))))
        for territory in TERRITORIES
    ]
    anywhere = Q(derogation__isnull=False, kind__in=here.values(serves=serves))
    return (there[0] | there[1] | anywhere) & ~Q(twin_served())


def _told(kind: str, territory: str) -> Concat:
    """A kind of need with a territory, as one word."""
    return Concat(kind, Value(":"), Cast(territory, CharField()), output_field=CharField())
