"""What follows an appointment: told, recalled, by mail, by SMS or by somebody; honoured, missed, proposed again."""

from datetime import date, datetime, time, timedelta

import pytest
from django.conf import LazySettings
from django.db.models import QuerySet
from django.utils import timezone

from calendars.days import day_start
from calendars.working_days import is_working_day
from distribution.appointments import calendar_of, no_longer
from distribution.enums import AppointmentCancelReason, AppointmentState, UndoHandOverReason
from distribution.machine.appointment_rules import by_itself, missed_since, to_call_back
from distribution.models import Appointment, AppointmentEntry, PointClosure
from distribution.parameters import APPOINTMENT_NOTICE_HOURS
from distribution.services.appointments import cancel_appointment, move_appointment, slots_for
from distribution.services.openings import close_days, open_hours
from distribution.slots import DAY
from documents.enums import MessageChannel, MessageCode
from documents.messages import HOLES, filled, first_texts, invented
from documents.models import Mail, Sms
from documents.texting import mobile_of, parts_of
from lifecycle import gate
from lifecycle.actors import SignedLink
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from network.models import Organisation
from prescriptions.enums import ContactChannel
from prescriptions.models import Household
from reference.models import Parameter
from refurb.enums import DeviceState
from refurb.models import Device
from tests.distribution.appointment_pages import page_of
from tests.distribution.hours import booked, need_of, next_hours, opened, sheet_of
from tests.distribution.shelves import Shelf
from tests.pages import acting, read
from tests.prescriptions.files import again
from tests.refurb.devices import fresh
from typography.french import full_day, hour

pytestmark = pytest.mark.django_db
S = AppointmentState
MAIL = "famille@exemple.test"


def told_by_sms() -> "QuerySet[Sms]":
    """The SMS about appointments; its request has its own."""
    return Sms.objects.filter(about_machine="appointment")


def mailed(shelf: Shelf) -> Device:
    opened(shelf)
    need = shelf.need(email=MAIL, contact_channel=ContactChannel.EMAIL)
    Household.objects.filter(pk=need.prescription.household_id).update(birth_date=date(1980, 5, 17))
    return shelf.reserved(need=need)


def closing_on(notice: timedelta) -> None:
    """The household has to call from so long before."""
    hours = notice // timedelta(hours=1)
    Parameter.objects.filter(code=APPOINTMENT_NOTICE_HOURS.code).update(value=hours)


