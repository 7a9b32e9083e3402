"""The delays of operators: each sending counts once, a clock that closes is no answer, an operator reads its own."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from connectivity.services.delays import Delays, measured
from lifecycle.clock import run_clock
from tests.connectivity.lines import Line, monday
from tests.costs import assert_same_queries
from tests.pages import acting, read
from tests.prescriptions.files import Circle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]


def of(line: Line, at: datetime) -> Delays:
    (found,) = measured(operator=line.operator.pk, at=at)
    return found


def test_each_sending_is_measured_to_its_own_answer() -> None:
    line = Line(circle=Circle(at=monday()))
    sent = line.sent()
    line.later(days=2)
    problem = line.report(sent)
    line.later(days=3)
    again = line.send(problem, "Adresse corrigée.")
    line.later(days=4)
    line.activate(again)
    found = of(line, monday() + timedelta(days=20))
    assert (found.sent, found.waiting, found.unanswered) == (2, 0, 0)
    assert found.answers == [2, 4]
    assert (found.to_answer, found.lines) == (3.0, [9, 4])


def test_what_the_clock_closed_was_not_answered_and_what_waits_is_no_delay() -> None:
    line = Line(circle=Circle(at=monday()))
    line.sent()
    assert of(line, monday() + timedelta(days=2)).waiting == 1
    at = monday() + timedelta(days=31)
    run_clock(at=at)
    found = of(line, at)
    assert (found.waiting, found.unanswered, found.to_answer) == (0, 1, None)


def test_what_was_sent_long_ago_is_not_counted() -> None:
    line = Line(circle=Circle(at=monday()))
    line.sent()
    assert measured(operator=line.operator.pk, at=monday() + timedelta(days=300)) == []


def test_an_operator_reads_its_own_delays_the_pilot_all_and_nobody_else() -> None:
    line, other = Line(), Line()
    line.sent()
    other.sent()
    url = reverse("connectivity:delays")
    own = read(acting(line.agent), url)
    assert str(line.operator) in own
    assert str(other.operator) not in own
    every = read(acting(line.pilot), url)
    assert str(line.operator) in every
    assert str(other.operator) in every
    for actor in (line.worker, line.adviser):
        assert acting(actor).get(url).status_code == 403


def test_the_page_costs_the_same_with_many() -> None:
    line = Line()
    client = acting(line.pilot)

    def more(count: int) -> None:
        for _ in range(count):
            one = Line(circle=line.circle)
            one.sent()

    assert_same_queries(more, lambda: client.get(reverse("connectivity:delays")), rows=3)
