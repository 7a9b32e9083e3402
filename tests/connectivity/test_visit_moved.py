"""A visit that is planned anew: which day counts no more, and of one that is off, which day its household knew."""

from datetime import date

import pytest
from django.conf import LazySettings
from django.utils import timezone

from connectivity.enums import LineNews, TechnicianSlot
from connectivity.line_news import said_of
from connectivity.models import ConnectionFile, LineNotice
from connectivity.services import connections as services
from connectivity.services.lines import keep_notice, write_line_letter
from documents.models import Mail, Sms
from prescriptions.enums import ContactChannel
from tests.connectivity.lines import Line, again
from tests.connectivity.test_visit_and_refusal_told import page_of, plan, reached_by, to_tell
from tests.pages import acting, read
from typography.french import full_day

pytestmark = pytest.mark.django_db


def no_longer(day: date | None) -> str:
    return f"Celui du {full_day(day)} ne compte plus."


def said(file: ConnectionFile, about: LineNews = LineNews.VISIT) -> str:
    return " ".join(said_of(again(file), about).sentences)


def test_the_sms_of_a_visit_that_moves_says_which_day_counts_no_more(settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    line = reached_by(ContactChannel.SMS)
    first = plan(line, line.accepted())
    assert "ne compte plus" not in Sms.objects.latest("pk").text
    Sms.objects.filter(delivery="queued").update(delivery="sent", sent_at=timezone.now())

    plan(line, again(first), days=9)

    assert no_longer(first.appointment_on).replace("\u00a0", " ") in Sms.objects.latest("pk").text


def test_an_sms_that_did_not_leave_told_no_day_that_would_count_no_more(settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    line = reached_by(ContactChannel.SMS)
    first = plan(line, line.accepted())
    plan(line, again(first), days=9)
    assert "ne compte plus" not in Sms.objects.latest("pk").text, "the former one was called off before it left"


def test_so_do_its_mail_its_letter_and_the_words_of_whoever_calls() -> None:
    written = Line(person={"contact_channel": ContactChannel.EMAIL})
    first = plan(written, written.accepted())
    plan(written, again(first), days=9)
    mails = Mail.objects.filter(to=[written.need.prescription.household.email], subject__contains="Internet")
    bodies = [mail.body for mail in mails.order_by("pk")]
    assert [no_longer(first.appointment_on) in body for body in bodies] == [False, True]

    by_letter = reached_by(ContactChannel.LETTER)
    file = plan(by_letter, by_letter.accepted())
    letter = write_line_letter(actor=by_letter.worker, connection=file).letter
    assert letter is not None
    assert "ne compte plus" not in " ".join(letter.values["paragraphs"])
    keep_notice(actor=by_letter.worker, connection=file)
    plan(by_letter, again(file), days=9)
    letter = write_line_letter(actor=by_letter.worker, connection=file).letter
    assert letter is not None
    assert no_longer(file.appointment_on) in " ".join(letter.values["paragraphs"])
    assert no_longer(file.appointment_on) in read(acting(by_letter.worker), page_of(file))


def test_of_a_day_that_nobody_told_nothing_is_said() -> None:
    line = reached_by(ContactChannel.PHONE)
    first = plan(line, line.accepted())
    plan(line, again(first), days=9)
    assert "ne compte plus" not in said(first)
    keep_notice(actor=line.worker, connection=first)
    plan(line, again(first), days=11)
    assert "ne compte plus" in said(first), "the second day was told"
    assert no_longer(first.appointment_on) not in said(first)


def test_of_the_same_day_the_half_that_was_told_counts_no_more_and_one_that_is_confirmed_says_nothing() -> None:
    line = reached_by(ContactChannel.PHONE)
    first = plan(line, line.accepted())
    keep_notice(actor=line.worker, connection=first)
    plan(line, again(first))
    assert "ne compte plus" not in said(first)
    keep_notice(actor=line.worker, connection=first)
    assert first.appointment_on is not None
    services.schedule_connection(
        actor=line.agent,
        connection=again(first),
        appointment_on=first.appointment_on,
        appointment_slot=TechnicianSlot.AFTERNOON,
        day_confirmed=True,
    )
    assert f"Celui du {full_day(first.appointment_on)}, le matin, ne compte plus." in said(first)


def test_what_is_told_anew_is_told_before_the_day_that_the_household_knows() -> None:
    line = reached_by(ContactChannel.PHONE)
    first = plan(line, line.accepted(), days=1)
    keep_notice(actor=line.worker, connection=first)
    plan(line, again(first), days=20)
    assert LineNotice.objects.to_keep().get().due_on == first.appointment_on


def test_a_visit_that_moved_untold_and_is_off_is_told_under_the_day_that_the_household_knows() -> None:
    line = reached_by(ContactChannel.PHONE)
    first = plan(line, line.accepted(), days=2)
    keep_notice(actor=line.worker, connection=first)
    moved = plan(line, again(first), days=20)

    line.report(again(moved))

    assert to_tell() == [LineNews.CALLED_OFF]
    told = said(first, LineNews.CALLED_OFF)
    assert f"Le raccordement prévu le {full_day(first.appointment_on)} n’aura pas lieu" in told
    assert full_day(moved.appointment_on) not in told
    assert LineNotice.objects.to_keep().get().due_on == first.appointment_on
