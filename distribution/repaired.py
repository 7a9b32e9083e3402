"""What the household of a repaired device is told: it waits for it at the point, until a day; told once, by its way.

Whoever serves says when it is told: the workshop repairs elsewhere, and the point alone knows that it is back.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from distribution.appointments import reach_of
from distribution.parameters import REPAIRED_WAIT_DAYS
from documents.enums import REPLACED, MessageChannel, MessageCode
from lifecycle.actors import Actor
from lifecycle.in_order import by_key
from lifecycle.registry import Move, on_transition
from prescriptions.enums import ContactChannel
from prescriptions.hearing import hears
from prescriptions.models import HouseholdMessage, Need
from prescriptions.reaching import channel_of
from prescriptions.services.messages import Message, call_off, make_letter, way_to, write_message
from refurb.models import Device
from refurb.models.device import DeviceEntry
from typography.french import full_day

ENDS_IT = ("give_back", "undo_take_back", "start")
"""The verbs after which it does not wait for its household any more."""


@dataclass(frozen=True)
class ToldRepaired:
    """When the household was told, until when the device waits for it, the letter that was made if one was."""

    at: datetime
    until: date
    letter: HouseholdMessage | None


def waits_until(at: datetime) -> date:
    """The last day on which a device told to be repaired at this instant waits at the point."""
    day = timezone.localdate(at)
    return day + timedelta(days=int(REPAIRED_WAIT_DAYS.on(day)))


def way_of(need: Need) -> MessageChannel | None:
    """How it is told by Maillon itself: a mail, an SMS, a letter to be posted; None when somebody calls."""
    household = need.prescription.household
    if (way := way_to(household, MessageCode.REPAIRED)) is not None:
        return way
    posts = channel_of(household) == ContactChannel.LETTER and hears(household)
    return MessageChannel.LETTER if posts else None


def tell_household(move: Move) -> None:
    """A message leaves, or its letter is made; nothing when whoever serves has told it already, or is to call."""
    if move.values.get("known"):
        return
    around = ("point__distributor", "point__commune", "need__prescription__household__commune")
    for device in by_key(Device.objects.main().filter(pk__in=move.pks).select_related(*around)):
        assert device.need is not None
        way = way_of(device.need)
        if way is not None:
            _write(device, device.need, way, move.actor, move.at)


def _write(device: Device, need: Need, way: MessageChannel, actor: Actor, at: datetime) -> None:
    point = device.point
    assert point is not None
    values = {
        "reference": str(need.prescription.reference),
        "point": str(point),
        "adresse": point.place,
        "ouverture": f"Ouvert\u00a0: {point.opening}" if point.opening else "",
        "jour": full_day(waits_until(at)),
        "joindre": reach_of(point.distributor),
    }
    message = Message(need.prescription.household, MessageCode.REPAIRED, ("need", need.pk), values)
    if way == MessageChannel.LETTER:
        make_letter(message, by=actor, sender=point.distributor, at=at)
    else:
        write_message(message, way, at=at)


def hush(move: Move) -> None:
    """What has not left yet does not: it was collected, it never came, or the workshop takes it."""
    hush_of(move.pks)


def hush_of(devices: list[int]) -> None:
    """Call off what waits to leave of these devices."""
    told = DeviceEntry.objects.filter(object__in=devices, verb="tell_repaired")
    rows = HouseholdMessage.objects.filter(
        code=MessageCode.REPAIRED,
        written_at__in=told.values("at"),
        household__in=told.values("object__need__prescription__household"),
    )
    call_off(rows, error=REPLACED)


def told_of(device: Device) -> ToldRepaired | None:
    """What its household was told of the device that is back; two queries."""
    last = DeviceEntry.objects.filter(object=device, verb="tell_repaired", at__gte=device.returned_at).order_by("-seq")
    entry = last.first()
    if entry is None or device.need is None:
        return None
    written = HouseholdMessage.objects.filter(
        code=MessageCode.REPAIRED, written_at=entry.at, household=device.need.prescription.household_id
    )
    letter = written.exclude(letter=None).filter(letter__forgotten_at=None).select_related("letter").first()
    return ToldRepaired(entry.at, waits_until(entry.at), letter)


def register() -> None:
    """The registrations of this subject."""
    on_transition("device", "tell_repaired", tell_household)
    for verb in ENDS_IT:
        on_transition("device", verb, hush)
