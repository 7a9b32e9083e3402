"""A problem was reported on the wrong request: its operator takes it back, and those who were told know."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import ConnectionState, ProblemCode
from connectivity.models import ConnectionFile
from connectivity.models.reach import words_of_operators
from connectivity.parameters import NO_ANSWER_DAYS
from connectivity.services.delays import measured
from connectivity.services.links import send_link
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from lifecycle.verification import verify_journals
from tests.connectivity.lines import Line, again
from tests.connectivity.test_answers import token_of
from tests.network.factories import make_membership
from tests.pages import acting, done, read
from tests.prescriptions.rights import Desk
from tests.prescriptions.test_restriction import restricted
from typography.french import day

pytestmark = pytest.mark.django_db
S = ConnectionState
FROM = {
    S.SENT: (Line.sent, "withdraw_problem"),
    S.ACCEPTED: (Line.accepted, "withdraw_accepted_problem"),
    S.SCHEDULED: (Line.scheduled, "withdraw_scheduled_problem"),
}


def page_of(file: ConnectionFile, name: str) -> str:
    return reverse(f"connectivity:connection_{name}", args=[file.reference])


def told(line: Line) -> int:
    return Mail.objects.filter(
        to__contains=[line.worker.user.email], subject__contains="le problème est retiré"
    ).count()


@pytest.mark.parametrize("state", list(FROM))
def test_the_request_stands_as_before_and_the_worker_learns_that_it_was_a_mistake(state: ConnectionState) -> None:
    reach, verb = FROM[state]
    line = Line()
    before = reach(line)
    stopped = line.report(before)
    client = acting(line.agent)
    page = read(client, page_of(stopped, "detail"))
    assert page.count("Retirer le problème signalé") == 1, "one way back, the one that leads where it was"

    done(client, page_of(stopped, verb))

    file = again(stopped)
    assert (file.state, file.problem, file.operator_note, file.problem_at) == (state, "", "", None)
    assert (file.operator_reference, file.accepted_at) == (before.operator_reference, before.accepted_at)
    assert (file.appointment_on, file.appointment_slot) == (before.appointment_on, before.appointment_slot)
    assert told(line) == 1
    assert "Problème retiré" in read(acting(line.worker), page_of(file, "detail"))
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_the_other_ways_back_are_not_its_own() -> None:
    line = Line()
    stopped = line.report(line.accepted())
    for verb in ("withdraw_problem", "withdraw_scheduled_problem"):
        with pytest.raises((PermissionDenied, Unknown)):
            gate.apply(stopped, verb, actor=line.agent)
    assert gate.apply(stopped, "withdraw_accepted_problem", actor=line.agent).state == S.ACCEPTED


def test_nobody_but_its_operator_takes_it_back() -> None:
    line = Line()
    stopped = line.problem()
    stranger = make_membership("agent", "operator")
    for actor in (line.worker, line.adviser, line.pilot, stranger):
        with pytest.raises((PermissionDenied, Unknown)):
            gate.apply(stopped, "withdraw_problem", actor=actor)


def test_once_something_followed_it_is_not_taken_back() -> None:
    line = Line()
    sent = line.send(line.problem(), answer="Nom corrigé.")
    with pytest.raises((Refused, Unknown, PermissionDenied)):
        gate.apply(sent, "withdraw_problem", actor=line.agent)
    assert again(sent).state == S.SENT
    assert told(line) == 0


def test_a_second_problem_is_taken_back_to_where_it_was_reported_from() -> None:
    line = Line()
    sent = gate.apply(line.problem(), "withdraw_problem", actor=line.agent)
    stopped = line.report(sent, ProblemCode.OTHER)
    assert gate.apply(stopped, "withdraw_problem", actor=line.agent).state == S.SENT


def test_a_problem_that_was_taken_back_counts_neither_as_an_answer_nor_as_a_home_out_of_reach() -> None:
    line = Line()
    stopped = line.report(line.sent(), ProblemCode.NO_COVERAGE)
    household = line.need.prescription.household_id
    assert measured()[0].answers == [0]
    assert words_of_operators([household])[household]
    gate.apply(stopped, "withdraw_problem", actor=line.agent)
    (delays,) = measured()
    assert (delays.answers, delays.waiting) == ([], 1)
    assert not words_of_operators([household]).get(household)
    again_stopped = line.report(again(stopped), ProblemCode.NO_COVERAGE)
    assert measured()[0].answers == [0]
    assert words_of_operators([household])[household]
    assert again_stopped.state == S.PROBLEM


def test_while_the_household_limits_its_data_nothing_of_it_goes_on() -> None:
    line = Line()
    stopped = line.problem()
    restricted(Desk(line.circle), stopped.need.prescription.household)
    with pytest.raises(Refused, match="limitation"):
        gate.apply(stopped, "withdraw_problem", actor=line.agent)


@pytest.mark.parametrize("state", list(FROM))
def test_an_operator_without_an_account_takes_it_back_by_its_link(state: ConnectionState) -> None:
    reach, _ = FROM[state]
    line = Line()
    before = reach(line)
    stopped = line.report(before)
    client, url = Client(), reverse("connectivity:link", args=[token_of(stopped)])
    page = client.post(url).content.decode()
    assert page.count("Retirer le problème signalé") == 1
    assert again(stopped).state == S.PROBLEM, "opening the link takes nothing back"

    asked = client.post(url, {"answer": "withdraw_problem"}).content.decode()
    assert 'name="step" value="answer"' in asked
    assert "Réponse enregistrée" in client.post(url, {"answer": "withdraw_problem", "step": "answer"}).content.decode()

    file = again(stopped)
    assert (file.state, file.problem, file.appointment_on) == (state, "", before.appointment_on)
    assert told(line) == 1
    entry = file.journal.order_by("-seq").first()
    assert entry is not None
    assert (entry.actor, entry.via != "") == (None, True)
    assert "Retirer le problème" not in client.post(url).content.decode()


def test_by_a_link_neither_is_taken_back_what_another_reported_nor_what_is_limited() -> None:
    line = Line()
    sent = line.sent()
    client, url = Client(), reverse("connectivity:link", args=[token_of(sent)])
    client.post(url, {"answer": "withdraw_problem", "step": "answer"})
    assert again(sent).state == S.SENT, "no problem was reported"
    stopped = line.report(sent)
    restricted(Desk(line.circle), stopped.need.prescription.household)

    page = client.post(url, {"answer": "withdraw_problem", "step": "answer"}).content.decode()

    assert "limitation" in page
    assert again(stopped).state == S.PROBLEM


def test_the_link_says_that_the_problem_is_taken_back_and_not_that_a_demand_was_sent() -> None:
    line = Line()
    stopped = line.report(line.sent())
    client, url = Client(), reverse("connectivity:link", args=[token_of(stopped)])
    said = client.post(url, {"answer": "withdraw_problem", "step": "answer"}).content.decode().replace("\u00a0", " ")
    assert f"Demande {stopped.reference} : problème retiré. Elle redevient comme avant" in said
    assert "transmis à l’opérateur" not in said


def test_the_first_page_of_a_link_asks_nothing_while_the_worker_puts_a_problem_right() -> None:
    line = Line()
    sent = line.sent()
    client, url = Client(), reverse("connectivity:link", args=[token_of(sent)])
    assert "Une demande de connexion vous attend" in client.get(url).content.decode()
    line.report(sent)
    page = client.get(url).content.decode()
    assert "vous attend" not in page
    assert "le travailleur social corrige ce que vous avez signalé" in page


def test_the_page_of_a_link_says_since_when_it_waits_and_when_it_closes_by_itself() -> None:
    line = Line()
    line.circle.at = timezone.now() - timedelta(days=6)
    sent = line.sent()
    line.circle.at = None
    client, url = Client(), reverse("connectivity:link", args=[token_of(sent)])
    today = timezone.localdate()
    page = client.post(url).content.decode()
    assert f"Transmise le {day(today - timedelta(days=6))}. Sans réponse, elle se clôt seule le" in page
    assert f"le {day(today + timedelta(days=NO_ANSWER_DAYS.usual - 6))}, et le foyer" in page
    stopped = line.report(again(sent))
    assert f"la demande se clôt seule le {day(today + timedelta(days=NO_ANSWER_DAYS.usual))}." in (
        client.post(url).content.decode()
    )
    restricted(Desk(line.circle), stopped.need.prescription.household)
    assert "se clôt seule" not in client.post(url).content.decode(), "the clock does not close it"


@pytest.mark.usefixtures("days_to_come")
def test_the_day_that_a_link_tells_is_the_one_on_which_the_clock_closes_the_request() -> None:
    line = Line()
    begun = timezone.now() - timedelta(days=NO_ANSWER_DAYS.usual) + timedelta(hours=1)
    line.circle.at = begun
    sent = line.sent()
    send_link(connection=sent)
    page = Client().post(reverse("connectivity:link", args=[token_of(sent)])).content.decode()
    closes = timezone.localtime(begun + timedelta(days=NO_ANSWER_DAYS.usual))
    assert f"se clôt seule le {day(closes.date())}" in page
    run_clock(at=closes - timedelta(minutes=30))
    assert again(sent).state == ConnectionState.SENT
    run_clock(at=closes + timedelta(minutes=30))
    assert again(sent).state == ConnectionState.REFUSED
