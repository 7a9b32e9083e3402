"""What is kept out of connection files, and who opened them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import ConnectionState, CurrentLine
from connectivity.readers.answers import AnswersUnreadable, read_answers
from connectivity.services import connections as services
from connectivity.services.answers import import_answers
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from prescriptions.models import HouseholdAccess
from prescriptions.nir import SENTENCE
from prescriptions.services.households import move_household
from prescriptions.services.prescriptions import reconsider_prescription
from tests.connectivity.lines import Line, again, close_copper, monday
from tests.network.factories import make_commune
from tests.prescriptions.answers import said_no
from tests.prescriptions.pages import acting, answered, read

pytestmark = pytest.mark.django_db

NIR = "1 85 05 59 350 012"


def test_no_social_security_number_is_written_in_a_comment_nor_in_a_note() -> None:
    line = Line()
    connection = line.proposed()
    with pytest.raises(ValidationError, match="sécurité sociale"):
        services.abandon_connection(actor=line.worker, connection=connection, reason="gave_up", comment=f"Voir {NIR}")
    sent = line.send(line.choose(connection))
    with pytest.raises(ValidationError, match="sécurité sociale"):
        services.report_problem_connection(actor=line.agent, connection=sent, problem="other", note=NIR)
    assert again(sent).state == "sent"


def test_a_page_and_a_file_of_answers_say_why_a_number_is_refused() -> None:
    line = Line()
    sent = line.sent()
    url = reverse("connectivity:connection_report_problem", args=[sent.reference])
    assert SENTENCE in answered(acting(line.agent), url, problem="other", note=NIR)
    told = f"reference;reponse;motif;commentaire\n{sent.reference};Signaler un problème;other;{NIR}\n"
    (result,) = import_answers(actor=line.agent, lines=read_answers(told.encode()))
    assert (result.done, result.sentence) == (False, SENTENCE)


def test_every_page_that_names_the_household_is_in_its_log_of_accesses() -> None:
    line = Line()
    need = line.need
    client = acting(line.worker)
    read(client, reverse("connectivity:connection_propose", args=[need.reference]))
    assert HouseholdAccess.objects.count() == 1
    connection = line.sent()
    for page in ("connection_choose", "connection_abandon", "connection_detail"):
        read(client, reverse(f"connectivity:{page}", args=[connection.reference]))
    assert HouseholdAccess.objects.filter(household=need.prescription.household, actor=line.worker).count() == 4


def test_an_operator_that_takes_its_queue_away_opens_each_file_of_it() -> None:
    line = Line()
    line.sent()
    acting(line.agent).get(reverse("connectivity:queue_export"))
    access = HouseholdAccess.objects.get()
    assert (access.household, access.actor) == (line.need.prescription.household, line.agent)


def test_a_file_with_what_no_text_holds_does_not_read() -> None:
    with pytest.raises(AnswersUnreadable, match="CSV UTF-8"):
        read_answers(b"reference;reponse\nL-\x00;Accepter\n")


@pytest.mark.parametrize("price", ["9999,999", "15,999"])
def test_a_price_has_two_decimals_at_most(price: str) -> None:
    (line,) = read_answers(f"reference;reponse;date;prix\nL-1;Ligne active;24/11/2026;{price}\n".encode())
    assert "Prix impossible" in line.fault


@pytest.mark.usefixtures("days_to_come")
def test_a_household_that_moves_is_told_of_the_copper_of_where_it_lives_now() -> None:
    line = Line()
    line.circle.at = monday()
    connection = line.proposed(current_line=CurrentLine.COPPER)
    close_copper(line.circle.commune, date(2028, 2, 1))
    run_clock(at=monday() + timedelta(days=1))
    assert again(connection).copper_told_at is not None
    elsewhere = make_commune()
    close_copper(elsewhere, date(2027, 8, 1))
    at = monday() + timedelta(days=2)
    household = line.need.prescription.household
    move_household(actor=line.worker, household=household, commune=elsewhere, moved_on=timezone.localdate(at), at=at)
    run_clock(at=at + timedelta(days=1))
    assert again(connection).journal.filter(verb="warn_copper").count() == 2


def test_a_file_is_not_sent_to_the_operator_while_its_household_says_no() -> None:
    line = Line()
    chosen = line.chosen()
    declined = said_no(line.need.prescription)
    with pytest.raises(Refused, match="n’en a plus besoin"):
        line.send(chosen)
    reconsider_prescription(actor=line.worker, prescription=declined)
    assert line.send(chosen).state == ConnectionState.SENT
