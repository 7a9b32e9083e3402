"""What the search box finds here: devices, deliveries and points, among those one may see."""

from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from lifecycle.actors import Actor
from lifecycle.registry import Found, find
from refurb.models import Delivery, Device, DistributionPoint, Drive
from refurb.serials import same_serial
from refurb.tags import normal
from typography.french import day

MOST = 10
"""How many things of one kind an answer shows."""
SHORTEST = 3
"""The shortest beginning of a label or of a serial number that finds something."""


def register_finders() -> None:
    """Answer the search box, devices first: that is what a scanner types."""
    find("refurb.devices", devices)
    find("refurb.deliveries", deliveries)
    find("refurb.points", points)


def devices(text: str, actor: Actor) -> Iterator[Found]:
    """By label, reference or serial number, its own or that of a drive in it, or what they begin with; one query."""
    seen, key = Device.objects.visible_to(actor), normal(text)
    same = Q(tag_key=key) & ~Q(tag="") | Q(reference__iexact=text) | Q(serial__iexact=text)
    if number := same_serial(text):
        same |= Q(Exists(Drive.objects.in_place().filter(device=OuterRef("pk"), serial_key=number)))
    if len(text) >= SHORTEST:
        label = Q(tag_key__startswith=key) if len(key) >= SHORTEST else Q(pk=None)
        same |= label | Q(serial__istartswith=text) | Q(reference__istartswith=text)
    for device in seen.filter(same).order_by("tag", "pk")[:MOST]:
        known = (device.reference, device.serial)
        serial = f", n°\u00a0de série {device.serial}" if device.serial else ""
        yield Found(
            kind="Appareils",
            title=str(device),
            said=f"{device.reference}{serial}",
            url=reverse("refurb:device_detail", args=[device.reference]),
            row=device,
            is_exact=_is_one_of(text, known) or (bool(key) and device.tag_key == key),
        )


def deliveries(text: str, actor: Actor) -> Iterator[Found]:
    """By reference; one query."""
    rows = Delivery.objects.visible_to(actor).filter(reference__iexact=text).select_related("point", "workshop")
    for delivery in rows[:MOST]:
        yield Found(
            kind="Livraisons",
            title=str(delivery),
            said=f"{delivery.workshop} vers {delivery.point}, {day(delivery.prepared_at)}",
            url=reverse("refurb:delivery_detail", args=[delivery.reference]),
            is_exact=True,
        )


def points(text: str, actor: Actor) -> Iterator[Found]:
    """By reference or by name; one query."""
    same = Q(reference__iexact=text) | Q(name__icontains=text)
    rows = DistributionPoint.objects.visible_to(actor).filter(same).select_related("commune").order_by("name", "pk")
    for point in rows[:MOST]:
        yield Found(
            kind="Points de distribution",
            title=str(point),
            said=f"{point.reference}, {point.commune}",
            url=reverse("refurb:point_detail", args=[point.reference]),
            is_exact=_is_one_of(text, (point.reference,)),
        )


def _is_one_of(text: str, known: Iterable[str]) -> bool:
    return text.casefold() in {one.casefold() for one in known if one}
