"""What the clock does with connection files: due, not due, and catching up after days off."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import (
    Channel,
    ConnectionAbandonReason,
    ConnectionState,
    CurrentLine,
    EndReason,
    OperatorRefusalCode,
    Technology,
)
from connectivity.models import ConnectionEntry, ConnectionFile, OperatorLink
from connectivity.parameters import FIRST_REMINDER_DAYS, NO_ANSWER_DAYS, SECOND_REMINDER_DAYS
from connectivity.services import connections as services
from documents.models import Mail
from lifecycle.actors import SignedLink
from lifecycle.clock import run_clock
from prescriptions.enums import NeedState
from prescriptions.models import Need
from tests.connectivity.lines import Line, again, close_copper, monday
from tests.pages import acting
from tests.prescriptions.files import Circle
from tests.reference.values import make_value

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]
S = ConnectionState


def at_monday(channel: str = Channel.DESK, **given: Any) -> Line:
    """A line whose first acts are on a Monday at ten."""
    return Line(channel, Circle(at=monday()), **given)


def ran(at: datetime) -> dict[str, int]:
    """``{verb: files moved}`` by the clock at ``at``."""
    return {one.verb: one.moved for one in run_clock(at=at) if one.machine == "connection" and one.moved}


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001


# --- the operator does not answer


def test_the_operator_is_reminded_at_five_and_ten_working_days() -> None:
    line = at_monday()
    sent = line.sent()
    assert line.agent
    start = monday()
    assert ran(start + timedelta(days=6)) == {}  # Sunday: four working days
    assert ran(start + timedelta(days=7)) == {"remind": 1}  # Monday: the fifth
    assert ran(start + timedelta(days=8)) == {}
    assert ran(start + timedelta(days=13)) == {}
    assert ran(start + timedelta(days=14)) == {"remind_again": 1}
    assert ran(start + timedelta(days=20)) == {}
    assert Mail.objects.filter(subject__contains="attend votre réponse", to=[line.agent.user.email]).count() == 2
    table = acting(line.worker).get(reverse("connectivity:connection_list"), {"sort": "-moved_at"}).context["table"]
    assert [row.record.last_move for row in table.rows] == [sent.moved_at]
    assert OperatorLink.objects.filter(file=sent, closed_at=None).count() == 1
    assert again(sent).state == S.SENT


def test_the_delays_of_the_day_are_those_of_the_rows() -> None:
    line = at_monday()
    sent, start = line.sent(), monday()
    for delay, value in ((FIRST_REMINDER_DAYS, 2), (SECOND_REMINDER_DAYS, 3), (NO_ANSWER_DAYS, 12)):
        make_value(delay, value, start.date())
    assert ran(start + timedelta(days=1)) == {}
    assert ran(start + timedelta(days=2)) == {"remind": 1}
    assert ran(start + timedelta(days=3)) == {"remind_again": 1}
    assert ran(start + timedelta(days=13)) == {"refuse": 1}
    assert again(sent).refusal == OperatorRefusalCode.NO_ANSWER


def test_after_ten_days_off_one_reminder_is_enough() -> None:
    line = at_monday()
    line.sent()
    assert ran(monday() + timedelta(days=17)) == {"remind_again": 1}
    assert ran(monday() + timedelta(days=18)) == {}


def test_without_an_answer_for_thirty_days_the_file_is_refused_and_the_need_waits() -> None:
    line = at_monday()
    sent = line.sent()
    assert "refuse" not in ran(monday() + timedelta(days=29, hours=23))
    assert ran(monday() + timedelta(days=40)) == {"refuse": 1}

    refused = again(sent)
    assert (refused.state, refused.refusal) == (S.REFUSED, OperatorRefusalCode.NO_ANSWER)
    assert Need.objects.get(pk=line.need.pk).state == NeedState.WAITING
    assert ConnectionEntry.objects.get(object=sent, verb="refuse").role == "system"


def test_a_problem_nobody_settles_recalls_the_worker_then_closes() -> None:
    line = at_monday()
    problem = line.problem()
    before = Mail.objects.filter(subject__contains="signale un problème").count()
    assert ran(monday() + timedelta(days=7)) == {"remind": 1}
    assert Mail.objects.filter(subject__contains="signale un problème").count() == before + 1
    assert ran(monday() + timedelta(days=30)) == {"refuse": 1}
    assert again(problem).refusal == OperatorRefusalCode.NO_ANSWER


@pytest.mark.parametrize("reported", [False, True])
def test_a_request_that_lapsed_is_told_as_such_with_how_to_ask_again_and_never_as_refused(reported: bool) -> None:
    line = at_monday()
    sent = line.problem() if reported else line.sent()
    ran(monday() + timedelta(days=40))

    mail = Mail.objects.get(subject__contains="close sans réponse")
    assert "refusée" not in mail.subject
    assert "La demande est refusée" not in mail.body
    assert "Personne ne l’a refusée" in mail.body
    assert ("n’a pas répondu en 30\u00a0jours" in mail.body) is not reported
    assert ("resté 30\u00a0jours sans réponse de votre côté" in mail.body) is reported
    assert sent.operator is not None
    assert sent.operator.name in mail.body
    assert reverse("prescriptions:need_detail", args=[line.need.reference]) in mail.body


@pytest.mark.parametrize("by_link", [False, True])
def test_an_operator_that_says_no_is_told_as_a_refusal_by_link_as_well(by_link: bool) -> None:
    line = at_monday()
    sent = line.sent()
    actor = SignedLink("link", sent.operator_id, ("connection", sent.pk)) if by_link else line.agent
    services.refuse_connection(
        actor=actor, connection=sent, refusal=OperatorRefusalCode.NO_ANSWER if by_link else "no_coverage", at=line.at
    )

    mail = Mail.objects.get(subject__endswith="demande refusée")
    assert "La demande est refusée\u00a0: " in mail.body
    assert "close d’elle-même" not in mail.body


def test_what_was_accepted_is_not_refused_by_the_clock() -> None:
    line = at_monday()
    accepted = line.accepted()
    assert ran(monday() + timedelta(days=45)) == {}
    assert again(accepted).state == S.ACCEPTED


# --- nobody touches the file


@pytest.mark.parametrize("choose", [False, True])
def test_a_file_untouched_for_sixty_days_is_abandoned(choose: bool) -> None:
    line = at_monday()
    connection = line.chosen() if choose else line.proposed()
    assert ran(monday() + timedelta(days=59, hours=23)) == {}
    assert ran(monday() + timedelta(days=70)) == {"abandon": 1}

    assert again(connection).abandon_reason == ConnectionAbandonReason.UNTOUCHED
    assert Need.objects.get(pk=line.need.pk).state == NeedState.WAITING
    assert Mail.objects.filter(subject__contains="sans suite depuis 60 jours").exists()


def test_a_choice_or_a_proof_keeps_the_file_open() -> None:
    line = at_monday()
    connection = line.proposed()
    line.later(days=40)
    line.see(connection)
    assert ran(monday() + timedelta(days=70)) == {}
    line.later(days=40)
    line.choose(connection)
    assert ran(monday() + timedelta(days=120)) == {}
    assert ran(monday() + timedelta(days=140)) == {"abandon": 1}


# --- the entitlement ends


def test_the_end_of_an_entitlement_is_recalled_at_sixty_and_thirty_days_then_comes() -> None:
    line = at_monday(Channel.OWN_SUBSCRIPTION)
    ends = monday().date() + timedelta(days=100)
    active = line.active(entitlement_ends_on=ends)
    assert ran(noon(ends - timedelta(days=61))) == {}
    assert ran(noon(ends - timedelta(days=60))) == {"recall_renewal": 1}
    assert ran(noon(ends - timedelta(days=31))) == {}
    assert ran(noon(ends - timedelta(days=30))) == {"recall_renewal": 1}
    assert ran(noon(ends)) == {}
    assert ran(noon(ends + timedelta(days=1))) == {"end": 1}
    assert (again(active).state, again(active).end_reason) == (S.ENDED, EndReason.ENTITLEMENT_OVER)
    assert Need.objects.get(pk=line.need.pk).state == NeedState.MET


def test_after_ten_days_off_the_end_is_recalled_once_or_comes() -> None:
    line = at_monday(Channel.OWN_SUBSCRIPTION)
    ends = monday().date() + timedelta(days=100)
    line.active(entitlement_ends_on=ends)
    assert ran(noon(ends - timedelta(days=25))) == {"recall_renewal": 1}
    assert ran(noon(ends - timedelta(days=24))) == {}
    assert ran(noon(ends + timedelta(days=10))) == {"end": 1}


def test_a_line_without_a_term_never_ends_by_the_clock() -> None:
    line = at_monday(Channel.COUNTER, offer_columns={"entitlement_months": None})
    line.active()
    assert ran(monday() + timedelta(days=3000)) == {}


# --- copper closes


def test_a_household_still_on_copper_is_an_alert_at_twelve_six_and_three_months() -> None:
    closes = date(2028, 6, 30)
    line = at_monday(
        Channel.OWN_SUBSCRIPTION, offer_columns={"technology": Technology.COPPER, "entitlement_months": None}
    )
    line.active()
    close_copper(line.circle.commune, closes, commercial_on=date(2027, 12, 31))
    days = (date(2027, 6, 29), date(2027, 6, 30), date(2027, 7, 1), date(2027, 12, 30), date(2028, 3, 30), closes)
    told = [day for day in days if "warn_copper" in ran(noon(day))]
    assert told == [date(2027, 6, 30), date(2027, 12, 30), date(2028, 3, 30)]


def test_a_file_under_way_on_copper_is_an_alert_too_and_catches_up_once() -> None:
    line = at_monday()
    accepted = line.accepted()
    ConnectionFile.objects.filter(pk=accepted.pk).update(current_line=CurrentLine.COPPER)
    close_copper(line.circle.commune, date(2027, 9, 1))
    assert ran(noon(date(2027, 3, 25))) == {"warn_copper": 1}  # both the twelve and the six months have passed
    assert ran(noon(date(2027, 4, 4))) == {}
    assert ran(noon(date(2027, 6, 10))) == {"warn_copper": 1}
    assert "le cuivre ferme" in Mail.objects.latest("pk").subject


def test_a_household_on_fibre_is_told_nothing() -> None:
    line = at_monday(Channel.OWN_SUBSCRIPTION)
    line.active()
    close_copper(line.circle.commune, date(2027, 6, 1))
    assert ran(noon(date(2027, 4, 1))) == {}


def test_a_household_whose_line_nobody_knows_is_an_alert_while_a_fixed_one_is_looked_for() -> None:
    line, mobile = at_monday(), at_monday(kind="mobile_connection")
    file = line.proposed()
    mobile.proposed()
    for one in (line, mobile):
        close_copper(one.circle.commune, date(2027, 9, 1))
    assert ran(noon(date(2027, 3, 25))) == {"warn_copper": 1}
    told = Mail.objects.filter(subject__contains="le cuivre ferme").latest("pk")
    assert file.reference in told.subject
    assert "demandez-lui s’il a encore l’ADSL" in told.body
