"""Appointments: an hour of a point taken for what it keeps for a need; moved, cancelled, told."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from distribution.enums import AppointmentCancelReason
from distribution.machine.appointment_rules import (
    AHEAD,
    HELD,
    HOUR_GIVEN,
    SEAT_LEFT,
    absences,
    letter_arrives,
    missed_since,
    most_missed,
    not_counted,
    notice_of,
    worker_tells,
)
from distribution.machine.household_rules import not_handed_there
from distribution.models import Appointment
from distribution.parameters import MISSED_APPOINTMENTS
from distribution.slots import Slot, free_slots, slot_at
from distribution.told_before import KnownHour, hour_given_up, hour_waited_for
from documents.enums import MessageChannel, MessageCode
from documents.quiet import loud_from
from lifecycle import gate
from lifecycle.actors import Actor, SignedLink
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Context
from prescriptions.enums import ContactChannel
from prescriptions.models import Need
from prescriptions.reaching import channel_of
from prescriptions.services.messages import way_to
from refurb.enums import DeviceState
from refurb.models import Device, DistributionPoint

TO_READ = timedelta(hours=1)
"""How long before the hour an SMS still tells of it: whoever sets out later is called."""
FIRST_TOLD = {ContactChannel.LETTER: letter_arrives, ContactChannel.WORKER: worker_tells}
"""From when an hour leaves time to be told, by the way by which it is."""
TRIES = 3
"""How many times another seat of the same hour is tried, when the one that was free has just been taken."""


def held_for(need: Need) -> Device | None:
    """What is put aside for a need, with its point; one query."""
    held = Device.objects.main().filter(need=need, state=DeviceState.RESERVED)
    return held.select_related("point__commune", "point__organisation").first()


def way_for(need: Need, starts_at: datetime | None = None, at: datetime | None = None) -> MessageChannel | None:
    """By which channel its household is written to by itself: it asked so, and it leaves; None when somebody calls.

    ``starts_at``: of that hour, in time; no SMS leaves at a quiet hour, and one that comes too late tells nothing.
    """
    way = way_to(need.prescription.household, MessageCode.APPOINTMENT)
    late = starts_at is not None and loud_from(at or timezone.now()) + TO_READ > starts_at
    return None if way == MessageChannel.SMS and late else way


def is_written_to(need: Need, starts_at: datetime | None = None, at: datetime | None = None) -> bool:
    """Whether what is fixed is sent to the household by itself, in time: nobody calls."""
    return way_for(need, starts_at, at) is not None


def no_other(need: Need, device: Device, actor: Actor) -> str:
    """Why no other hour is given for what is put aside, once too many were missed; empty while one is. One query."""
    return most_missed(Context(timezone.now(), actor)) if need.pk in spent_needs({need.pk: device}) else ""


def is_handed_there(device: Device) -> bool:
    """Whether what is put aside may be handed over where its household lives now. One query."""
    return not Device.objects.filter(not_handed_there(), pk=device.pk).exists()


def spent_needs(held: Mapping[int, Device]) -> set[int]:
    """The needs for which no other hour is given, by the device put aside for each. One query."""
    most, missed = MISSED_APPOINTMENTS.on(timezone.localdate()), Counter[int]()
    for need, booked_at in absences().filter(need__in=held).values_list("need", "booked_at"):
        reserved_at = held[need].reserved_at
        missed[need] += bool(reserved_at and booked_at and booked_at >= reserved_at)
    return {need for need, count in missed.items() if count >= most}


def is_last(appointment: Appointment, device: Device, actor: Actor) -> bool:
    """Whether an absence at this hour is the last one: no other is given after it. Two queries."""
    ctx = Context(timezone.now(), actor)
    counted = Appointment.objects.filter(pk=appointment.pk, booked_at__gte=device.reserved_at)
    missed = missed_since(device.reserved_at).filter(need=appointment.need).exclude(pk=appointment.pk).count()
    return missed + 1 >= MISSED_APPOINTMENTS.on(ctx.day) and counted.exclude(not_counted()).exists()


def slots_for(
    device: Device, *, actor: Actor, after: datetime | None = None, most: int | None = None, but: int | None = None
) -> list[Slot]:
    """The hours at which a household may come for what is put aside, the next ones first: until its day."""
    now = timezone.now()
    if device.point is None or device.reserved_until is None:
        return []
    first = first_hour(actor, now)
    return free_slots(device.point, max(first, after or first), device.reserved_until, most, but=but)


def first_told(need: Need, at: datetime | None = None) -> datetime | None:
    """From when an hour leaves time for the letter, or the worker, that tells it; None for who is told otherwise."""
    first = FIRST_TOLD.get(channel_of(need.prescription.household))
    return None if first is None else first(timezone.localdate(at))


def first_hour(actor: Actor, now: datetime) -> datetime:
    """From when an hour may be taken: at once at the counter, with some notice by the household itself."""
    return now + notice_of(Context(now, actor)) if isinstance(actor, SignedLink) else now


@gate.one_transaction
def book_appointment(
    *, actor: Actor, need: Need, starts_at: datetime | None, known: bool = False, at: datetime | None = None
) -> Appointment:
    """Take an hour for a need. ``known``: the household knows of it already, so that nobody has to tell it.

    Raises Unknown, PermissionDenied, Refused: that the hour was just taken, above all.
    """
    if not isinstance(actor, SignedLink) and not Need.objects.visible_to(actor).filter(pk=need.pk).exists():
        raise Unknown
    device = held_for(need)
    if device is None or device.point is None:
        raise Refused({need.pk: (HELD.reason,)})
    point = device.point
    before = in_place_of(hour_given_up(need))

    def book(**hour: Any) -> Appointment:
        new = Appointment(need=need, point=point)
        made: Appointment = gate.create(new, "book", actor=actor, at=at, **hour, **before)
        return made

    told = known or isinstance(actor, SignedLink) or is_written_to(need, starts_at, at)
    return _seated(point, book, starts_at=starts_at, told=told, at=at)


@gate.one_transaction
def move_appointment(
    *,
    actor: Actor,
    appointment: Appointment,
    starts_at: datetime | None,
    known: bool = False,
    shown_at: datetime | None = None,
    at: datetime | None = None,
) -> Appointment:
    """Take another hour in place of its own; of ``shown_at``, where the page has shown one.

    Raises Unknown, PermissionDenied, Refused.
    """
    row = _seen(actor, appointment)
    before = in_place_of(hour_waited_for(row, at or timezone.now()))

    def move(**hour: Any) -> Appointment:
        return gate.apply(row, "move", actor=actor, at=at, **hour, **read_as(shown_at), **before)

    now = at or timezone.now()  # an hour that has passed hurries nobody: the household is late, or asks for later
    soonest = min((one for one in (starts_at, row.starts_at) if one is not None and one > now), default=None)
    knows = known or isinstance(actor, SignedLink) or is_written_to(row.need, soonest, at)
    return _seated(row.point, move, starts_at=starts_at, told=knows, at=at, but=row.pk)


def cancel_appointment(
    *,
    actor: Actor,
    appointment: Appointment,
    reason: AppointmentCancelReason | str,
    known: bool = False,
    shown_at: datetime | None = None,
    at: datetime | None = None,
    comment: str = "",
) -> Appointment:
    """Give the hour up, that of ``shown_at`` where the page has shown one; what is put aside stays so.

    Raises Unknown, PermissionDenied, Refused.
    """
    row, now = _seen(actor, appointment), at or timezone.now()
    knows = known or isinstance(actor, SignedLink)
    hour = KnownHour.of(row) if knows else hour_waited_for(row, now)
    values = {"reason": str(reason), **called_off(row, hour, knows=knows, at=now), **read_as(shown_at)}
    return gate.apply(row, "cancel", actor=actor, at=at, comment=comment, **values)


def called_off(appointment: Appointment, hour: KnownHour | None, *, knows: bool, at: datetime) -> dict[str, Any]:
    """What the gate is given of one that is given up: ``hour``, which its household knows, if it knows any; whether it
    knows that it is off, or is written to.
    """
    if hour is None:
        return {"told_at": None}
    told = knows or is_written_to(appointment.need, hour.starts_at, at)
    return {"told_at": at if told else None, "known_hour": hour.starts_at, "known_at": hour.point}


def read_as(shown_at: datetime | None) -> dict[str, Any]:
    """What the gate is given of the hour that was shown."""
    return {} if shown_at is None else {"shown_at": shown_at}


def in_place_of(told: KnownHour | None) -> dict[str, Any]:
    """What the gate is given of the hour that the household was told of until now."""
    return {} if told is None else {"instead_of": told.starts_at, "instead_at": told.point}


def _seated(
    point: DistributionPoint,
    do: Callable[..., Appointment],
    *,
    starts_at: datetime | None,
    told: bool,
    at: datetime | None,
    but: int | None = None,
) -> Appointment:
    """Do it with a seat of the hour; with another seat, when somebody else has just taken that one."""
    if starts_at is None:
        raise Refused({0: (HOUR_GIVEN.reason,)})
    now = at or timezone.now()
    if starts_at <= now:
        raise Refused({0: (AHEAD.reason,)})
    refused = Refused({0: (SEAT_LEFT.reason,)})
    for _ in range(TRIES):
        slot = slot_at(point, starts_at, but=but)
        if slot is None:
            break
        try:
            return do(
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                seat=slot.seat,
                places=slot.places,
                told_at=now if told else None,
            )
        except Refused as error:
            if SEAT_LEFT.reason not in error.all:
                raise
            refused = error
    raise refused


def _seen(actor: Actor, appointment: Appointment) -> Appointment:
    seen = Appointment.objects.visible_to(actor).filter(pk=appointment.pk)
    found = seen.select_related("point", "need__prescription__household").first()
    if found is None:
        raise Unknown
    return found
