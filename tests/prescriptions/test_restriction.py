"""A limitation keeps what is written and uses it for nothing, until the person was told that it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from documents.enums import SendState
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from prescriptions.enums import PrescriptionState, RightKind, RightsState, ToldBy
from prescriptions.hearing import hears
from prescriptions.machine.household_rules import not_restricted
from prescriptions.models import Household, HouseholdMessage, RightsRequest
from prescriptions.parameters import IDENTITY_DAYS, LIFT_DAYS
from prescriptions.rights_told import About, letter_of
from prescriptions.saying import plain
from prescriptions.services.needs import start_need
from prescriptions.services.prescriptions import accept_prescription
from prescriptions.services.rights import answer_rights_request
from prescriptions.services.transfers import accept_transfer, ask_transfer, cancel_transfer
from reference.models import Parameter
from tests.pages import acting, done, read
from tests.prescriptions.files import SKILLS, Circle, again
from tests.prescriptions.pages import page_of
from tests.prescriptions.rights import Desk
from tests.prescriptions.test_languages import words_of
from typography.french import day, written_day

pytestmark = pytest.mark.django_db
S = RightsState


@pytest.fixture
def desk() -> Desk:
    return Desk()


def restricted(desk: Desk, household: Household, **given: Any) -> RightsRequest:
    return desk.answer(desk.asked(RightKind.RESTRICTION, household, **given), **given)


def test_nothing_advances_nothing_is_erased_and_the_household_is_not_stopped(desk: Desk) -> None:
    circle = desk.circle
    household = circle.household()
    filed, served = circle.submitted(household=household), circle.accepted(SKILLS, household)
    restricted(desk, household)
    assert again(filed).state == PrescriptionState.SUBMITTED, "an opposition would have stopped it"
    for refused in (
        lambda: accept_prescription(actor=circle.adviser, prescription=filed),
        lambda: gate.apply(filed, "ask_completion", actor=circle.adviser, missing=["contact"]),
        lambda: start_need(actor=circle.worker, need=served.needs.get(), mediation=circle.mediation),
    ):
        with pytest.raises(Refused, match="limitation"):
            refused()
    assert not Household.objects.filter(not_restricted(), pk=household.pk).exists(), "nor does the clock erase it"
    gate.apply(filed, "withdraw", actor=circle.worker, reason="no_longer_needed")


def test_a_limited_file_goes_to_no_other_prescriber_and_is_written_nothing_but_the_answers_to_its_own_requests(
    desk: Desk,
) -> None:
    circle, taker = desk.circle, Circle()
    circle.at = timezone.now() - timedelta(days=20)
    household = circle.household(email="foyer@exemple.test", contact_channel="email")
    filed = circle.accepted(household=household)
    news = HouseholdMessage.objects.get(household=household).mail
    offered = ask_transfer(actor=circle.worker, prescription=filed, prescriber=taker.prescriber, at=circle.at)
    asked = restricted(desk, household, at=circle.at)
    assert not hears(household)
    assert again(news).delivery == SendState.FAILED, "what had not left does not leave"
    for page in ("/", page_of(filed, "prescription_detail")):
        assert "À prévenir" not in read(acting(circle.worker), page), "nor does anybody call instead"
    assert household.name not in read(acting(circle.worker), "/")
    with pytest.raises(Refused, match="limitation"):
        accept_transfer(actor=taker.worker, transfer=offered)
    cancel_transfer(actor=circle.worker, transfer=offered)
    with pytest.raises(Refused, match="limitation"):
        ask_transfer(actor=circle.worker, prescription=filed, prescriber=taker.prescriber)
    desk.do(asked, "announce_lifting", told_by=ToldBy.EMAIL, at=timezone.now() - timedelta(days=8))
    desk.do(asked, "lift")
    assert hears(household)
    assert household.name in read(acting(circle.worker), "/"), "what was to be told is to be told again"


def test_an_opposition_and_a_limitation_are_two_rights(desk: Desk) -> None:
    household = desk.circle.submitted().household
    desk.asked(RightKind.OBJECTION, household)
    both = desk.asked(RightKind.RESTRICTION, household)
    assert "Garder sans s’en servir" in read(acting(desk.officer), page_of(both, "rights_request_detail"))


def test_it_is_lifted_once_the_person_was_told_some_days_before(desk: Desk) -> None:
    circle = desk.circle
    circle.at = timezone.now() - timedelta(days=40)
    prescription = circle.submitted(household=circle.household(email="foyer@exemple.test"))
    asked = restricted(desk, prescription.household, at=circle.at)
    client = acting(desk.officer)
    assert "Limitations en cours" in read(client, "/")
    with pytest.raises(Refused, match="doit l’apprendre avant"):
        desk.do(asked, "lift")
    days = LIFT_DAYS.on(timezone.localdate())
    told_at = timezone.now() - timedelta(days=days, minutes=5)
    desk.do(asked, "announce_lifting", told_by=ToldBy.EMAIL, at=told_at)
    mail = Mail.objects.filter(to__contains=["foyer@exemple.test"]).latest("pk")
    assert "pourra servir de nouveau" in mail.body
    with pytest.raises(Refused, match="déjà annoncée"):
        desk.do(asked, "announce_lifting", told_by=ToldBy.PHONE)
    done(client, page_of(asked, "rights_request_lift"))
    assert again(asked).lifted_at is not None
    accept_prescription(actor=circle.adviser, prescription=prescription)
    with pytest.raises(Refused, match="déjà levée"):
        desk.do(asked, "lift")


def test_told_yesterday_it_is_not_lifted_today_and_nothing_else_is_ever_lifted(desk: Desk) -> None:
    asked = restricted(desk, desk.circle.household())
    desk.do(asked, "announce_lifting", told_by=ToldBy.LETTER)
    assert acting(desk.officer).get(f"/droits/{asked.reference}/lettre/levee/").status_code == 200
    with pytest.raises(Refused, match="doit l’apprendre avant"):
        desk.do(asked, "lift")
    other = desk.answer(desk.asked(RightKind.OBJECTION))
    with pytest.raises(Refused, match="Seule une limitation"):
        desk.do(other, "announce_lifting", told_by=ToldBy.PHONE)


def test_the_day_that_a_letter_told_holds_whatever_the_delay_becomes_since(desk: Desk) -> None:
    """Shorter delays, written after the letters left: nothing is lifted nor closed before the day they say."""
    desk.circle.at = timezone.now() - timedelta(days=40)
    held = restricted(desk, desk.circle.household(), at=desk.circle.at)
    told_at = timezone.now() - timedelta(days=2)
    desk.do(held, "announce_lifting", told_by=ToldBy.LETTER, at=told_at)
    doubted = desk.do(desk.asked(at=told_at), "ask_identity", doubt="contact", told_by=ToldBy.LETTER, at=told_at)
    today = timezone.localdate()
    for shorter in (LIFT_DAYS, IDENTITY_DAYS):
        former = Parameter.objects.get(code=shorter.code)
        Parameter.objects.filter(pk=former.pk).update(valid_to=today - timedelta(days=1))
        Parameter.objects.create(code=shorter.code, value=1, valid_from=today, source="essai", checked_on=today)

    run_clock()

    assert again(doubted).state == S.IDENTITY
    with pytest.raises(Refused, match="doit l’apprendre avant"):
        desk.do(held, "lift")


def test_an_identity_never_established_closes_the_request_and_erases_its_words(desk: Desk) -> None:
    days = IDENTITY_DAYS.on(timezone.localdate())
    long_ago = timezone.now() - timedelta(days=days, minutes=10)
    household = desk.circle.household(email="foyer@exemple.test")
    old = desk.asked(RightKind.RECTIFICATION, household, at=long_ago)
    old = desk.do(old, "ask_identity", doubt="contact", told_by=ToldBy.LETTER, at=long_ago)
    assert any("votre demande est close" in said for said in letter_of(old, About.IDENTITY).sentences)
    young = desk.do(desk.asked(), "ask_identity", doubt="contact", told_by=ToldBy.LETTER)
    run_clock()
    closed = again(old)
    assert (closed.state, closed.refusal, closed.words, closed.truth) == (S.REFUSED, "identity", "", "")
    assert closed.journal.latest("seq").verb == "close_unidentified"
    assert again(young).state == S.IDENTITY
    assert Mail.objects.filter(to__contains=["foyer@exemple.test"], body__contains="identité").exists()
    assert Mail.objects.filter(to__contains=[desk.officer.user.email], subject__contains="n’a pas été établie").exists()
    desk.asked(RightKind.RECTIFICATION, household)


def test_the_letter_says_the_day_it_leaves_and_not_the_day_it_was_noted(desk: Desk) -> None:
    asked, today = desk.asked(RightKind.OBJECTION), timezone.localdate()
    for wrong in (today + timedelta(days=8), asked.received_on - timedelta(days=1)):
        with pytest.raises(Refused, match="quel jour la réponse"):
            answer_rights_request(actor=desk.officer, rights_request=asked, told_by=ToldBy.LETTER, told_on=wrong)
    leaves = today + timedelta(days=3)
    client = acting(desk.officer)
    done(client, page_of(asked, "rights_request_answer"), told_by=ToldBy.LETTER, told_on=leaves.isoformat())
    assert again(asked).told_on == leaves
    response = client.get(f"/droits/{asked.reference}/lettre/reponse/")
    said = words_of(b"".join(response.streaming_content))  # type: ignore[attr-defined]
    assert f"remise ou envoyée le {plain(written_day(leaves))}" in said
    assert f"imprimée le {plain(written_day(today))}" in said
    page = read(client, page_of(asked, "rights_request_detail"))
    assert f"Imprimez-la le {day(leaves)} au plus tard" in page
    assert "Imprimez-la aujourd’hui" not in page
