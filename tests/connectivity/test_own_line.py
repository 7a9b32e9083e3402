"""What a household reads and is told of a line to come: offers to choose, then its sheet, then the day of the visit."""

from datetime import date, datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectivity import own_line
from connectivity.enums import TechnicianSlot
from connectivity.models import ConnectionFile
from connectivity.own_line import AT_HOME, IN_DOUBT, NO_TECHNICIAN, NOBODY_COMES, TO_CHOOSE, visit_told
from connectivity.services import connections as services
from documents.models import Mail
from prescriptions.enums import ContactChannel, NeedUse, SheetLanguage
from prescriptions.models import Household, Need, Prescription, PromisedContact, SheetTranslation
from prescriptions.saying import plain
from prescriptions.services.households import move_household
from prescriptions.services.needs import drop_need
from prescriptions.telling import PREPARED, telling_of
from tests.connectivity.lines import FIXED, MOBILE, Line
from tests.given import load_reference
from tests.network.factories import make_commune
from tests.pages import acting, read
from tests.prescriptions.files import again
from tests.prescriptions.pages import page_of
from typography.french import full_day, in_a_sentence

pytestmark = pytest.mark.django_db
CALLED = {"contact_channel": ContactChannel.PHONE}


def asked_by(line: Line) -> Prescription:
    return again(line.need).prescription


def own_page(line: Line, language: str = "") -> str:
    prescription = asked_by(line)
    Household.objects.filter(pk=prescription.household_id).update(birth_date=date(1984, 5, 6))
    url = reverse("prescriptions:own_page", args=[prescription.papers.latest("pk").document.public_code])
    asked = f"{url}?langue={language}" if language else url
    return Client().post(asked, {"year": "1984"}, follow=True).content.decode()


def sheet(line: Line) -> str:
    return " ".join(asked_by(line).papers.latest("pk").document.values["sentences"])


def to_keep() -> list[str]:
    return [one.about for one in PromisedContact.objects.to_keep()]


def test_while_offers_are_proposed_the_sheet_sends_to_the_worker_and_not_to_a_sheet_that_is_not_there() -> None:
    line = Line()
    proposed = line.proposed()
    assert TO_CHOOSE in sheet(line)
    assert PREPARED not in sheet(line)
    assert TO_CHOOSE in own_page(line)
    line.choose(proposed)
    assert sheet(line) == " ".join(telling_of(asked_by(line)).sentences)
    assert PREPARED in sheet(line)
    assert TO_CHOOSE not in own_page(line)


def test_offers_to_choose_are_to_be_told_until_one_is_chosen() -> None:
    line = Line(person=CALLED)
    proposed = line.proposed()
    assert to_keep() == ["offers"]
    assert "Des offres d’internet ou de téléphone sont à choisir\u00a0: Appel" in read(acting(line.worker), "/")
    page = read(acting(line.worker), page_of(asked_by(line), "prescription_detail"))
    assert "Sa fiche lui promet un appel" in page
    line.choose(proposed)
    assert to_keep() == []


def test_offers_given_up_before_they_were_told_leave_what_was_to_be_told_before() -> None:
    line = Line(person=CALLED)
    assert [one.about for one in PromisedContact.objects.filter(prescription=asked_by(line))] == ["accepted"]
    services.abandon_connection(actor=line.worker, connection=line.proposed(), reason="gave_up")
    assert to_keep() == ["accepted"]


def test_who_is_written_to_is_written_to_when_there_are_offers_to_choose() -> None:
    line = Line(person={"contact_channel": ContactChannel.EMAIL, "email": "foyer@exemple.test"})
    sent = Mail.objects.filter(to=["foyer@exemple.test"])
    before = sent.count() if line.need else 0
    line.proposed()
    assert sent.count() == before + 1
    assert "Du nouveau pour votre demande" in sent.latest("pk").subject


def test_the_day_of_a_visit_is_on_the_page_and_follows_what_becomes_of_it() -> None:
    line = Line()
    file = line.accepted()
    assert "raccorder votre logement" not in own_page(line)
    first = line.today() + timedelta(days=10)
    given = {"actor": line.agent, "day_confirmed": True}
    file = services.schedule_connection(
        connection=file, appointment_on=first, appointment_slot=TechnicianSlot.AFTERNOON, **given
    )
    said = AT_HOME.format(day=full_day(first), slot="l’après-midi")
    page = own_page(line)
    assert f'<p class="todo"><strong>{said}</strong></p>' in page
    later = first + timedelta(days=8)
    file = services.schedule_connection(
        connection=file, appointment_on=later, appointment_slot=TechnicianSlot.MORNING, **given
    )
    page = own_page(line)
    assert said not in page
    assert AT_HOME.format(day=full_day(later), slot="le matin") in page
    assert str(file.papers.filter(kind="family").latest("pk").document.values["todo"]) in page
    line.report(file)
    page = own_page(line)
    assert NOBODY_COMES.format(day=full_day(later)) in page
    assert "Soyez chez vous" not in page


