"""A household exercises a right: a month to answer, a clock that stops, what is asked is done, nobody named after."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from documents.models import Mail
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from lifecycle.verification import Fault, verify_journal
from prescriptions.enums import HouseholdState, NeedState, PrescriptionState, RightKind, RightsState, ToldBy
from prescriptions.models import Household, HouseholdEntry, RightsRequest
from prescriptions.services.households import edit_household
from prescriptions.services.known import export_known
from prescriptions.services.needs import meet_need, start_need
from prescriptions.services.rights import (
    identify_rights_request,
    prolong_rights_request,
    refuse_rights_request,
)
from tests.network.factories import make_membership
from tests.prescriptions.files import PARIS, SKILLS, Circle, again
from tests.prescriptions.rights import Desk
from tests.prescriptions.test_forgetting import LAST, known, traces

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]

START = datetime(2026, 1, 31, 10, tzinfo=PARIS)


def refusals(do: Any) -> set[str]:
    with pytest.raises(Refused) as refused:
        do()
    return {reason.code for reason in refused.value.all}


def test_the_month_runs_from_the_day_it_came_and_ends_on_the_last_day_of_a_shorter_month() -> None:
    desk = Desk(Circle(at=START))
    asked = desk.asked(received_on=date(2026, 1, 31))
    assert (asked.due_on, asked.state) == (date(2026, 2, 28), RightsState.RECEIVED)
    earlier = desk.asked(received_on=date(2026, 1, 5))
    assert earlier.due_on == date(2026, 2, 5)


@pytest.mark.parametrize("day", [date(2026, 2, 1), date(2024, 12, 31), date(1, 1, 1), date(9999, 12, 1)])
def test_a_day_to_come_or_of_another_age_is_refused_at_its_field(day: date) -> None:
    desk = Desk(Circle(at=START))
    assert refusals(lambda: desk.asked(received_on=day)) == {"received_on"}


def test_the_same_right_is_asked_once_until_it_is_answered() -> None:
    desk = Desk()
    asked = desk.asked()
    assert refusals(lambda: desk.asked(household=asked.household)) == {"kind"}
    assert desk.asked(RightKind.ERASURE, asked.household)
    desk.do(asked, "withdraw")
    assert desk.asked(household=asked.household)


def test_a_correction_says_what_is_false_and_what_is_true_without_a_social_security_number() -> None:
    desk = Desk()
    assert refusals(lambda: desk.asked(RightKind.RECTIFICATION, words=" ", truth="")) == {"words", "truth"}
    with pytest.raises(ValidationError, match="sécurité sociale"):
        desk.asked(RightKind.RECTIFICATION, words="1 85 05 78 006 084 91")


def test_nobody_notes_one_for_a_household_that_he_does_not_see() -> None:
    desk = Desk()
    household = desk.circle.household()
    for role, kind in (("worker", "prescriber"), ("adviser", "distributor")):
        with pytest.raises(Unknown):
            desk.asked(household=household, actor=make_membership(role, kind))
    with pytest.raises((PermissionDenied, Unknown)):
        desk.asked(household=household, actor=desk.circle.pilot)
    assert desk.asked(household=household, actor=desk.officer, channel="letter")


def test_the_clock_stops_while_the_identity_is_awaited_and_goes_on_where_it_stopped() -> None:
    desk = Desk(Circle(at=START))
    asked = desk.asked()
    stopped = desk.do(asked, "ask_identity", doubt="page", told_by="phone", at=START + timedelta(days=10))
    assert stopped.state == RightsState.IDENTITY
    run_clock(at=START + timedelta(days=50))
    assert again(asked).overdue_at is None
    again_on = START + timedelta(days=60)
    known_now = identify_rights_request(actor=desk.officer, rights_request=asked, at=again_on)
    assert known_now.due_on == date(2026, 2, 28) + timedelta(days=50)
    assert known_now.state == RightsState.RECEIVED
    assert known_now.identity_asked_at is None


def test_it_is_prolonged_once_with_a_reason_and_only_before_its_day() -> None:
    desk = Desk(Circle(at=START))

    def prolong(asked: RightsRequest, days: int, why: str = "complex") -> RightsRequest:
        given = {"prolongation": why, "told_by": ToldBy.LETTER, "at": START + timedelta(days=days)}
        return prolong_rights_request(actor=desk.officer, rights_request=asked, **given)

    asked, late = desk.asked(), desk.asked()
    assert refusals(lambda: prolong(asked, 5, "lazy")) == {"prolongation"}
    assert prolong(asked, 28).due_on == date(2026, 4, 28)
    assert refusals(lambda: prolong(asked, 29)) == {"prolonged_once"}
    assert refusals(lambda: prolong(late, 29)) == {"in_time"}


def test_the_officer_is_reminded_ten_days_before_and_the_pilots_are_told_of_what_is_late_once() -> None:
    desk = Desk(Circle(at=START))
    pilot, officer = desk.circle.pilot, desk.officer
    asked = desk.asked()

    def told(days: int) -> list[tuple[str, tuple[str, ...]]]:
        Mail.objects.all().delete()
        run_clock(at=START + timedelta(days=days))
        mails = Mail.objects.filter(about_machine="rights_request").order_by("pk")
        return [(mail.subject.partition("\u00a0:")[2].strip(), tuple(mail.to)) for mail in mails]

    assert told(17) == []
    (reminded,) = told(18)
    assert reminded[1] == (officer.user.email,)
    assert told(20) == []
    assert {to for _, to in told(29)} == {(officer.user.email,), (pilot.user.email,)}
    assert told(40) == []
    assert again(asked).state == RightsState.RECEIVED


def test_without_an_officer_the_pilots_are_told_to_name_one() -> None:
    desk = Desk()
    assert desk.circle.pilot
    asked = desk.asked()
    mail = Mail.objects.get(about_machine="rights_request", about_pk=asked.pk)
    assert mail.to == [desk.circle.pilot.user.email]
    assert "délégué à la protection des données" in mail.body


def test_an_access_is_answered_once_the_export_was_taken() -> None:
    desk = Desk()
    asked = desk.asked()
    assert refusals(lambda: desk.answer(asked)) == {"exported"}
    export_known(actor=desk.officer, rights_request=asked)
    assert desk.answer(asked).state == RightsState.ANSWERED
    with pytest.raises(PermissionDenied):
        export_known(actor=desk.circle.pilot, rights_request=asked)


def test_a_correction_is_answered_once_the_file_was_corrected_and_who_received_it_is_told() -> None:
    desk = Desk()
    prescription = desk.circle.submitted()
    assert desk.circle.adviser
    asked = desk.asked(RightKind.RECTIFICATION, prescription.household)
    assert refusals(lambda: desk.answer(asked)) == {"corrected"}
    edit_household(actor=desk.circle.worker, household=again(prescription.household), address="9 rue Neuve")
    Mail.objects.all().delete()
    desk.answer(asked)
    told = Mail.objects.get(to__contains=[desk.circle.adviser.user.email])
    assert prescription.reference in told.subject
    assert "corrigé" in told.subject


@pytest.mark.usefixtures("named_in_comments")
def test_an_erasure_that_is_answered_erases_at_once_and_the_request_names_nobody() -> None:
    circle = Circle(at=datetime(2026, 3, 2, 10, tzinfo=PARIS))
    assert circle.adviser
    desk = Desk(circle)
    household = known(circle)
    asked = desk.asked(RightKind.ERASURE, household, words=f"{LAST} veut tout effacer", truth=f"Rue {LAST}")
    desk.answer(asked, reply=f"Madame {LAST}, c’est fait", at=circle.later(hours=1))

    assert again(household).state == HouseholdState.ANONYMISED
    assert list(traces()) == []
    kept = again(asked)
    assert (kept.words, kept.truth, kept.reply) == ("", "", "")
    assert (kept.state, kept.due_on, kept.told_by) == (RightsState.ANSWERED, date(2026, 4, 2), "phone")
    erased = HouseholdEntry.objects.get(object=household, verb="erase_on_request")
    assert erased.cause_machine == "rights_request"
    faults: list[Fault] = []
    for model in (Household, RightsRequest):
        verify_journal(model, faults.append)
    assert faults == []


def test_what_binds_holds_an_erasure_back_by_name_and_nothing_of_the_answer_is_left() -> None:
    desk = Desk()
    asked = desk.asked(RightKind.ERASURE, desk.circle.submitted().household)
    assert refusals(lambda: desk.answer(asked, reply="Presque")) == {"no_live_file"}
    assert (again(asked).state, again(asked).reply) == (RightsState.RECEIVED, "")


def test_maillon_writes_no_mail_to_whom_it_erases_nor_to_whom_has_no_address() -> None:
    desk = Desk()
    household = desk.circle.household(email="a@exemple.test")
    erasure = desk.asked(RightKind.ERASURE, household)
    assert refusals(lambda: desk.answer(erasure, ToldBy.EMAIL)) == {"email_known"}
    without = desk.asked(RightKind.OBJECTION)
    assert refusals(lambda: desk.answer(without, ToldBy.EMAIL)) == {"email_known"}
    written_to = desk.asked(RightKind.OBJECTION, household)
    desk.answer(written_to, ToldBy.EMAIL)
    mail = Mail.objects.get(to=["a@exemple.test"])
    assert household.last_name not in mail.body + mail.subject
    assert "www.cnil.fr" in mail.body


def test_an_objection_stops_what_is_live_and_leaves_what_was_met() -> None:
    desk = Desk()
    circle = desk.circle
    household = circle.household()
    waiting, served = circle.accepted(household=household), circle.accepted(SKILLS, household)
    relay = circle.relay
    need = served.needs.get()
    desk_need = again(need)
    meet_need(actor=circle.worker, need=_started(circle, desk_need))
    desk.answer(desk.asked(RightKind.OBJECTION, household))
    assert again(waiting).state == PrescriptionState.WITHDRAWN
    assert waiting.needs.get().state == NeedState.UNMET
    assert again(need).state == NeedState.MET
    told = Mail.objects.filter(to__contains=[relay.user.email]).values_list("subject", flat=True)
    assert {waiting.reference, served.reference} == {word for one in told for word in one.split() if word[:2] == "P-"}


def _started(circle: Circle, need: Any) -> Any:
    return start_need(actor=circle.worker, need=need, mediation=circle.mediation)


def test_a_refusal_says_why_and_how_to_appeal() -> None:
    desk = Desk()
    household = desk.circle.household(email="b@exemple.test")
    asked = desk.asked(household=household)

    def refuse(why: str) -> RightsRequest:
        given = {"refusal": why, "told_by": ToldBy.EMAIL, "reply": "Vous l’avez déjà reçu hier."}
        return refuse_rights_request(actor=desk.officer, rights_request=asked, **given)

    assert refusals(lambda: refuse("tired")) == {"refusal"}
    assert refuse("unfounded").state == RightsState.REFUSED
    body = Mail.objects.get(to=["b@exemple.test"]).body
    for words in ("manifestement infondée", "déjà reçu hier", "CNIL", "le juge"):
        assert words in body


def test_a_file_that_asks_is_neither_archived_nor_erased_by_the_clock_meanwhile() -> None:
    circle = Circle(at=datetime(2024, 1, 10, 10, tzinfo=PARIS))
    desk = Desk(circle)
    asking, quiet = circle.household(), circle.household()
    asked = desk.asked(household=asking)
    run_clock(at=datetime(2026, 6, 1, tzinfo=PARIS))
    assert again(quiet).state == HouseholdState.ARCHIVED
    assert again(asking).state == HouseholdState.OPEN
    desk.do(asked, "withdraw", at=datetime(2026, 6, 2, tzinfo=PARIS))
    run_clock(at=datetime(2026, 6, 3, tzinfo=PARIS))
    assert again(asking).state == HouseholdState.ARCHIVED


def test_the_officer_alone_instructs_not_even_the_manager_of_the_departement() -> None:
    desk = Desk()
    asked = desk.asked()
    for actor in (
        desk.circle.worker,
        desk.circle.manager,
        desk.circle.pilot,
        make_membership("manager", "departement"),
    ):
        with pytest.raises((PermissionDenied, Unknown)):
            desk.do(asked, "refuse", actor=actor, refusal="exact", told_by="phone")
    assert desk.do(asked, "withdraw", actor=desk.circle.worker).state == RightsState.WITHDRAWN


def test_received_today_is_the_day_in_paris() -> None:
    assert Desk().asked().received_on == timezone.localdate()
