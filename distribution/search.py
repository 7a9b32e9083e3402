"""What the search box finds here: deliveries and points, among those one may see."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from lifecycle.actors import Actor
from lifecycle.registry import LOOKED_FOR, Found, find
from refurb.models import Delivery, DistributionPoint
from typography.french import day


def register_finders() -> None:
    """Answer the search box."""
    find("distribution.deliveries", deliveries)
    find("distribution.points", points)


def deliveries(text: str, actor: Actor) -> Iterator[Found]:
    """By reference; one query."""
    rows = Delivery.objects.visible_to(actor).filter(reference__iexact=text).select_related("point", "workshop")
    for delivery in rows[:LOOKED_FOR]:
        yield Found(
            kind="Livraisons",
            title=str(delivery),
            said=f"{delivery.workshop} vers {delivery.point}, {day(delivery.prepared_at)}",
            url=reverse("distribution:delivery_detail", args=[delivery.reference]),
            is_exact=True,
        )


def points(text: str, actor: Actor) -> Iterator[Found]:
    """By reference or by name; one query."""
    same = Q(reference__iexact=text) | Q(name__icontains=text)
    rows = DistributionPoint.objects.visible_to(actor).filter(same).select_related("commune").order_by("name", "pk")
    for point in rows[:LOOKED_FOR]:
        yield Found(
            kind="Points de distribution",
            title=str(point),
            said=f"{point.reference}, {point.commune}",
            url=reverse("distribution:point_detail", args=[point.reference]),
            is_exact=text.casefold() == point.reference.casefold(),
        )