def test_a_visit_whose_day_is_past_is_told_no_more_even_of_a_request_that_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line()
    file = line.scheduled()
    passed = timezone.make_aware(datetime.combine(file.appointment_on, time(9))) + timedelta(days=1)
    assert "Soyez chez vous" in visit_told(file)
    with monkeypatch.context() as later:
        later.setattr(own_line.timezone, "now", lambda: passed)
        assert visit_told(file) == ""
    given_up = services.abandon_connection(actor=line.worker, connection=file, reason="gave_up")
    assert "N’attendez personne" in visit_told(given_up)
    monkeypatch.setattr(own_line.timezone, "now", lambda: passed)
    assert visit_told(given_up) == ""


def test_who_moved_is_not_told_to_be_at_home_for_a_visit_that_is_not_confirmed() -> None:
    line = Line()
    file = line.scheduled()
    home = {"moved_on": line.today(), "address": "12 rue d’Après", "postcode": "59600"}
    move_household(
        actor=line.worker, household=asked_by(line).household, commune=make_commune(postcodes=["59600"]), **home
    )
    page = own_page(line)
    assert "Soyez chez vous" not in page
    assert "n’est pas encore confirmé à votre nouvelle adresse" in page
    services.schedule_connection(
        actor=line.agent, connection=file, appointment_on=file.appointment_on, day_confirmed=True
    )
    assert "Soyez chez vous" in own_page(line)


def test_once_the_line_works_nobody_is_waited_for() -> None:
    line = Line()
    line.activate(line.scheduled())
    assert "raccord" not in own_page(line)


def test_of_a_mobile_line_nobody_comes_and_the_day_is_said() -> None:
    line = Line(kind=MOBILE)
    file = line.scheduled()
    slot = in_a_sentence(file.get_appointment_slot_display())
    assert NO_TECHNICIAN.format(day=full_day(file.appointment_on), slot=slot) in own_page(line)


@pytest.mark.parametrize("language", SheetLanguage)
def test_what_is_said_of_a_line_to_come_is_said_in_the_languages_of_the_sheets(language: str) -> None:
    load_reference("prescriptions")
    line = Line()
    line.scheduled()
    known = {plain(french) for french in SheetTranslation.objects.texts_on(language, line.today())}
    slots = {in_a_sentence(str(label)) for label in TechnicianSlot.labels}
    said_of_it = (TO_CHOOSE, AT_HOME, IN_DOUBT, NO_TECHNICIAN, NOBODY_COMES, PREPARED, *slots)
    assert {plain(said) for said in said_of_it} <= known
    page = own_page(line, language)
    assert "Soyez chez vous" not in page
    assert "Votre ligne" not in page


BOTH = {"kinds": [FIXED, MOBILE]}


def two_lines() -> tuple[Line, ConnectionFile, ConnectionFile]:
    """A household that is called, with offers to choose for two lines."""
    line = Line(offer_columns=BOTH)
    asked = line.circle.accepted([(kind, NeedUse.WORK) for kind in BOTH["kinds"]], line.circle.household(**CALLED))
    fixed, mobile = (services.propose_connection(actor=line.worker, need=need) for need in asked.needs.order_by("pk"))
    return line, fixed, mobile


def test_offers_of_one_line_are_still_to_be_told_once_those_of_the_other_are_chosen_or_given_up() -> None:
    line, fixed, mobile = two_lines()
    assert to_keep() == ["offers"]
    line.choose(fixed)
    assert to_keep() == ["offers"]
    line.choose(mobile)
    assert to_keep() == []


def test_offers_given_up_one_line_after_the_other_leave_what_was_to_be_told_before() -> None:
    line, fixed, mobile = two_lines()
    services.abandon_connection(actor=line.worker, connection=mobile, reason="gave_up")
    assert to_keep() == ["offers"]
    services.abandon_connection(actor=line.worker, connection=fixed, reason="gave_up")
    assert to_keep() == ["accepted"]


def test_who_chose_for_one_line_is_not_told_anew_that_it_is_accepted_when_the_other_is_given_up() -> None:
    line, fixed, mobile = two_lines()
    line.choose(fixed)
    services.abandon_connection(actor=line.worker, connection=mobile, reason="gave_up")
    assert to_keep() == []


def test_a_need_that_is_dropped_leaves_the_offers_of_the_other_line_to_be_told() -> None:
    line, fixed, _ = two_lines()
    drop_need(actor=line.worker, need=Need.objects.get(pk=fixed.need_id), reason="no_longer_needed")
    assert to_keep() == ["offers"]
