"""What the search box finds here: devices, among those one may see."""

from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from donations.serials import same_serial
from lifecycle.actors import Actor
from lifecycle.registry import LOOKED_FOR, Found, find
from refurb.models import Device, Drive
from refurb.tags import normal

SHORTEST = 3
"""The shortest beginning of a label or of a serial number that finds something."""

BY_DRIVE = ", disque n°\u00a0{text}"
"""Of a device that is found by what is, or was, in it."""


def register_finders() -> None:
    """Answer the search box."""
    find("refurb.devices", devices)


def devices(text: str, actor: Actor) -> Iterator[Found]:
    """By label, reference or serial number, its own or of a drive found in it, or what they begin with; one query."""
    seen, key = Device.objects.visible_to(actor), normal(text)
    same = Q(tag_key=key) & ~Q(tag="") | Q(reference__iexact=text) | Q(serial__iexact=text) & ~Q(serial_key="")
    number = same_serial(text)
    drives = Drive.objects.current().filter(device=OuterRef("pk"), serial_key=number).exclude(serial_key="")
    seen = seen.annotate(by_drive=Exists(drives))
    same |= Q(by_drive=True)
    if len(text) >= SHORTEST:
        label = Q(tag_key__startswith=key) if len(key) >= SHORTEST else Q(pk=None)
        same |= label | Q(serial__istartswith=text) | Q(reference__istartswith=text)
    for device in seen.filter(same).order_by("tag", "pk")[:LOOKED_FOR]:
        known = (device.reference, device.serial)
        serial = f", n°\u00a0de série {device.serial}" if device.serial else ""
        yield Found(
            kind="Appareils",
            title=str(device),
            said=f"{device.reference}{serial}{BY_DRIVE.format(text=text) if device.by_drive else ''}",
            url=reverse("refurb:device_detail", args=[device.reference]),
            row=device,
            is_exact=device.by_drive or _is_one_of(text, known) or (bool(key) and device.tag_key == key),
        )


def _is_one_of(text: str, known: Iterable[str]) -> bool:
    return text.casefold() in {one.casefold() for one in known if one}
