"""A household moves once its operator planned a visit: it says whether that stands, and the worker reads it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import LineNews
from connectivity.line_news import said_of
from connectivity.models import ConnectionFile
from connectivity.readers.answers import read_answers
from connectivity.services.answers import MOVED, import_answers
from desk.todo import prescribers
from desk.todo.operators import todo_of
from documents.models import Mail
from lifecycle.gate import apply
from prescriptions.models import Household
from prescriptions.services.households import edit_household, move_household
from tests.connectivity.lines import Line, again
from tests.connectivity.test_answers import lines_of, token_of
from tests.network.factories import make_commune
from tests.pages import acting, read

pytestmark = pytest.mark.django_db
STANDS = "confirmez le raccordement à sa nouvelle adresse"
NEW = "12 rue d’Après"


def moved(line: Line, connection: ConnectionFile) -> Household:
    household = Household.objects.get(prescriptions__needs__connections=connection)
    commune = make_commune(postcodes=["59600"])
    home = {"commune": commune, "moved_on": timezone.localdate(), "address": NEW, "postcode": "59600"}
    return move_household(actor=line.worker, household=household, **home)


def page_of(connection: ConnectionFile) -> str:
    return reverse("connectivity:connection_detail", args=[connection.reference])


def told_to_operator(line: Line) -> list[str]:
    (block,) = todo_of(line.agent, timezone.now()).blocks
    return [block.line(row).about for row in block.rows]


def told_to_worker(line: Line) -> list[str]:
    todo = prescribers.todo_of(line.worker, timezone.now())
    visits = next(one for one in todo.blocks if one.key == "raccordements")
    return [visits.line(row).about for row in visits.rows]


def test_the_visit_is_for_its_operator_to_confirm_and_its_worker_reads_it() -> None:
    line = Line()
    assert line.agent.pk
    connection = line.scheduled()
    assert STANDS not in read(acting(line.agent), page_of(connection))

    household = moved(line, connection)

    assert any("confirme ou change le raccordement" in said for said in household.told_to)
    page = read(acting(line.agent), page_of(connection))
    assert STANDS in page
    assert "déclarez la ligne active quand" not in page
    assert told_to_operator(line)[0].startswith("le foyer a déménagé")
    mail = Mail.objects.filter(subject__contains=connection.reference, body__contains="est à confirmer").get()
    assert NEW not in mail.body
    assert f"foyer déménagé, {line.operator} confirme" in told_to_worker(line)[0]
    assert "qui confirme le raccordement" in read(acting(line.worker), page_of(connection))


def test_planned_again_be_it_on_the_same_day_it_stands() -> None:
    line = Line()
    connection = line.scheduled()
    moved(line, connection)
    day = again(connection).appointment_on
    assert day is not None

    line.plan(connection, day)

    assert not again(connection).is_visit_to_confirm()
    assert "déclarez la ligne active quand" in read(acting(line.agent), page_of(connection))
    assert "foyer déménagé" not in told_to_worker(line)[0]


def test_the_link_puts_it_first_and_a_file_that_says_the_old_day_again_confirms_nothing() -> None:
    line = Line()
    connection = line.scheduled()
    moved(line, connection)
    page = Client().post(reverse("connectivity:link", args=[token_of(connection)])).content.decode()
    assert "Le foyer a déménagé depuis que vous avez planifié" in page
    assert page.index('value="schedule"') < page.index('value="activate"')
    day = again(connection).appointment_on
    row = {"reference": connection.reference, "reponse": "planifier", "date": f"{day:%d/%m/%Y}"}
    (result,) = import_answers(actor=line.agent, lines=read_answers(lines_of(row)))
    assert (result.done, result.sentence) == (False, MOVED)
    assert again(connection).is_visit_to_confirm()


def test_a_correction_or_a_move_told_before_the_visit_was_planned_asks_nothing() -> None:
    line = Line()
    connection = line.accepted()
    household = moved(line, connection)
    day = line.today() + timedelta(days=5)
    line.plan(connection, day)
    edit_household(actor=line.worker, household=household, address="14 rue d’Après")
    assert not again(connection).is_visit_to_confirm()
    assert apply(again(connection), "report_problem", actor=line.agent, problem="name_mismatch").state == "problem"


def test_nobody_is_told_to_be_at_home_for_a_visit_that_its_operator_has_not_confirmed() -> None:
    line = Line()
    connection = line.scheduled()
    assert "Soyez chez vous ce jour-là" in " ".join(said_of(again(connection), LineNews.VISIT).sentences)

    moved(line, connection)

    told = " ".join(said_of(again(connection), LineNews.VISIT).sentences)
    assert "n’est pas encore confirmé à votre nouvelle adresse" in told
    assert "Soyez chez vous" not in told
    day = again(connection).appointment_on
    assert day is not None
    line.plan(connection, day)
    assert "Soyez chez vous ce jour-là" in " ".join(said_of(again(connection), LineNews.VISIT).sentences)
