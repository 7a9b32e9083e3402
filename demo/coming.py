"""Appointments: the hours of each point, who is expected on the last day, who did not come, whom nobody called yet."""

from datetime import date, datetime, time, timedelta
from random import Random

from calendars.days import day_start
from demo.agenda import Thread, may
from demo.calendar import local
from demo.cast import Cast
from demo.context import Story
from distribution.models import Appointment
from distribution.services.answers import receive_answer
from distribution.services.appointments import book_appointment, first_told, move_appointment
from distribution.services.openings import open_hours
from distribution.slots import free_slots
from documents.enums import MessageCode, SendState
from documents.models import Sms
from lifecycle import gate
from network.models import Membership
from prescriptions.enums import HouseholdState
from prescriptions.models import HouseholdMessage
from refurb.enums import DeviceState
from refurb.models import Device, DistributionPoint

MORNING = (time(9, 30), time(12))
AFTERNOON = (time(14), time(17))
SATURDAY = 5
AT_ONCE = 2
CALLS = 6
"""How many households a point calls in an evening; the others are still to be called."""
LEFT = 3
"""One in three of those who did not come is not called again yet."""


ANSWERS = ("Oui merci", "Bonjour, je peux venir plus tard dans la journée\u00a0?")
"""What those who answer say."""
NEWS = "Bonjour, je n’ai pas compris. Je dois appeler qui\u00a0?"


def open_points(cast: Cast, first: date) -> None:
    """Each point receives in the morning and the afternoon; on Saturdays, in the morning."""
    for point in cast.points.values():
        for weekday in range(SATURDAY + 1):
            for begins, ends in (MORNING,) if weekday == SATURDAY else (MORNING, AFTERNOON):
                open_hours(
                    actor=cast.pilot,
                    point=point,
                    weekday=weekday,
                    starts_at=begins,
                    ends_at=ends,
                    minutes=30,
                    places=AT_ONCE,
                    valid_from=first,
                )


def coming(story: Story) -> Thread:
    """Two evenings before the end households are called for the next day, and nobody comes; then for the last day."""
    chance = Random("appointments")  # noqa: S311 nothing here is a secret
    yield (at := local(story.back(2), 17, 5))
    for rank, device in enumerate(_put_aside(at)):
        with story.agenda.trying("coming", device.reference):
            made = expect(story, device, story.back(1), at, chance)
            if rank == 0 and made is not None:
                _change(story, made, at, chance)
    yield (at := local(story.back(1), 17, 20))
    for one in list(Appointment.objects.booked().filter(starts_at__lt=at).select_related("point")):
        with story.agenda.trying("miss", one.reference):
            gate.apply(one, "miss", actor=_adviser(story, one.point, chance), at=at)
    at += timedelta(minutes=15)
    for rank, device in enumerate(_put_aside(at)):
        if rank % LEFT != 1:
            with story.agenda.trying("coming", device.reference):
                made = expect(story, device, story.last, at, chance)
                if rank == 0 and made is not None:
                    _do(story, made, "tell", at + timedelta(minutes=3), chance)
                    _do(story, made, "remind", at + timedelta(minutes=5), chance)


def answers_come(before: datetime) -> None:
    """The evening before, two households answer the SMS of their appointment: one comes, the other asks something.
    A third one answers the SMS of its request."""
    _asks_what_is_new(before)
    left = Sms.objects.filter(about_machine="appointment", delivery=SendState.KEPT).values("about_pk")
    rows = Appointment.objects.booked().filter(starts_at__gt=before, pk__in=left).order_by("pk")
    for said, one in zip(ANSWERS, rows.select_related("need__prescription__household"), strict=False):
        phone = one.need.prescription.household.phone
        at = before - timedelta(hours=1)
        receive_answer(provider_id=f"demo-{one.reference}", number=phone, text=said, at=at)


def _asks_what_is_new(before: datetime) -> None:
    """Its team reads it in « À faire », then it goes."""
    told = HouseholdMessage.objects.filter(
        code=MessageCode.REQUEST, sms__delivery=SendState.KEPT, household__state=HouseholdState.OPEN
    )
    hours = Appointment.objects.booked().values("need__prescription__household")
    one = told.exclude(household__in=hours).select_related("household").order_by("-written_at", "-pk").first()
    if one is not None:
        number, at = one.household.phone, before - timedelta(hours=2)
        receive_answer(provider_id=f"demo-{one.household.reference}", number=number, text=NEWS, at=at)


def expect(story: Story, device: Device, on: date, at: datetime, chance: Random) -> Appointment | None:
    """The first hour that is free from a day on, until the reservation falls; none when there is none."""
    point, need, until = device.point, device.need, device.reserved_until
    if point is None or need is None or until is None:
        return None
    slots = free_slots(point, max(day_start(on), at, first_told(need, at) or at), until, 1)
    if not slots:
        return None
    actor = _adviser(story, point, chance)
    return book_appointment(actor=actor, need=need, starts_at=slots[0].starts_at, at=at)


def _put_aside(at: datetime) -> list[Device]:
    """The devices that are put aside, for households with whom no hour is fixed."""
    booked = Appointment.objects.booked().values("need")
    held = Device.objects.main().filter(state=DeviceState.RESERVED, moved_at__lte=at).exclude(need__in=booked)
    return list(held.select_related("need", "point").order_by("tag")[:CALLS])


def _change(story: Story, made: Appointment, at: datetime, chance: Random) -> None:
    """The household is called, and asks for another hour."""
    _do(story, made, "tell", at + timedelta(minutes=3), chance)
    device = Device.objects.main().get(need=made.need, state=DeviceState.RESERVED)
    if made.starts_at is not None and device.reserved_until is not None:
        for slot in free_slots(made.point, made.starts_at, device.reserved_until, 1):
            actor = _adviser(story, made.point, chance)
            later = at + timedelta(minutes=6)
            move_appointment(actor=actor, appointment=made, starts_at=slot.starts_at, known=True, at=later)


def _do(story: Story, made: Appointment, verb: str, at: datetime, chance: Random) -> None:
    """One verb, if it is still to be done."""
    actor = _adviser(story, made.point, chance)
    if may(made, verb, actor=actor, at=at):
        gate.apply(made, verb, actor=actor, at=at)


def _adviser(story: Story, point: DistributionPoint, chance: Random) -> Membership:
    code = next(code for code, one in story.cast.points.items() if one == point)
    return story.cast.adviser(code, chance)
