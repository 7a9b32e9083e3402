"""The day of a visit and the refusal of an operator: told to the household by its channel, or by whoever follows it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from django.urls import reverse

from calendars.working_days import is_working_day
from connectivity.enums import LineNews, NewsOutcome, OperatorRefusalCode, TechnicianSlot
from connectivity.line_news import said_of
from connectivity.models import ConnectionFile, LineNotice
from connectivity.services import connections as services
from connectivity.services.lines import keep_notice, write_line_letter
from documents.models import Mail, Sms
from lifecycle import gate
from prescriptions.enums import ContactChannel, NeedKind
from prescriptions.models import Household
from tests.connectivity.lines import Line, again, make_offer
from tests.pages import acting, read

pytestmark = pytest.mark.django_db
MOBILE = "06 99 44 55 77"


def reached_by(channel: str, **columns: Any) -> Line:
    line = Line(person={"contact_channel": channel})
    Household.objects.filter(pk=line.need.prescription.household_id).update(phone=MOBILE, **columns)
    return line


def plan(line: Line, file: ConnectionFile, days: int = 7) -> ConnectionFile:
    day = line.today() + timedelta(days=days)
    return services.schedule_connection(
        actor=line.agent,
        connection=file,
        appointment_on=day,
        appointment_slot=TechnicianSlot.MORNING,
        day_confirmed=not is_working_day(day),
    )


def page_of(file: ConnectionFile) -> str:
    return reverse("connectivity:connection_detail", args=[file.reference])


def to_tell() -> list[str]:
    return [row.about for row in LineNotice.objects.to_keep()]


def the_mail(line: Line, sought: str) -> str:
    return Mail.objects.filter(to__contains=[line.worker.user.email], subject__contains=sought).latest("pk").body


def test_the_day_of_a_visit_leaves_by_sms(settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    line = reached_by(ContactChannel.SMS)
    file = plan(line, line.accepted())
    sms = Sms.objects.latest("pk")
    assert "Votre rendez-vous Internet" in sms.text
    assert "le matin" in sms.text
    assert to_tell() == []
    assert "prévenue par un message" in the_mail(line, "raccordement le")

    services.report_problem_connection(actor=line.agent, connection=file, problem="name_mismatch")
    sms.refresh_from_db()
    assert sms.delivery == "failed", "no visit is announced that is planned no more"
    assert to_tell() == []
    gate.apply(again(file), "withdraw_scheduled_problem", actor=line.agent)
    assert to_tell() == [LineNews.VISIT], "it stands again: somebody tells it"


@pytest.mark.parametrize("channel", [ContactChannel.LETTER, ContactChannel.PHONE, ContactChannel.SMS])
def test_without_a_message_the_day_of_a_visit_is_told_by_whoever_follows_the_household(channel: str) -> None:
    line = reached_by(channel)
    file = plan(line, line.accepted())
    notice = LineNotice.objects.to_keep().get()
    assert notice.about == LineNews.VISIT
    assert "Prévenez la personne" in the_mail(line, "raccordement le")
    client = acting(line.worker)
    assert "Foyers à prévenir de leur ligne" in read(client, reverse("desk:home"))
    page = read(client, page_of(file))
    assert "Votre rendez-vous Internet est le" in page
    assert "Le foyer est prévenu" in page
    assert "Faire la lettre" in page
    letter = write_line_letter(actor=line.worker, connection=file).letter
    assert letter is not None
    assert "Soyez chez vous ce jour-là" in str(letter.values["paragraphs"])

    keep_notice(actor=line.worker, connection=file)
    assert to_tell() == []
    plan(line, again(file), days=9)
    assert to_tell() == [LineNews.VISIT], "another day is news"
    assert LineNotice.objects.count() == 2


def test_a_visit_is_told_before_its_day_and_no_more_once_the_line_works() -> None:
    line = reached_by(ContactChannel.LETTER)
    file = plan(line, line.accepted(), days=1)
    assert LineNotice.objects.get().due_on == file.appointment_on
    assert to_tell() == [LineNews.VISIT]
    line.activate(again(file))
    assert to_tell() == []
    assert LineNotice.objects.get().outcome == NewsOutcome.OVERTAKEN


def test_a_visit_whose_day_has_passed_leaves_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    line = reached_by(ContactChannel.LETTER)
    file = plan(line, line.accepted(), days=1)
    with monkeypatch.context() as later:
        passed = line.today() + timedelta(days=2)
        later.setattr("connectivity.models.line.timezone", SimpleNamespace(localdate=lambda: passed))
        assert to_tell() == []
        assert "Le foyer est prévenu" not in read(acting(line.worker), page_of(file))
        plan(line, again(file), days=6)
        assert to_tell() == [LineNews.VISIT], "planned anew, it is told anew"


def test_of_a_mobile_line_nobody_comes() -> None:
    line = Line(
        kind=NeedKind.MOBILE_CONNECTION,
        person={"contact_channel": ContactChannel.LETTER},
        offer_columns={"technology": "mobile"},
    )
    file = plan(line, line.accepted())
    page = read(acting(line.worker), page_of(file))
    assert "Votre ligne est prévue le" in page
    assert "Soyez chez vous" not in page


def sheet_of(file: ConnectionFile) -> str:
    return str(file.papers.filter(kind="family").order_by("-pk")[0].document.values["todo"])


def test_a_visit_that_was_told_and_is_off_is_told_by_its_day_and_the_sheet_says_it() -> None:
    line = reached_by(ContactChannel.PHONE)
    file = plan(line, line.accepted(), days=1)
    keep_notice(actor=line.worker, connection=file)
    stopped = line.report(again(file))
    notice = LineNotice.objects.to_keep().get()
    assert (notice.about, notice.due_on) == (LineNews.CALLED_OFF, file.appointment_on)
    assert "n’aura pas lieu" in read(acting(line.worker), page_of(file))
    assert "N’attendez personne" in sheet_of(file)

    gate.apply(stopped, "withdraw_scheduled_problem", actor=line.agent)
    assert to_tell() == [], "it knows of the day, and nobody said that it was off"
    assert "Soyez chez vous" in sheet_of(file)

    again_stopped = line.report(again(file))
    keep_notice(actor=line.worker, connection=again_stopped)
    gate.apply(again_stopped, "withdraw_scheduled_problem", actor=line.agent)
    assert to_tell() == [LineNews.VISIT]
    assert "Soyez chez vous" in sheet_of(file)


def test_a_refusal_after_a_visit_that_was_told_is_said_by_its_day() -> None:
    line = reached_by(ContactChannel.PHONE)
    file = plan(line, line.accepted(), days=1)
    keep_notice(actor=line.worker, connection=file)
    services.refuse_connection(
        actor=line.agent, connection=line.report(again(file)), refusal=OperatorRefusalCode.NO_COVERAGE
    )
    notice = LineNotice.objects.to_keep().get()
    assert (notice.about, notice.due_on) == (LineNews.REFUSED, file.appointment_on)
    assert "n’aura pas lieu" in " ".join(said_of(again(file), LineNews.REFUSED).sentences)


def test_a_line_that_the_adviser_gives_up_is_told_to_the_household_and_to_the_worker() -> None:
    line = reached_by(ContactChannel.PHONE)
    file = plan(line, line.accepted(), days=1)
    keep_notice(actor=line.worker, connection=file)
    gate.apply(again(file), "abandon", actor=line.adviser, reason="gave_up")
    assert to_tell() == [LineNews.CALLED_OFF]
    assert "N’attendez personne" in sheet_of(file)
    assert the_mail(line, "abandonné")


def test_the_sheet_of_a_line_that_works_says_it_and_what_it_costs() -> None:
    line = reached_by(ContactChannel.PHONE)
    file = line.activate(plan(line, line.accepted()))
    assert "Votre ligne marche depuis" in sheet_of(file)


# --- the refusal


def test_a_refusal_leaves_by_sms(settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    line = reached_by(ContactChannel.SMS)
    line.refused()
    sms = Sms.objects.latest("pk")
    assert "Votre demande de ligne n'a pas abouti" in sms.text
    assert to_tell() == []


def test_a_refusal_is_written_by_mail() -> None:
    line = reached_by(ContactChannel.EMAIL)
    household = line.need.prescription.household
    line.refused()
    mail = Mail.objects.filter(to=[household.email]).latest("pk")
    assert "cette ligne n’arrive pas chez vous" in mail.body
    assert "N’attendez pas son appel" in mail.body


def test_a_refusal_is_told_by_whoever_follows_the_household_until_another_offer_is_chosen() -> None:
    line = reached_by(ContactChannel.LETTER)
    file = line.refused()
    assert to_tell() == [LineNews.REFUSED]
    assert "Prévenez la personne" in the_mail(line, "demande refusée")
    page = read(acting(line.worker), page_of(file))
    assert "L’opérateur a dit non à votre demande de ligne" in page
    assert "Le foyer est prévenu" in page
    line.choose(services.propose_connection(actor=line.worker, need=line.need), make_offer())
    assert to_tell() == []


@pytest.mark.parametrize("note", ["", "Le numéro ne répond pas."])
def test_the_worker_is_led_to_what_the_operator_says_of_a_refusal_when_it_says_something(note: str) -> None:
    line = reached_by(ContactChannel.LETTER)
    refusal = OperatorRefusalCode.NO_COVERAGE
    services.refuse_connection(actor=line.agent, connection=line.sent(), refusal=refusal, note=note)
    mail = the_mail(line, "demande refusée")
    assert ("Ce que l’opérateur en dit est sur la page du dossier." in mail) == bool(note)
    assert "ne répond pas" not in mail


def test_what_nobody_answered_is_not_told_as_a_refusal() -> None:
    line = reached_by(ContactChannel.LETTER)
    file = line.refused()
    file.refusal = OperatorRefusalCode.NO_ANSWER
    assert "sans réponse" in said_of(file, LineNews.REFUSED).sentences[0]


def test_the_operator_reads_nothing_of_what_is_to_be_told() -> None:
    line = reached_by(ContactChannel.LETTER)
    file = plan(line, line.accepted())
    assert "Prévenir le foyer" not in read(acting(line.agent), page_of(file))
