"""What is missing before a household is expected at an hour (machines §11.2)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Value, When

from calendars.days import day_start
from calendars.working_days import add_working_days
from distribution.enums import AppointmentCancelReason, AppointmentState
from distribution.machine.household_rules import not_handed_there
from distribution.models import Appointment
from distribution.models.appointment import GIVES_HOUR, AppointmentEntry, moved_since, not_known, not_received
from distribution.parameters import APPOINTMENT_NOTICE_HOURS, LETTER_DAYS, MISSED_APPOINTMENTS, WORKER_DAYS
from documents.sms_door import provider
from lifecycle.actors import SYSTEM, SignedLink
from lifecycle.machine import Context, Requirement
from lifecycle.requirements import Condition
from prescriptions.enums import ContactChannel
from prescriptions.machine import need_rules
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.reaching import told_by
from refurb.enums import DeviceState
from refurb.machine.device_rules import coded
from refurb.models import Device
from typography.french import full_day

SERVED_BY = "le conseiller du point de distribution"
_HOUSEHOLD = "need__prescription__household"
BY_MAIL = told_by(ContactChannel.EMAIL, f"{_HOUSEHOLD}__")
"""The households that are told by mail."""
BY_SMS = told_by(ContactChannel.SMS, f"{_HOUSEHOLD}__")
"""Those that are told by SMS, where the door is open."""
BY_LETTER = told_by(ContactChannel.LETTER, f"{_HOUSEHOLD}__")
"""Those that are told by a letter, which somebody posts."""
BY_WORKER = told_by(ContactChannel.WORKER, f"{_HOUSEHOLD}__")
"""Those that only their worker tells, who is written to."""


def by_itself() -> Q:
    """The households to which Maillon writes by itself."""
    return BY_MAIL if provider() is None else BY_MAIL | BY_SMS


def _reserved_here(**more: Any) -> QuerySet[Device]:
    here = {"need": OuterRef("need"), "point": OuterRef("point"), "state": DeviceState.RESERVED}
    return Device.objects.main().filter(**here, **more)


def _before_it_falls(ctx: Context) -> Any:
    asked = ctx.values["starts_at"] if ctx.has("starts_at") else OuterRef("starts_at")
    return Exists(_reserved_here(reserved_until__gt=asked)) if ctx.has("starts_at") else True


def _booked_too() -> QuerySet[Appointment]:
    same = Appointment._base_manager.filter(need=OuterRef("need"), state=AppointmentState.BOOKED)
    return same.exclude(pk=OuterRef("pk"))


def missed_since(reserved: Any) -> QuerySet[Appointment]:
    """The appointments that were missed for what was put aside then, as ``absences`` counts them."""
    return absences().filter(booked_at__gte=reserved)


def absences() -> QuerySet[Appointment]:
    """The appointments that were missed, whenever: not those at which nobody was there to receive, nor those of an hour
    that the household did not know.
    """
    return Appointment.objects.filter(state=AppointmentState.MISSED).exclude(not_counted())


def not_counted() -> Q:
    """Of appointments at which nobody came: what is no absence of the household."""
    return not_received(foreseen=True) | not_known(of=GIVES_HOUR)


def many_missed(ctx: Context) -> Q:
    """So many for what is put aside: the one that makes it is looked for among those missed, the latest first."""
    most = MISSED_APPOINTMENTS.on(ctx.day)
    missed = missed_since(OuterRef("reserved_at")).filter(need=OuterRef("need")).order_by("pk")
    return Q(Exists(_reserved_here().filter(Exists(missed[most - 1 : most]))))


def most_missed(ctx: Context) -> str:
    most = MISSED_APPOINTMENTS.on(ctx.day)
    return (
        f"Ce foyer a manqué {most}\u00a0rendez-vous pour cet appareil\u00a0: il reste mis de côté jusqu’à son "
        "échéance, sans autre rendez-vous. Pour en prendre un, libérez l’appareil, puis réservez-le de nouveau."
    )


def notice_of(ctx: Context) -> timedelta:
    """How long before the hour the household may still change it by itself."""
    return timedelta(hours=APPOINTMENT_NOTICE_HOURS.on(ctx.day))


def _ahead(ctx: Context) -> bool:
    """For the household, so many hours ahead; for the point, in the future. Until one is chosen, nothing is said."""
    first = ctx.at + notice_of(ctx) if isinstance(ctx.actor, SignedLink) else ctx.at
    return not ctx.has("starts_at") or bool(ctx.values["starts_at"] > first)


def _in_time(ctx: Context) -> Q:
    """The hour that is given up: the point has prepared it, once it is near."""
    return Q(starts_at__gt=ctx.at + notice_of(ctx)) if isinstance(ctx.actor, SignedLink) else Q()


def _near(ctx: Context) -> str:
    hours = APPOINTMENT_NOTICE_HOURS.on(ctx.day)
    return f"Votre rendez-vous est dans moins de {hours}\u00a0heures\u00a0: appelez le point."


def letter_arrives(day: date) -> datetime:
    """From when a letter that is made on a day has arrived."""
    return day_start(add_working_days(day, LETTER_DAYS.on(day)))


def worker_tells(day: date) -> datetime:
    """From when a worker who is written to on a day has told it."""
    return day_start(add_working_days(day, WORKER_DAYS.on(day)))


def _unless_sooner(ctx: Context, first: Callable[[date], datetime], untold: Q) -> Condition:
    """An hour of which these households are told that way leaves time for it; not one that they know already."""
    if not ctx.has("starts_at") or ctx.values.get("told_at") or ctx.values["starts_at"] >= first(ctx.day):
        return True
    return ~untold


def _letter_comes(ctx: Context) -> str:
    return (
        f"Ce foyer est prévenu par lettre, qui n’arrive pas avant le {full_day(letter_arrives(ctx.day))}\u00a0:"
        " choisissez une heure à partir de ce jour, ou cochez qu’il connaît cette heure."
    )


def _worker_tells(ctx: Context) -> str:
    return (
        "Ce foyer n’est joint que par son travailleur social, qui n’est pas sûr de le lui dire avant le"
        f" {full_day(worker_tells(ctx.day))}\u00a0: choisissez une heure à partir de ce jour, ou cochez qu’il connaît"
        " cette heure."
    )


HELD = Requirement(
    "held",
    "Aucun appareil n’est mis de côté à ce point pour ce besoin\u00a0: réservez-en un d’abord.",
    lambda ctx: Exists(_reserved_here()),
    lifted_by=SERVED_BY,
)
BEFORE_IT_FALLS = Requirement(
    "before_it_falls",
    "La réservation tombe avant ce jour-là\u00a0: choisissez une heure plus proche.",
    _before_it_falls,
    field="starts_at",
)
HOUR_GIVEN = Requirement("hour_given", "Choisissez une heure.", needs=("starts_at",), field="starts_at")
AHEAD = Requirement(
    "ahead", "Cette heure est passée, ou trop proche\u00a0: choisissez-en une autre.", _ahead, field="starts_at"
)
LETTER_ARRIVES = Requirement(
    "letter_arrives",
    "Ce foyer est prévenu par lettre, qui n’arrive pas à temps\u00a0: choisissez une heure plus tard, ou cochez qu’il"
    " la connaît.",
    lambda ctx: _unless_sooner(ctx, letter_arrives, BY_LETTER),
    says=_letter_comes,
    field="starts_at",
)
WORKER_TELLS = Requirement(
    "worker_tells",
    "Ce foyer n’est joint que par son travailleur social, qui n’a pas le temps de le lui dire\u00a0: choisissez une"
    " heure plus tard, ou cochez qu’il la connaît.",
    lambda ctx: _unless_sooner(ctx, worker_tells, BY_WORKER),
    says=_worker_tells,
    field="starts_at",
)
IN_TIME = Requirement(
    "in_time", "Ce rendez-vous est trop proche\u00a0: appelez le point.", _in_time, says=_near, lifted_by=SERVED_BY
)
SAME_HOUR = Requirement(
    "same_hour",
    "Ce rendez-vous a changé d’heure entre-temps\u00a0: relisez-le avant d’en décider.",
    lambda ctx: Q(starts_at=ctx.values["shown_at"]) if ctx.has("shown_at") else True,
)
"""``shown_at``: the hour that whoever decides has read; compared on the locked row, where there is one."""
STILL_AWAITED = Requirement(
    "still_awaited",
    "Ce rendez-vous a été annulé entre-temps\u00a0: relisez-le avant d’en décider.",
    lambda ctx: Q(state=ctx.values["shown_state"]) if ctx.has("shown_state") else True,
)
"""``shown_state``: whether it was awaited or given up, as whoever noted that its household knows has read it."""
ONE_BOOKED = Requirement(
    "one_booked",
    "Un rendez-vous est déjà pris pour ce besoin\u00a0: déplacez-le.",
    lambda ctx: ~Q(Exists(_booked_too())),
    constraint="distribution_appointment_one_booked",
    lifted_by=SERVED_BY,
)
SEAT_LEFT = Requirement(
    "seat_left",
    "Cette heure vient d’être prise\u00a0: choisissez-en une autre.",
    constraint="distribution_appointment_seat_once",
    field="starts_at",
)
FEW_MISSED = Requirement(
    "few_missed",
    "Ce foyer a manqué trop de rendez-vous pour cet appareil.",
    lambda ctx: ~many_missed(ctx),
    says=most_missed,
    lifted_by=SERVED_BY,
)
NOT_RESTRICTED = Requirement(
    need_rules.NOT_RESTRICTED.code,
    need_rules.NOT_RESTRICTED.sentence,
    lambda ctx: True if ctx.actor.pk is None else unrestricted(_HOUSEHOLD),
    lifted_by=need_rules.NOT_RESTRICTED.lifted_by,
)
"""For people: the household itself may still say when it comes."""
TO_COME = Requirement(
    "to_come", "L’heure de ce rendez-vous est passée.", lambda ctx: Q(starts_at__gt=ctx.at), lifted_by=SERVED_BY
)
BEGUN = Requirement(
    "begun",
    "L’heure du rendez-vous n’est pas passée\u00a0: le foyer peut encore venir.",
    lambda ctx: Q(starts_at__lte=ctx.at),
)
NOT_TOLD = Requirement("not_told", "Le foyer est déjà prévenu.", lambda ctx: not_known())


def _noted(verb: str, column: str) -> Q:
    """What the column says was noted by a person, by this verb: neither a message nor the clock said it."""
    rows = AppointmentEntry.objects.filter(object=OuterRef("pk"), verb=verb, at=OuterRef(column))
    return Q(Exists(rows.filter(actor__isnull=False)))


def unless_noted(verb: str, column: str) -> Case:
    """Stamp: nothing where a person noted it, else what a message or the clock said."""
    return Case(When(_noted(verb, column), then=None), default=F(column))


NOTED = Requirement(
    "noted",
    "Ici, personne n’a noté d’appel\u00a0: il n’y a rien à reprendre.",
    lambda ctx: _noted("tell", "told_at") | _noted("remind", "reminded_at"),
)
STILL_TO_COME = Requirement(
    "still_to_come",
    "L’heure de ce rendez-vous est passée\u00a0: il n’y a plus personne à appeler.",
    lambda ctx: Q(starts_at__gt=ctx.at),
)
NOT_REMINDED = Requirement("not_reminded", "Ce rendez-vous est déjà rappelé au foyer.", lambda ctx: Q(reminded_at=None))
KNOWN = Requirement(
    "known",
    "Le foyer ne connaît pas encore ce rendez-vous\u00a0: notez d’abord qu’il le sait.",
    lambda ctx: True if ctx.actor.pk is None else ~not_known(),
    lifted_by=SERVED_BY,
)
TO_KEEP = Requirement(
    "to_keep",
    "Le foyer n’a pas déménagé depuis que cette heure est fixée\u00a0: il n’y a rien à confirmer.",
    lambda ctx: moved_since(),
    lifted_by=SERVED_BY,
)


def not_served() -> Q:
    """Of appointments: what is put aside for it may not be handed over to its household, which moved."""
    return Q(Exists(_reserved_here().filter(not_handed_there())))


SERVED_THERE = Requirement(
    "served_there",
    "L’appareil mis de côté est d’un territoire que le foyer n’habite plus\u00a0: demandez d’abord une dérogation, ou"
    " libérez-le.",
    lambda ctx: ~not_served(),
    lifted_by="le pilote, par une dérogation écrite",
)


def given_by_point(ctx: Context) -> datetime | None:
    """Stamp: whoever receives gives this first hour; an hour that the household takes alone was given by nobody."""
    return None if isinstance(ctx.actor, SignedLink) else ctx.at


def kept_by_point(ctx: Context) -> Any:
    """Stamp: whoever receives gives this hour, knowing where the household lives; which does not say it by itself."""
    return F("kept_at") if isinstance(ctx.actor, SignedLink) else Value(ctx.at, DateTimeField())


CANCEL_REASON = coded(AppointmentCancelReason.values, "Dites pourquoi le rendez-vous est annulé.")


def _tomorrow(ctx: Context) -> Q:
    """Up to the next working day, told before today and not recalled yet; what is to be moved, or would not be handed
    over to a household that moved, is not recalled.
    """
    today, tomorrow = day_start(ctx.day), day_start(ctx.day + timedelta(days=1))
    after = day_start(add_working_days(ctx.day, 1) + timedelta(days=1))
    near = Q(starts_at__gte=tomorrow, starts_at__lt=after, reminded_at=None, told_at__lt=today)
    return near & ~not_received() & ~not_served() & unrestricted(_HOUSEHOLD)


def reminder_due(ctx: Context) -> Q:
    """The working day before, by mail: not to whoever was told of it that same day."""
    return _tomorrow(ctx) & by_itself()


def to_call_back(at: datetime) -> Q:
    """The same of the households that no mail reaches: somebody calls. A letter would not arrive the next day."""
    ctx = Context(at, SYSTEM)
    never = BY_LETTER & Q(**{f"{_HOUSEHOLD}__phone": ""})
    return Q(state=AppointmentState.BOOKED) & _tomorrow(ctx) & ~by_itself() & ~never


def not_come(ctx: Context) -> Q:
    """The morning after: nobody said that it was missed, and nothing was handed over."""
    return Q(starts_at__lt=day_start(ctx.day))