def reasons(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


OF_APPOINTMENTS = [MessageCode.APPOINTMENT, MessageCode.MOVED, MessageCode.REMINDER, MessageCode.CANCELLED]
PHONE = "03\u00a020\u00a011\u00a022\u00a033"

# --- told, and recalled


@pytest.mark.parametrize("code", OF_APPOINTMENTS)
@pytest.mark.parametrize("way", [MessageChannel.SMS, MessageChannel.EMAIL])
def test_every_message_of_an_appointment_says_a_number_to_call(code: MessageCode, way: MessageChannel) -> None:
    _, body = first_texts()[code, way]
    assert "{telephone}" in body
    said = filled(body, invented(HOLES) | {"telephone": ""}, way)
    assert ", ." not in said
    assert ": ." not in said


def test_by_mail_the_household_learns_the_hour_the_place_and_what_to_bring_and_no_name(shelf: Shelf) -> None:
    Organisation.objects.filter(pk=shelf.prescriber.pk).update(phone="0320112233")
    device = mailed(shelf)
    made = booked(shelf, device)
    (mail,) = Mail.objects.filter(about_machine="appointment", about_pk=made.pk)
    household = need_of(device).prescription.household
    assert made.told_at is not None
    assert mail.to == [MAIL]
    assert shelf.point.address in mail.body
    assert f"travailleur social\u00a0: {shelf.prescriber.name}, {PHONE}." in mail.body
    assert "une pièce d’identité" in mail.body
    until = starts(made) - DAY
    assert f"Changez d’heure sur votre page, avant le {full_day(until)} à {hour(until)}." in mail.body
    attached = mail.attachments.get()
    assert attached.file.called.endswith(".ics")
    for secret in (household.last_name, household.first_name, household.reference):
        assert secret not in mail.body + mail.subject


def test_an_hour_that_moves_says_that_the_one_that_was_told_does_not_count_any_more(shelf: Shelf) -> None:
    device = mailed(shelf)
    made = booked(shelf, device)
    first = starts(made)
    moved = move_appointment(actor=shelf.adviser, appointment=made, starts_at=next_hours(shelf, device)[0].starts_at)
    mail = Mail.objects.filter(about_machine="appointment").latest("pk")
    assert mail.subject == "Votre rendez-vous change"
    assert f"Celui du {full_day(first)} à {hour(first)} ne compte plus." in mail.body
    assert datetime.fromisoformat(moved.journal.get(verb="move").values["instead_of"]) == first


def test_an_hour_that_nobody_was_told_of_is_not_said_to_count_no_more(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device)
    hours = [slot.starts_at for slot in next_hours(shelf, device)]
    moved = move_appointment(actor=shelf.adviser, appointment=made, starts_at=hours[0])
    assert no_longer(moved) == ""
    known = move_appointment(actor=shelf.adviser, appointment=moved, starts_at=hours[1], known=True)
    assert no_longer(known) == ""
    untold = move_appointment(actor=shelf.adviser, appointment=known, starts_at=hours[2])
    said = f"Celui du {full_day(hours[1])} à {hour(hours[1])} ne compte plus."
    assert no_longer(untold) == said
    last = move_appointment(actor=shelf.adviser, appointment=untold, starts_at=hours[0])
    assert no_longer(last) == said, "the hour between was told to nobody"
    back = move_appointment(actor=shelf.adviser, appointment=last, starts_at=hours[1])
    assert no_longer(back) == "", "that is the one that it knows"


def test_whoever_calls_for_an_hour_that_moved_reads_the_one_that_counts_no_more(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    first = starts(made)
    moved = move_appointment(actor=shelf.adviser, appointment=made, starts_at=next_hours(shelf, device)[0].starts_at)
    page = read(acting(shelf.adviser), page_of(moved))
    assert f"Celui du {full_day(first)} à {hour(first)} ne compte plus." in page


def test_an_sms_that_waits_for_its_hour_had_told_nothing_of_the_hour_before(
    shelf: Shelf, settings: LazySettings
) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    opened(shelf)
    device = shelf.reserved(need=shelf.need(phone="06 99 44 55 66", contact_channel=ContactChannel.SMS))
    made = booked(shelf, device)
    hours = [slot.starts_at for slot in slots_for(device, actor=shelf.adviser, after=starts(made), most=3)]
    told_by_sms().update(delivery="queued")
    moved = move_appointment(actor=shelf.adviser, appointment=made, starts_at=hours[2])
    assert no_longer(moved) == ""
    told_by_sms().filter(delivery="queued").update(delivery="sent", sent_at=timezone.now())
    second = starts(moved)
    move_appointment(actor=shelf.adviser, appointment=again(moved), starts_at=hours[1])
    assert f"Celui du {full_day(second)}".replace("\u00a0", " ") in told_by_sms().latest("pk").text


def test_the_calendar_file_says_a_place_and_what_to_bring_and_nothing_of_a_person(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device)
    content = calendar_of(made).decode().replace("\r\n ", "")
    household = need_of(device).prescription.household
    assert f"UID:rendez-vous-{made.reference}@maillon" in content
    assert "Boutique du centre" in content
    for secret in (household.last_name, household.first_name, household.reference, need_of(device).reference):
        assert secret not in content
    moved = move_appointment(actor=shelf.adviser, appointment=made, starts_at=next_hours(shelf, device)[0].starts_at)
    assert "SEQUENCE:2" in calendar_of(moved).decode()


def test_whoever_no_mail_reaches_is_somebody_s_call_until_it_is_done(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device)
    assert Appointment.objects.to_tell(timezone.now()).get() == made
    assert not Mail.objects.filter(about_machine="appointment").exists()
    gate.apply(made, "tell", actor=shelf.adviser)
    assert not Appointment.objects.to_tell(timezone.now()).exists()
    with pytest.raises(Refused, match="déjà prévenu"):
        gate.apply(made, "tell", actor=shelf.adviser)


def test_a_mail_that_could_not_leave_told_nobody(shelf: Shelf) -> None:
    made = booked(shelf, mailed(shelf))
    assert not Appointment.objects.to_tell(timezone.now()).exists()
    Mail.objects.filter(about_machine="appointment").update(delivery="failed", error="SMTPServerDisconnected")
    assert Appointment.objects.to_tell(timezone.now()).get() == made
    gate.apply(made, "tell", actor=shelf.adviser)
    assert not Appointment.objects.to_tell(timezone.now()).exists()


def test_the_household_s_sheet_says_where_and_when_it_is_expected_and_no_more_once_it_is_not(
    shelf: Shelf, device: Device
) -> None:
    prescription = need_of(device).prescription
    made = booked(shelf, device)
    assert "On vous attend le" in sheet_of(prescription)
    assert shelf.point.address in sheet_of(prescription)
    cancel_appointment(actor=shelf.adviser, appointment=made, reason=AppointmentCancelReason.POINT)
    assert "On vous attend" not in sheet_of(prescription)
    assert "Pour le jour et l’heure" in sheet_of(prescription)


# --- the clock and what was missed


def starts(appointment: Appointment) -> datetime:
    assert appointment.starts_at is not None
    return appointment.starts_at


def morning_after(appointment: Appointment) -> datetime:
    return day_start(timezone.localdate(starts(appointment)) + DAY) + timedelta(minutes=5)


@pytest.mark.usefixtures("days_to_come")
def test_the_working_day_before_a_mail_recalls_it_once_and_never_the_day_it_was_told(shelf: Shelf) -> None:
    device = mailed(shelf)
    made = booked(shelf, device)
    sent = Mail.objects.filter(about_machine="appointment", about_pk=made.pk)
    day_before = timezone.localdate(starts(made)) - DAY
    while not is_working_day(day_before):
        day_before -= DAY
    eve = day_start(day_before) + timedelta(hours=1)
    run_clock(at=eve - DAY)
    assert sent.count() == 1
    run_clock(at=eve)
    run_clock(at=eve + timedelta(hours=3))
    assert (sent.count(), again(made).reminded_at) == (2, eve)

    another = slots_for(device, actor=shelf.adviser, after=starts(made) + DAY, most=1)[0].starts_at
    move_appointment(actor=shelf.adviser, appointment=made, starts_at=another, at=eve + timedelta(hours=4))
    assert again(made).reminded_at is None


@pytest.mark.usefixtures("days_to_come")
def test_a_reminder_that_leaves_too_late_to_change_alone_says_whom_to_call_and_no_page(shelf: Shelf) -> None:
    made = booked(shelf, mailed(shelf))
    day_before = timezone.localdate(starts(made)) - DAY
    while not is_working_day(day_before):
        day_before -= DAY
    closing_on(starts(made) - day_start(day_before))

    run_clock(at=day_start(day_before) + timedelta(hours=1))

    body = Mail.objects.filter(about_machine="appointment", about_pk=made.pk).latest("pk").body
    assert f"Vous ne pouvez pas venir\u00a0? Appelez {shelf.distributor.name}" in body.replace(" ?", "\u00a0?")
    assert "votre page" not in body


@pytest.mark.usefixtures("days_to_come")
def test_after_a_stop_of_the_clock_nobody_is_recalled_on_the_very_day(shelf: Shelf) -> None:
    device = mailed(shelf)
    made = booked(shelf, device)
    that_morning = day_start(timezone.localdate(starts(made))) + timedelta(hours=1)

    run_clock(at=that_morning)

    assert again(made).reminded_at is None
    assert not Appointment.objects.filter(to_call_back(that_morning)).exists()


def test_an_hour_that_the_household_does_not_know_is_told_before_it_is_recalled(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device)
    with pytest.raises(Refused, match="ne connaît pas encore ce rendez-vous"):
        gate.apply(made, "remind", actor=shelf.adviser)
    gate.apply(made, "tell", actor=shelf.adviser)
    assert gate.apply(again(made), "remind", actor=shelf.adviser).reminded_at is not None


@pytest.mark.usefixtures("days_to_come")
def test_whoever_no_mail_reaches_is_recalled_by_somebody(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    day_before = timezone.localdate(starts(made)) - DAY
    while not is_working_day(day_before):
        day_before -= DAY
    eve = day_start(day_before) + timedelta(hours=9)
    run_clock(at=eve)
    assert again(made).reminded_at is None
    assert Appointment.objects.filter(to_call_back(eve)).get() == made
    gate.apply(made, "remind", actor=shelf.adviser, at=eve)
    assert not Appointment.objects.filter(to_call_back(eve)).exists()
    with pytest.raises(Refused, match="déjà rappelé"):
        gate.apply(made, "remind", actor=shelf.adviser, at=eve)


@pytest.mark.usefixtures("days_to_come")
def test_the_counter_notes_an_absence_once_the_hour_has_come_and_the_clock_the_next_morning(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device)
    with pytest.raises(Refused, match="peut encore venir"):
        gate.apply(made, "miss", actor=shelf.adviser)
    run_clock(at=starts(made) + timedelta(hours=2))
    assert again(made).state == S.BOOKED
    run_clock(at=morning_after(made))
    missed = again(made)
    assert missed.state == S.MISSED
    assert missed.journal.get(verb="miss").due_at == made.ends_at
    assert Appointment.objects.to_follow().get() == missed

    other = shelf.reserved()
    theirs = booked(shelf, other, next_hours(shelf, other)[0].starts_at)
    noted = gate.apply(theirs, "miss", actor=shelf.adviser, at=starts(theirs) + timedelta(minutes=20))
    assert noted.state == S.MISSED
    assert fresh(other).state == DeviceState.RESERVED


@pytest.mark.usefixtures("days_to_come")
def test_a_second_hour_is_proposed_after_an_absence_and_not_a_third(shelf: Shelf, device: Device) -> None:
    first = booked(shelf, device, known=True)
    late = morning_after(first)
    run_clock(at=late)
    second_hour = slots_for(device, actor=shelf.adviser, after=late + DAY, most=1)[0].starts_at
    second = booked(shelf, device, second_hour, at=late, known=True)
    assert not Appointment.objects.to_follow().exists()
    later = morning_after(second)
    run_clock(at=later)
    third_hour = slots_for(device, actor=shelf.adviser, after=later + DAY, most=1)[0].starts_at
    with pytest.raises(Refused, match="libérez l’appareil") as refused:
        booked(shelf, device, third_hour, at=later)
    assert reasons(refused) == {"few_missed"}
    assert Appointment.objects.to_follow().get() == again(second)

    need = need_of(device)
    free = gate.apply(device, "release", actor=shelf.adviser, at=later + timedelta(minutes=1))
    assert not Appointment.objects.to_follow().exists()
    held = shelf.reserve(free, need, at=later + timedelta(minutes=2))
    assert booked(shelf, held, third_hour, at=later + timedelta(minutes=3)).state == S.BOOKED


@pytest.mark.usefixtures("days_to_come")
def test_nobody_is_recalled_to_a_point_that_closes_nor_absent_from_it(shelf: Shelf) -> None:
    device = mailed(shelf)
    made = booked(shelf, device)
    sent = Mail.objects.filter(about_machine="appointment", about_pk=made.pk)
    day = timezone.localdate(starts(made))
    close_days(actor=shelf.pilot, point=shelf.point, first_day=day, last_day=day, reason="works")
    run_clock(at=day_start(day) - timedelta(hours=2))
    assert (sent.count(), again(made).reminded_at) == (1, None)
    run_clock(at=morning_after(made))
    assert again(made).state == S.MISSED
    assert device.reserved_at is not None
    assert not missed_since(device.reserved_at).exists()


@pytest.mark.usefixtures("days_to_come")
def test_an_absence_stays_one_when_the_closure_of_that_day_is_written_after_it_was_noted(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device, known=True)
    gate.apply(made, "miss", actor=shelf.adviser, at=starts(made) + timedelta(minutes=20))
    day = timezone.localdate(starts(made))
    close_days(actor=shelf.pilot, point=shelf.point, first_day=day, last_day=day, reason="works")
    PointClosure.objects.update(declared_at=starts(made) + timedelta(hours=1))
    assert missed_since(device.reserved_at).get() == again(made)
    for known in (-60, 10):
        PointClosure.objects.update(declared_at=starts(made) + timedelta(minutes=known))
        assert not missed_since(device.reserved_at).exists(), "nobody was there to receive"


@pytest.mark.usefixtures("days_to_come")
def test_the_hand_over_honours_it_even_late_that_day_and_undone_the_household_is_expected_again(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device)
    shown = starts(made) + timedelta(minutes=20)
    gate.apply(made, "miss", actor=shelf.adviser, at=shown)
    # The note is of the day: it is prepared again when the household comes.
    handed = shelf.hand_over(device, at=shown + timedelta(minutes=20))
    assert again(made).state == S.HONOURED
    gate.apply(
        handed,
        "undo_hand_over",
        actor=shelf.adviser,
        at=shown + timedelta(minutes=30),
        reason=UndoHandOverReason.ENTRY,
    )
    expected = again(made)
    assert (expected.state, expected.ended_at) == (S.BOOKED, None)
    told = AppointmentEntry.objects.filter(object=made.pk).order_by("seq").values_list("verb", flat=True)
    assert list(told) == ["book", "miss", "honour", "restore"]
    shelf.hand_over(fresh(device), at=shown + timedelta(minutes=40))
    assert again(made).state == S.HONOURED


@pytest.mark.usefixtures("days_to_come")
def test_who_came_and_gave_it_up_on_the_spot_is_expected_no_more_and_told_of_no_hour_that_is_cancelled(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device)
    came = starts(made) + timedelta(minutes=5)
    handed = shelf.hand_over(device, at=came)
    written = Mail.objects.count()

    undone = UndoHandOverReason.CHANGED_MIND
    gate.apply(handed, "undo_hand_over", actor=shelf.adviser, at=came + timedelta(minutes=5), reason=undone)

    assert again(made).state == S.HONOURED
    assert not any("annulé" in mail.subject for mail in Mail.objects.order_by("pk")[written:])
    assert not Appointment.objects.to_follow().exists()


@pytest.mark.usefixtures("days_to_come")
def test_an_absence_of_another_day_stays_one_when_the_device_is_handed_over_later(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device)
    late = morning_after(made)
    run_clock(at=late)
    shelf.hand_over(device, at=late + timedelta(hours=10))
    assert again(made).state == S.MISSED
    assert not Appointment.objects.to_follow().exists()


@pytest.mark.usefixtures("days_to_come")
def test_who_missed_two_hours_of_a_day_then_came_is_expected_once_when_the_hand_over_is_undone(
    shelf: Shelf, device: Device
) -> None:
    first = booked(shelf, device)
    noted = starts(first) + timedelta(minutes=1)
    gate.apply(first, "miss", actor=shelf.adviser, at=noted)
    second = booked(shelf, device, starts(first) + timedelta(minutes=30), at=noted)
    came = starts(second) + timedelta(hours=1)
    handed = shelf.hand_over(device, at=came)
    assert [again(one).state for one in (first, second)] == [S.MISSED, S.HONOURED]
    undone = UndoHandOverReason.ENTRY
    gate.apply(handed, "undo_hand_over", actor=shelf.adviser, at=came + timedelta(minutes=5), reason=undone)
    assert [again(one).state for one in (first, second)] == [S.MISSED, S.BOOKED]


# --- by SMS, where the door is open


@pytest.fixture
def texted(shelf: Shelf, settings: LazySettings) -> Device:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    opened(shelf)
    need = shelf.need(phone="06 99 44 55 66", contact_channel=ContactChannel.SMS)
    return shelf.reserved(need=need)


def test_by_sms_the_household_learns_the_hour_in_two_parts_at_most_and_no_name(shelf: Shelf, texted: Device) -> None:
    Organisation.objects.filter(pk=shelf.prescriber.pk).update(phone="0320112233")
    made = booked(shelf, texted)
    (sms,) = told_by_sms().filter(about_pk=made.pk)
    assert (sms.number, parts_of(sms.text) <= 2) == ("+33699445566", True)
    assert sms.text.endswith("03 20 11 22 33."), "whom to call"
    household, need = need_of(texted).prescription.household, need_of(texted)
    for secret in (household.last_name, household.first_name, need.reference, need.prescription.reference):
        assert secret not in sms.text
    assert not Appointment.objects.to_tell(timezone.now()).exists()
    told_by_sms().update(delivery="failed", error="HTTP 400")
    assert Appointment.objects.to_tell(timezone.now()).get() == made


def at_night(shelf: Shelf, device: Device) -> tuple[datetime, datetime]:
    """Nine in the evening before a Monday morning that is at least two days ahead, and its first hour, at eight."""
    day = timezone.localdate() + timedelta(days=3)
    while day.weekday() != 0 or not is_working_day(day):
        day += DAY
    open_hours(
        actor=shelf.pilot, point=shelf.point, weekday=0, starts_at=time(8), ends_at=time(9), minutes=30, places=1,
        valid_from=timezone.localdate(),
    )  # fmt: skip
    return day_start(day) - timedelta(hours=27), day_start(day) + timedelta(hours=8)


@pytest.mark.usefixtures("days_to_come")
def test_an_sms_that_would_come_too_late_is_somebody_s_call(shelf: Shelf, texted: Device) -> None:
    night, eight = at_night(shelf, texted)
    made = booked(shelf, texted, eight, at=night)
    assert made.told_at is None
    assert not told_by_sms().exists()
    moved = move_appointment(
        actor=shelf.adviser, appointment=made, starts_at=eight + DAY + timedelta(hours=2), at=night
    )
    assert moved.told_at is None, "it still sets out for the hour it knew"
    cancelled = cancel_appointment(
        actor=shelf.adviser, appointment=moved, reason=AppointmentCancelReason.POINT, at=night
    )
    assert cancelled.told_at is None, "it knew of no hour: nothing is to be told"
    assert not told_by_sms().exclude(delivery="failed").exists()
    assert not Appointment.objects.to_tell(night).exists()


def test_an_hour_that_changed_before_its_sms_left_is_told_once_as_it_is(shelf: Shelf, texted: Device) -> None:
    made = booked(shelf, texted)
    first = told_by_sms().get()
    other = slots_for(texted, actor=shelf.adviser, after=starts(made) + DAY, most=1)[0].starts_at
    move_appointment(actor=shelf.adviser, appointment=made, starts_at=other)
    others = told_by_sms().exclude(pk=first.pk)
    assert list(others.filter(delivery="queued")) == list(others)
    assert (again(first).delivery, again(first).error) == ("failed", "replaced")
    assert not Appointment.objects.to_tell(timezone.now()).exists()


def test_what_waits_to_tell_an_hour_does_not_leave_once_the_household_came(shelf: Shelf, texted: Device) -> None:
    made = booked(shelf, texted)
    waits = told_by_sms().get(delivery="queued")
    undone = UndoHandOverReason.ENTRY
    handed = shelf.hand_over(texted)
    assert (again(waits).delivery, again(waits).error, again(waits).text) == ("failed", "overtaken", "")
    gate.apply(handed, "undo_hand_over", actor=shelf.adviser, reason=undone)
    assert Appointment.objects.to_tell(timezone.now()).get() == made, "nothing told it"


def test_an_hour_given_up_then_taken_again_is_not_said_to_be_cancelled(shelf: Shelf, texted: Device) -> None:
    made = booked(shelf, texted)
    told_by_sms().update(delivery="sent", sent_at=timezone.now())
    cancel_appointment(actor=shelf.adviser, appointment=made, reason=AppointmentCancelReason.POINT)
    given_up = told_by_sms().get(delivery="queued")
    assert "annulé" in given_up.text
    taken = booked(shelf, texted, starts(made))
    (leaves,) = told_by_sms().filter(delivery="queued")
    assert (leaves.about_pk, "annulé" in leaves.text) == (taken.pk, False)
    assert (again(given_up).delivery, again(given_up).error) == ("failed", "replaced")
    assert not Appointment.objects.to_tell(timezone.now()).exists()


def test_an_hour_that_it_was_told_given_up_untold_then_another_fixed_is_said_to_count_no_more(
    shelf: Shelf, texted: Device
) -> None:
    first = booked(shelf, texted)
    told_by_sms().update(delivery="sent", sent_at=timezone.now())
    cancel_appointment(actor=shelf.adviser, appointment=first, reason=AppointmentCancelReason.POINT)
    given_up = told_by_sms().get(delivery="queued")
    second = booked(shelf, texted, next_hours(shelf, texted)[-1].starts_at)
    (leaves,) = told_by_sms().filter(delivery="queued")
    said = f"Celui du {full_day(starts(first))} à {hour(starts(first))} ne compte plus."
    assert (leaves.about_pk, said.replace("\u00a0", " ") in leaves.text) == (second.pk, True)
    assert (again(given_up).delivery, again(given_up).error) == ("failed", "replaced")
    moved = move_appointment(actor=shelf.adviser, appointment=second, starts_at=next_hours(shelf, texted)[0].starts_at)
    assert no_longer(moved) == said, "the hour between left to nobody"


def test_whoever_calls_for_an_hour_fixed_after_another_was_given_up_reads_the_one_that_the_household_waits_for(
    shelf: Shelf, device: Device
) -> None:
    first = booked(shelf, device, known=True)
    cancel_appointment(actor=shelf.adviser, appointment=first, reason=AppointmentCancelReason.POINT)
    hours = [slot.starts_at for slot in next_hours(shelf, device)]
    second = booked(shelf, device, hours[0])
    said = f"Celui du {full_day(starts(first))} à {hour(starts(first))} ne compte plus."
    assert no_longer(second) == said
    assert said in read(acting(shelf.adviser), page_of(second))
    cancel_appointment(actor=shelf.adviser, appointment=second, reason=AppointmentCancelReason.POINT)
    third = booked(shelf, device, hours[1])
    assert no_longer(third) == said, "the hour between was told to nobody"
    cancel_appointment(actor=shelf.adviser, appointment=third, reason=AppointmentCancelReason.POINT, known=True)
    assert no_longer(booked(shelf, device, hours[0])) == "", "it was told that it was given up"


def test_an_hour_freed_with_its_device_and_not_told_is_said_to_count_no_more_by_the_next_one(
    shelf: Shelf, device: Device
) -> None:
    need = need_of(device)
    first = booked(shelf, device, known=True)
    free = gate.apply(device, "release", actor=shelf.adviser)
    assert (again(first).state, again(first).told_at) == (S.CANCELLED, None)
    held = shelf.reserve(free, need)
    assert "ne compte plus" in no_longer(booked(shelf, held, next_hours(shelf, held)[0].starts_at))


def test_who_gave_its_hour_up_itself_is_not_told_that_it_counts_no_more(shelf: Shelf, texted: Device) -> None:
    first = booked(shelf, texted, known=True)
    told_by_sms().update(delivery="sent", sent_at=timezone.now())
    link = SignedLink("page", opens=("prescription", need_of(texted).prescription_id))
    cancel_appointment(actor=link, appointment=first, reason=AppointmentCancelReason.HOUSEHOLD)
    assert no_longer(booked(shelf, texted, next_hours(shelf, texted)[0].starts_at)) == ""


@pytest.mark.parametrize(
    "typed", ["06 1", "+33 (0)6 99 44 55 66", "06.99.44.55.66", "0699445566", "+32 470 12 34 56", "07-99-44-55-66", ""]
)
def test_the_clock_and_whoever_books_agree_on_who_has_a_mobile(shelf: Shelf, texted: Device, typed: str) -> None:
    household = need_of(texted).prescription.household
    Household.objects.filter(pk=household.pk).update(phone=typed)
    made = booked(shelf, texted, known=True)
    assert Appointment.objects.filter(by_itself(), pk=made.pk).exists() == bool(mobile_of(typed))
    assert told_by_sms().exists() == bool(mobile_of(typed))


def test_with_the_door_shut_or_without_a_mobile_somebody_calls_as_before(
    shelf: Shelf, texted: Device, settings: LazySettings
) -> None:
    settings.SMS_PROVIDER = ""
    made = booked(shelf, texted)
    assert not told_by_sms().exists()
    assert Appointment.objects.to_tell(timezone.now()).get() == made
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    landline = shelf.reserved(need=shelf.need(phone="0320000000", contact_channel=ContactChannel.SMS))
    theirs = booked(shelf, landline)
    assert not told_by_sms().exists()
    assert theirs in Appointment.objects.to_tell(timezone.now())


@pytest.mark.usefixtures("days_to_come")
def test_the_reminder_of_the_working_day_before_leaves_by_sms_too(shelf: Shelf, texted: Device) -> None:
    made = booked(shelf, texted)
    eve = timezone.localdate(starts(made)) - DAY
    while not is_working_day(eve):
        eve -= DAY
    run_clock(at=day_start(eve) + timedelta(hours=6))
    run_clock(at=day_start(eve) + timedelta(hours=9))
    assert told_by_sms().filter(about_pk=made.pk).count() == 2
    assert told_by_sms().latest("created_at").leaves_at == day_start(eve) + timedelta(hours=8)


def test_an_agreement_taken_back_frees_the_hour_and_whoever_was_to_receive_is_told_without_a_name(shelf: Shelf) -> None:
    device = mailed(shelf)
    made = booked(shelf, device)
    prescription = made.need.prescription
    gate.apply(prescription, "revoke", actor=prescription.worker, channel="place")
    assert again(made).state == S.CANCELLED
    mail = Mail.objects.get(about_machine="appointment", about_pk=made.pk, subject__startswith="Prescription")
    assert shelf.adviser.user.email in mail.to
    assert prescription.reference in mail.body
    assert prescription.household.last_name not in mail.body
