"""What is said of an appointment to its household, on its sheet, its page, in a mail, in its calendar: no name.

Whoever holds the paper, reads the mail or the calendar learns a place, an hour and what to bring, no more.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from calendars.days import last_day
from calendars.icalendar import Event, calendar_file
from distribution.enums import AppointmentState
from distribution.models import Appointment, HandOver
from distribution.parameters import APPOINTMENT_NOTICE_HOURS
from distribution.services.appointments import held_for, is_handed_there, spent_needs
from distribution.slots import has_hours
from distribution.told_before import KnownHour, hour_called_off, hour_that_counts_no_more, place_of
from documents.sms_door import takes_answers
from network.models import Organisation
from prescriptions.enums import EQUIPMENT_KINDS, ContactChannel
from prescriptions.models import Need
from prescriptions.reaching import channel_of
from prescriptions.saying import TranslatableDay, listed, translatable, translatable_moment
from prescriptions.telling import HEARD_OF, REACHED
from refurb.models import Device
from typography.french import by_pairs, euros, full_day, hour

TO_BRING = ("une pièce d’identité", "la feuille qui vous a été donnée")
SHOWN_AT_COUNTER = ("pièce d’identité", "feuille du foyer")
"""What the counter asks to see."""
PAID = "de quoi payer {amount}"
TO_PAY, FREE = "À payer\u00a0: {amount}", "C’est gratuit\u00a0: vous n’avez rien à payer."
CHANGE_THERE = (
    "Changez d’heure sur votre page, avant le {until}. Il faut votre année de naissance pour l’ouvrir\u00a0: {page}"
)
"""Later the point has prepared it: the page and an answer refuse, and say whom to call."""
NO_LONGER = "Celui du {when} ne compte plus."
NO_LONGER_THERE = "Celui du {when}, à {point}, ne compte plus."
CALL_POINT = "Appelez {whom}."
CALL_WORKER = "Appelez votre travailleur social\u00a0: {whom}."
ANSWER = "Répondez OUI ou NON. STOP\u00a0: plus de SMS."
CHOSEN_THERE = "Pour le jour et l’heure, choisissez sur votre page. Sinon, {reached}."
CHOSEN_HERE = "Pour le jour et l’heure, choisissez plus bas. Sinon, {reached}."
"""The same on that very page. While it may choose: an hour that somebody fixes is told as it prefers; one given up is
followed by a call."""
SPENT = "Après les rendez-vous manqués, aucun autre ne se donne\u00a0: appelez {distributor}."
SPENT_UNTIL = (
    "Après les rendez-vous manqués, aucun autre ne se donne\u00a0: appelez {distributor}. "
    "L’appareil est gardé jusqu’au {day}, puis il sert à quelqu’un d’autre."
)
"""What the own page says too, of the device that was just told of."""
MOVED_AWAY = "Vous avez déménagé\u00a0: avant de venir, appelez {distributor}."
"""Its device is of a territory where it lives no more: no hour is given until the point has an answer."""
SUMMARY = "Rendez-vous au point de distribution"
CALENDAR = "rendez-vous.ics"


def when(appointment: Appointment) -> str:
    """« mardi 1er décembre 2026 à 10 h 00 »."""
    assert appointment.starts_at is not None
    return translatable_moment(appointment.starts_at)


def expected(need: Need) -> str | None:
    """Where and when the household is expected, and with what; until then how it chooses; once too many hours were
    missed, or it moved where this device is handed to nobody, whom it calls; None where it can do nothing.
    """
    if need.kind not in EQUIPMENT_KINDS:
        return None
    booked = Appointment.objects.booked().filter(need=need).select_related("point__commune").first()
    held = held_for(need)
    away = moved_away(held) if held is not None else ""
    if booked is None:
        if held is not None and spent_needs({need.pk: held}):
            return _called(need, held)
        return away or _chosen_there(need, held)
    if away:
        return away
    return translatable(
        "On vous attend le {when}, ici\u00a0: {place}. Apportez {things}.",
        when=when(booked),
        place=f"{booked.point}, {booked.point.place}",
        things=listed(to_bring(amount_of(need))),
    )


def moved_away(kept: Device) -> str:
    """Whom it calls before it comes, once it moved out of the territory of what is put aside; else empty."""
    if is_handed_there(kept):
        return ""
    assert kept.need is not None  # so while it is put aside
    distributor = kept.need.prescription.distributor
    assert distributor is not None  # so once it is accepted
    return translatable(MOVED_AWAY, distributor=reach_of(distributor))


def _called(need: Need, kept: Device) -> str:
    """No other hour is given: whoever keeps the device is called before it is released."""
    distributor = need.prescription.distributor
    assert distributor is not None  # so once it is accepted
    whom = reach_of(distributor)
    if kept.reserved_until is None:
        return translatable(SPENT, distributor=whom)
    return translatable(SPENT_UNTIL, distributor=whom, day=TranslatableDay.of(last_day(kept.reserved_until)))


def _chosen_there(need: Need, kept: Device | None) -> str | None:
    """Until an hour is fixed: on its page, where the point that keeps its device receives and none was missed.

    That page opens by a year of birth: without it, the household only hears of an hour.
    """
    last = Appointment.objects.filter(need=need).order_by("-pk").first()
    gave_up = last is not None and _was_given_up(last)
    if kept is None or kept.point is None or not has_hours(kept.point, timezone.localdate()):
        return None
    if last is not None and not gave_up and last.booked_at >= (kept.reserved_at or last.booked_at):
        return None
    household = need.prescription.household
    channel = channel_of(household)
    called = gave_up and household.phone and channel != ContactChannel.WORKER
    reached = REACHED[ContactChannel.PHONE if called else channel]
    if household.birth_date is None:
        return translatable(HEARD_OF, reached=reached)
    return translatable(CHOSEN_THERE, reached=reached)


def _was_given_up(last: Appointment) -> bool:
    """Whether its household is called for another hour: this one was given up, or passed without its knowing."""
    rebooked = Appointment.objects.to_rebook() | Appointment.objects.unheard_of()
    return rebooked.filter(pk=last.pk).exists()


def expected_at() -> Subquery:
    """Of a device: when its household comes for it, if that is fixed."""
    return Subquery(Appointment.objects.booked().filter(need=OuterRef("need")).values("starts_at")[:1])


def amount_of(need: Need) -> Decimal | None:
    """What is left to pay by the household, as the note that is prepared says it; one query."""
    notes = HandOver.objects.current().filter(need=need, handed_over_at=None).order_by("-pk")
    return notes.values_list("to_pay", flat=True).first()


def to_bring(amount: Decimal | None) -> list[str]:
    """What the household comes with."""
    return [*TO_BRING, translatable(PAID, amount=euros(amount))] if amount else list(TO_BRING)


def price_told(amount: Decimal | None) -> str:
    """What is to be paid, or that nothing is; empty while no note says it."""
    if amount is None:
        return ""
    return translatable(TO_PAY, amount=euros(amount)) if amount else FREE


def no_longer(appointment: Appointment, at: datetime | None = None) -> str:
    """« Celui du … ne compte plus. », of an hour that was told before this one, with its place when it was elsewhere;
    empty when none was. Some queries.
    """
    return _counts_no_more(hour_that_counts_no_more(appointment, at), appointment)


def given_up(need: Need, at: datetime) -> str:
    """The same of the hour to come that was given up, while no other is fixed; empty when the household knew none."""
    last = Appointment.objects.filter(need=need).select_related("point").order_by("-pk").first()
    if last is None or last.state != AppointmentState.CANCELLED:
        return ""
    known = hour_called_off(last)
    return _counts_no_more(known, last) if known is not None and known.starts_at > at else ""


def _counts_no_more(before: KnownHour | None, appointment: Appointment) -> str:
    if before is None:
        return ""
    when_told = translatable_moment(before.starts_at)
    if before.point == appointment.point_id:
        return translatable(NO_LONGER, when=when_told)
    return translatable(NO_LONGER_THERE, when=when_told, point=str(place_of(before, appointment)))


def values_of(appointment: Appointment, amount: Decimal | None, page: str, at: datetime) -> dict[str, str | list[str]]:
    """What is put in the texts that tell of it; ``page``: where it is moved, when the household opens one.

    One that is given up is said under the hour, and the place, that the household knows.
    """
    off = appointment.state != AppointmentState.BOOKED
    told = (hour_called_off(appointment) if off else None) or KnownHour.of(appointment)
    starts_at, point = told.starts_at, place_of(told, appointment)
    return {
        "repondre": ANSWER if takes_answers() else "",
        "jour": full_day(starts_at),
        "heure": hour(starts_at),
        "point": str(point),
        "adresse": point.place,
        "apporter": to_bring(amount),
        "changer": _how_to_change(appointment, page, at),
        "avant": no_longer(appointment, at),
    }


def _how_to_change(appointment: Appointment, page: str, at: datetime) -> str:
    """By oneself while it is time, and until when; then whoever prepares it is called."""
    assert appointment.starts_at is not None
    until = appointment.starts_at - timedelta(hours=APPOINTMENT_NOTICE_HOURS.on(timezone.localdate(at)))
    if page and at < until:
        return CHANGE_THERE.format(page=page, until=f"{full_day(until)} à {hour(until)}")
    distributor = None if at < until else appointment.need.prescription.distributor
    if distributor is None:
        return CALL_WORKER.format(whom=reach_of(appointment.need.prescription.prescriber))
    return CALL_POINT.format(whom=reach_of(distributor))


def reach_of(organisation: Organisation) -> str:
    """Whom to call, and at which number; its address when it has none."""
    return ", ".join(filter(None, (organisation.name, by_pairs(organisation.phone) or organisation.email)))


def calendar_of(appointment: Appointment, amount: Decimal | None = None) -> bytes:
    """The appointment as a calendar file: another hour, or its cancellation, replaces what the calendar holds."""
    return calendar_file(_event(appointment, f"Apportez {', '.join(to_bring(amount))}."))


def calendar_of_point(appointments: Iterable[Appointment]) -> bytes:
    """The appointments of a point as one calendar file: their references alone."""
    return calendar_file(*(_event(one, "", f"Remise {one.reference}") for one in appointments))


def _event(appointment: Appointment, description: str, summary: str = SUMMARY) -> Event:
    assert appointment.starts_at is not None
    assert appointment.ends_at is not None
    point = appointment.point
    return Event(
        uid=f"rendez-vous-{appointment.reference}@maillon",
        sequence=appointment.seq,
        written_at=appointment.moved_at,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        summary=summary,
        location=f"{point}, {point.place}",
        description=description,
        cancelled=appointment.state != AppointmentState.BOOKED,
    )
