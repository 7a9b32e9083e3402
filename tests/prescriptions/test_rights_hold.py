"""What is promised to whoever exercises a right holds when somebody tries to make it false."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from desk.todo.changes import changes_since
from desk.views.search import FIELD
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from prescriptions.enums import HouseholdState, NeedKind, NeedUse, RightKind, RightsState, ToldBy
from prescriptions.foreseen import tonight
from prescriptions.models import Household, HouseholdAccess, RightsRequest
from prescriptions.rights_told import About, letter_of
from prescriptions.services.households import attach_household, edit_household
from prescriptions.services.known import all_known, export_known
from prescriptions.services.needs import meet_need, start_need
from prescriptions.services.prescriptions import create_prescription, withdraw_prescription, write_story
from prescriptions.services.rights import identify_rights_request, prolong_rights_request
from prescriptions.services.transfers import accept_transfer, ask_transfer
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.prescriptions.files import COMPUTER, PARIS, SKILLS, Circle, again
from tests.prescriptions.pages import page_of
from tests.prescriptions.rights import Desk
from tests.prescriptions.test_rights import refusals
from tests.races import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]

START = datetime(2026, 1, 31, 10, tzinfo=PARIS)


def erased_by_the_pilot(desk: Desk, household: Household) -> Household:
    given = {"received_on": timezone.localdate(), "channel": "letter"}
    erased: Household = gate.apply(again(household), "erase_on_request", actor=desk.circle.pilot, **given)
    return erased


def test_nobody_erases_a_file_that_is_still_to_be_read_or_corrected_for_the_household() -> None:
    desk = Desk()
    household = desk.circle.household()
    access, erasure = desk.asked(household=household), desk.asked(RightKind.ERASURE, household)

    assert refusals(lambda: desk.answer(erasure)) == {"nothing_else_asked"}
    assert "attend une autre réponse" in read(acting(desk.officer), page_of(erasure, "rights_request_detail"))
    assert refusals(lambda: erased_by_the_pilot(desk, household)) == {"nothing_else_asked"}
    export_known(actor=desk.officer, rights_request=access)
    desk.answer(access)
    assert "attend une autre réponse" not in read(acting(desk.officer), page_of(erasure, "rights_request_detail"))
    assert refusals(lambda: erased_by_the_pilot(desk, household)) == {"nothing_else_asked"}
    desk.answer(erasure)
    assert again(household).state == HouseholdState.ANONYMISED


@pytest.mark.django_db(transaction=True)
def test_a_right_asked_while_the_file_is_erased_is_not_left_without_anybody_to_answer() -> None:
    desk = Desk()
    household = desk.circle.household()
    assert desk.circle.pilot
    assert desk.officer

    at_once(
        lambda: desk.asked(household=household, at=None),
        lambda: erased_by_the_pilot(desk, household),
    )

    erased = again(household).state == HouseholdState.ANONYMISED
    assert erased != RightsRequest.objects.open().exists()


def test_what_was_corrected_between_the_day_it_came_and_the_day_it_was_noted_counts() -> None:
    desk = Desk(Circle(at=START))
    prescription = desk.circle.submitted()
    came = START + timedelta(days=2)
    corrected = {"address": "9 rue Neuve", "at": START + timedelta(days=4)}
    edit_household(actor=desk.circle.worker, household=again(prescription.household), **corrected)

    noted = {"received_on": came.date(), "at": START + timedelta(days=6)}
    asked = desk.asked(RightKind.RECTIFICATION, prescription.household, **noted)
    assert desk.answer(asked, at=START + timedelta(days=7)).state == RightsState.ANSWERED
    assert "adresse" in " ".join(letter_of(again(asked), About.ANSWERED).sentences)


def test_a_story_that_is_written_again_is_a_correction() -> None:
    desk = Desk()
    prescription = desk.circle.submitted(story="Elle vit seule")
    asked = desk.asked(RightKind.RECTIFICATION, prescription.household)
    assert refusals(lambda: desk.answer(asked)) == {"corrected"}
    write_story(actor=desk.circle.worker, prescription=prescription, text="Elle vit avec sa sœur")
    assert desk.answer(asked).state == RightsState.ANSWERED


def test_each_new_day_of_the_answer_is_recalled_ten_days_before_and_its_delay_told() -> None:
    desk = Desk(Circle(at=START))
    assert desk.officer
    asked = desk.asked()

    def reminded(day: date) -> bool:
        Mail.objects.all().delete()
        run_clock(at=datetime(day.year, day.month, day.day, 3, tzinfo=PARIS))
        return Mail.objects.filter(about_machine="rights_request").exists()

    assert reminded(date(2026, 2, 18))
    assert "ou prolongez-la" in Mail.objects.get(about_machine="rights_request").body
    given = {"prolongation": "complex", "told_by": ToldBy.LETTER, "at": datetime(2026, 2, 20, 9, tzinfo=PARIS)}
    assert prolong_rights_request(actor=desk.officer, rights_request=asked, **given).due_on == date(2026, 4, 28)
    assert not reminded(date(2026, 4, 17))
    assert reminded(date(2026, 4, 18))
    assert "déjà prolongée" in Mail.objects.get(about_machine="rights_request").body
    desk.do(asked, "ask_identity", doubt="page", told_by="phone", at=datetime(2026, 4, 20, 9, tzinfo=PARIS))
    known_on = datetime(2026, 5, 20, 9, tzinfo=PARIS)
    assert identify_rights_request(actor=desk.officer, rights_request=asked, at=known_on).due_on == date(2026, 5, 28)
    assert reminded(date(2026, 5, 21))
    assert reminded(date(2026, 5, 29)), "late"


def _own(desk: Desk, **changes: Any) -> tuple[str, Any]:
    household = desk.circle.household(birth_date="1984-05-12", **changes)
    prescription = desk.circle.submitted(household=household)
    return reverse("prescriptions:own_rights", args=[prescription.papers.get().document.public_code]), prescription


def test_the_household_s_page_promises_no_day_that_has_passed_or_that_does_not_run() -> None:
    desk = Desk()
    url, prescription = _own(desk)
    client = acting(desk.officer)
    client.logout()

    def said(kind: str) -> str:
        return client.post(url, {"year": "1984", "kind": kind}, follow=True).content.decode()

    assert "On vous répond au plus tard le" in said("access")
    desk.do(RightsRequest.objects.get(), "ask_identity", doubt="page", told_by="phone")
    waits = said("access")
    assert "On vous répond au plus tard" not in waits
    assert "savoir que c’est bien vous" in waits
    long_ago = timezone.localdate() - timedelta(days=60)
    desk.asked(RightKind.OBJECTION, prescription.household, received_on=long_ago)
    late = said("objection")
    assert "On vous répond au plus tard" not in late
    assert "en retard" in late
    assert "ce qui est faux" in said("rectification"), "nothing is asked on the page: it says whom to tell"


def test_words_about_a_household_are_read_by_nobody_to_whom_it_is_no_longer_named() -> None:
    desk = Desk()
    words = "Madame Nommée-Ainsi ne veut plus d’appel"
    asked = desk.asked(RightKind.OBJECTION, desk.circle.household(last_name="Nommée-Ainsi"), words=words)
    desk.do(asked, "ask_identity", doubt="page", told_by="phone")
    identify_rights_request(actor=desk.officer, rights_request=asked, comment="Nommée-Ainsi a rappelé")
    client, where = acting(desk.officer), page_of(asked, "rights_request_detail")
    assert words in read(client, where)
    assert "a rappelé" in read(client, where)
    desk.answer(asked, reply="C’est fait, Madame Nommée-Ainsi")
    assert "Nommée-Ainsi" not in read(client, where)
    followed = read(acting(desk.circle.worker), where)
    assert words in followed
    assert "C’est fait" in followed


def test_the_mail_that_answers_an_access_does_not_say_that_it_carries_what_it_does_not() -> None:
    desk = Desk()
    asked = desk.asked(household=desk.circle.household(email="lire@exemple.test"))
    export_known(actor=desk.officer, rights_request=asked)
    desk.answer(asked, ToldBy.EMAIL)
    body = Mail.objects.get(to=["lire@exemple.test"]).body
    assert "Voici" not in body
    assert "remis à part" in body


def test_a_file_said_to_be_of_the_same_household_is_shown_to_who_answers_and_its_number_given_to_nobody() -> None:
    desk = Desk()
    one, other = desk.circle.household(), desk.circle.household()
    attach_household(actor=desk.circle.worker, household=one, same_as=other)
    for household, beside in ((one, other), (other, one)):
        asked = desk.asked(household=household)
        page = read(acting(desk.officer), page_of(asked, "rights_request_detail"))
        assert f"même foyer : {beside.reference}" in page.replace("\u00a0", " ")
        rows = [cell for section in all_known(again(household)).sections for row in section.rows for cell in row]
        assert beside.reference not in str([(cell.said, cell.raw) for cell in rows])


def test_the_export_is_said_in_words_and_not_in_codes() -> None:
    desk = Desk()
    prescription = desk.circle.accepted()
    asked = desk.asked(household=prescription.household)
    acting(desk.circle.worker).get(page_of(prescription.household, "household_detail"))
    read(acting(desk.officer), page_of(asked, "rights_request_detail"))
    cells = [
        cell for section in all_known(again(prescription.household)).sections for row in section.rows for cell in row
    ]
    labels, said = {cell.label for cell in cells}, [cell.said for cell in cells]
    assert not {label for label in labels if label.endswith(" by")}
    assert "organisation" not in {cell.label for cell in cells if cell.said.isdigit()}
    for code in ("household_detail", "rights_request", "worker", "adviser", "accept", "stamps", "distributor"):
        assert not [text for text in said if code in text.split("\n")[0].split()], code
        assert not [text for text in said if text.startswith(f"{code}\u00a0:")], code
    assert "page du foyer" in said
    assert "demande de droits" in said


def test_what_is_foreseen_for_tonight_is_what_the_clock_does_tonight() -> None:
    circle = Circle(at=datetime(2024, 1, 10, 10, tzinfo=PARIS))
    household = circle.household()
    afternoon = datetime(2026, 1, 9, 17, tzinfo=PARIS)
    run_clock(at=afternoon)
    assert again(household).state == HouseholdState.OPEN
    assert [row.pk for row in tonight(afternoon)] == [household.pk]
    run_clock(at=afternoon + timedelta(hours=9))
    assert again(household).state == HouseholdState.ARCHIVED


@pytest.mark.parametrize(("verb", "about"), [("answer", "reponse"), ("refuse", "refus")])
def test_the_letter_of_an_answer_is_printed_the_day_it_is_given_and_no_other_day(verb: str, about: str) -> None:
    desk = Desk()
    prescription = desk.circle.submitted(household=desk.circle.household(last_name="Destinataire"))
    given = {"told_by": ToldBy.LETTER} | ({"refusal": "unfounded"} if verb == "refuse" else {})
    asked = desk.asked(RightKind.OBJECTION, prescription.household)
    desk.do(asked, verb, **given)
    client, where = acting(desk.officer), page_of(asked, "rights_request_detail")
    letter = page_of(asked, "rights_request_letter", about)

    page = read(client, where)
    assert letter in page
    assert "Imprimez-la aujourd’hui\u00a0: demain" in page
    assert "Destinataire" not in page
    before = HouseholdAccess.objects.count()
    assert client.get(letter).status_code == 200
    assert HouseholdAccess.objects.count() == before + 1, "who prints it reads the name"
    assert acting(desk.circle.worker).get(letter).status_code == 403

    other = desk.asked(RightKind.ERASURE, desk.circle.household())
    desk.answer(other)
    assert client.get(page_of(other, "rights_request_letter", "reponse")).status_code == 404

    the_day_before = timezone.now() - timedelta(days=1)
    old = desk.asked(RightKind.OBJECTION, at=the_day_before - timedelta(days=1))
    desk.do(old, verb, **given, at=the_day_before)
    assert client.get(page_of(old, "rights_request_letter", about)).status_code == 404
    assert "Lettres à imprimer" not in read(client, page_of(old, "rights_request_detail"))


def test_an_objection_is_read_where_the_worker_works_and_asked_before_another_prescription() -> None:
    desk = Desk()
    circle = desk.circle
    household = circle.household()
    circle.accepted(((NeedKind.SMARTPHONE, NeedUse.PAPERWORK),), household)
    partly = circle.accepted((*COMPUTER, *SKILLS), household)
    met = partly.needs.get(kind="digital_skills")
    meet_need(actor=circle.worker, need=start_need(actor=circle.worker, need=met, mediation=circle.mediation))
    client, where = acting(circle.worker), page_of(household, "household_detail")
    begin = page_of(household, "prescription_begin")
    assert "opposé le" not in read(client, where)
    before = timezone.now()
    asked = desk.answer(desk.asked(RightKind.OBJECTION, household))
    page = read(client, where)
    assert "S’est opposé le" in page
    assert "Le foyer s’est opposé, le" in page.partition('id="timeline"')[2]
    told = [one.sentence for one in changes_since(circle.worker, ("prescription",), before, timezone.now())]
    assert [one for one in told if "opposé" in one]
    assert "Accord du foyer retiré" not in told
    followed = page_of(partly, "prescription_detail")
    assert "S’est opposé le" in read(client, followed), "one may come there without the page of the household"
    for page_of_all in (where, followed):
        secret = read(acting(circle.pilot), page_of_all)
        assert "opposé" not in secret
        assert asked.reference not in secret

    count = household.prescriptions.count()
    assert client.post(begin).headers["Location"] == where
    assert household.prescriptions.count() == count
    assert "ne commencez une prescription que s’il la demande" in read(client, where)
    with pytest.raises(Refused, match="que s’il la demande"):
        create_prescription(actor=circle.worker, household=household)
    assert client.post(begin, {"asks_again": "1"}).headers["Location"] != where
    assert household.prescriptions.count() == count + 1


def test_nothing_is_written_any_more_to_a_household_that_objected_nor_read_by_the_distributor() -> None:
    desk = Desk()
    circle = desk.circle
    household = circle.household(email="plus-rien@exemple.test", contact_channel="email")
    waiting = circle.accepted(((NeedKind.SMARTPHONE, NeedUse.PAPERWORK),), household)
    partly = circle.accepted((*COMPUTER, *SKILLS), household)
    met = partly.needs.get(kind="digital_skills")
    meet_need(actor=circle.worker, need=start_need(actor=circle.worker, need=met, mediation=circle.mediation))
    desk.answer(desk.asked(RightKind.OBJECTION, household))
    before = Mail.objects.latest("pk").pk

    for days in range(1, 400, 9):
        run_clock(at=timezone.now() + timedelta(days=days))

    assert not Mail.objects.filter(to__contains=["plus-rien@exemple.test"], pk__gt=before).exists()
    adviser = acting(circle.adviser)
    seen = [adviser.get(page_of(one, "prescription_detail")).status_code for one in (waiting, partly)]
    assert seen == [404, 200], "the letter says that what is served in part is still read"


@pytest.mark.django_db(transaction=True)
def test_the_same_right_asked_twice_at_once_is_asked_once_and_two_answers_at_once_are_one() -> None:
    desk = Desk()
    household = desk.circle.household()
    ends = at_once(*(lambda: desk.asked(RightKind.OBJECTION, household, at=None),) * 2)
    (asked,) = RightsRequest.objects.open()
    assert sum(isinstance(end, Refused) for end in ends) == 1
    assert desk.officer
    ends = at_once(*(lambda: desk.answer(asked, reply="Une fois"),) * 2)
    assert sum(isinstance(end, Refused) for end in ends) == 1
    assert again(asked).state == RightsState.ANSWERED


def test_an_organisation_that_follows_the_household_no_more_does_not_withdraw_what_it_asked() -> None:
    desk = Desk()
    circle = desk.circle
    prescription = circle.submitted()
    household = prescription.household
    asked = desk.asked(household=household)
    other = Circle()
    transfer = ask_transfer(actor=circle.worker, prescription=prescription, prescriber=other.prescriber)
    accept_transfer(actor=other.worker, transfer=transfer)
    with pytest.raises((PermissionDenied, Unknown)):
        desk.do(asked, "withdraw", actor=circle.worker)
    assert again(asked).state == RightsState.RECEIVED
    page = read(acting(circle.worker), page_of(asked, "rights_request_detail"))
    assert household.name not in page


def test_nobody_is_written_to_that_all_is_erased_while_something_holds_it_back() -> None:
    desk = Desk()
    prescription = desk.circle.submitted()
    asked = desk.asked(RightKind.ERASURE, prescription.household)
    client, letter = acting(desk.officer), page_of(asked, "rights_request_letter", "reponse")
    page = read(client, page_of(asked, "rights_request_detail"))
    assert letter not in page
    assert "Rien ne s’efface encore" in page
    assert "puis effacez" not in page
    assert client.get(letter).status_code == 404
    withdraw_prescription(actor=desk.circle.worker, prescription=prescription, reason="unreachable")
    page = read(client, page_of(asked, "rights_request_detail"))
    assert letter in page
    assert "puis effacez" in page
    assert client.get(letter).status_code == 200


def test_the_number_that_one_keeps_finds_the_request_for_who_may_see_it_alone() -> None:
    desk = Desk()
    asked = desk.asked()
    where = page_of(asked, "rights_request_detail")

    def finds(actor: Any) -> bool:
        answer = acting(actor).post(reverse("desk:search"), {FIELD: asked.reference.lower()})
        return where in (answer.headers.get("Location", "") or answer.content.decode())

    assert finds(desk.officer)
    assert finds(desk.circle.worker)
    for actor in (desk.circle.pilot, desk.circle.adviser, make_membership("manager", "departement")):
        assert not finds(actor)
