"""Which of the needs that wait the shelf of whoever looks can serve today."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from conventions.models import Convention
from distribution.enums import SERVES
from lifecycle.actors import Actor
from prescriptions.models.need import twin_served
from reference.parameters import ValuesOfDay
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device
from refurb.models.device import DeviceQuerySet

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
    columns = ("type", "convention__epci", "convention__epci_party__epci")
    for type_, own, successor, count in shelf.order_by().values_list(*columns).annotate(Count("pk")):
        for territory in {own, successor, None}:
            found[type_, territory] += count
    return found


def suiting(offered: Offered, need: Any) -> int:
    """How many of these devices suit a need (``need.derogated``: from wherever they are)."""
    territory = None if need.derogated else need.epci_id
    return sum(offered[type_, territory] for type_ in SERVES.get(need.kind, ()))


def served_today(offered: Offered) -> Q:
    """The needs that one of these devices suits, and that are not served in another file of their household."""
    served = Q(pk__in=())
    for kind, types in SERVES.items():
        places = {place for (type_, place), count in offered.items() if type_ in types and count}
        if places:
            served |= Q(kind=kind) & (Q(epci__in=places - {None}) | Q(derogation__isnull=False))
    return served & ~Q(twin_served())
