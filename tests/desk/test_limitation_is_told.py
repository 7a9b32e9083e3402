"""Whoever has a limited request in hand is told so, and when it ends: the operator, the point, by references alone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectivity.services.links import open_link
from distribution.models import Appointment
from documents.models import Mail
from prescriptions.enums import RightKind, ToldBy
from prescriptions.services.prescriptions import ask_completion_prescription
from tests.connectivity.lines import Line
from tests.desk.test_walls_of_all_pages import NAMES, seen
from tests.pages import acting, read
from tests.prescriptions.files import SKILLS, again
from tests.prescriptions.rights import Desk

pytestmark = pytest.mark.django_db
ASIDE = "À garder sans s’en servir"


def test_the_operator_and_the_point_are_told_of_a_limitation_and_of_its_end() -> None:
    scenery = seen()
    shelf, circle = scenery.territory.shelf, scenery.territory.circle
    desk, agent = Desk(circle), scenery.territory.agent
    desk.do(scenery.asked, "refuse", refusal="unfounded", told_by="letter")
    token = open_link(connection=again(scenery.sent))
    assert token is not None
    link = reverse("connectivity:link", args=[token[1]])
    pages = {
        reverse("connectivity:connection_detail", args=[scenery.sent.reference]): agent,
        reverse("distribution:device_hand_over", args=[scenery.held.reference]): shelf.adviser,
        reverse("distribution:appointment_detail", args=[scenery.appointment.reference]): shelf.adviser,
        reverse("prescriptions:prescription_detail", args=[scenery.waiting.reference]): circle.worker,
        reverse("prescriptions:household_detail", args=[scenery.household.reference]): circle.adviser,
    }
    assert not [page for page, who in pages.items() if ASIDE in read(acting(who), page)]
    Appointment.objects.filter(pk=scenery.appointment.pk).update(told_at=None)
    assert scenery.household.name in read(acting(shelf.adviser), "/").split("Foyers à appeler pour un rendez-vous")[-1]

    before = Mail.objects.latest("pk").pk
    since = timezone.now() - timedelta(days=20)
    limited = desk.answer(desk.asked(RightKind.RESTRICTION, again(scenery.household), at=since), at=since)
    assert not [page for page, who in pages.items() if ASIDE not in read(acting(who), page)]
    assert ASIDE in Client().post(link).content.decode()
    todo = read(acting(shelf.adviser), "/")
    assert scenery.household.name not in todo.split("Foyers à appeler pour un rendez-vous")[-1].split("<h2")[0]
    assert "Appelez-le" not in read(acting(shelf.adviser), list(pages)[2]), "nobody is asked to call it"
    queue = read(acting(agent), reverse("connectivity:queue"))
    assert scenery.sent.reference not in queue, "nothing is asked of it, and nothing of it leaves in its file"
    assert "acceptez la demande" not in read(acting(agent), next(iter(pages)))
    told = [mail for mail in Mail.objects.filter(pk__gt=before) if agent.user.email in mail.to]
    assert {scenery.sent.reference, scenery.line.reference} <= set(" ".join(mail.subject for mail in told).split())
    assert all("gardé sans servir" in mail.body for mail in told)
    assert not any(name in mail.subject + mail.body for name in NAMES for mail in told)

    desk.do(limited, "announce_lifting", told_by=ToldBy.PHONE, at=timezone.now() - timedelta(days=8))
    before = Mail.objects.latest("pk").pk
    desk.do(limited, "lift")
    ended = Mail.objects.filter(pk__gt=before, subject__contains="la limitation est levée")
    assert {address for mail in ended for address in mail.to} >= {agent.user.email, shelf.adviser.user.email}
    assert not [page for page, who in pages.items() if ASIDE in read(acting(who), page)]


def test_nobody_is_asked_to_advance_a_line_or_to_complete_a_file_that_is_kept_aside() -> None:
    line = Line()
    stopped = line.problem()
    asked = line.circle.submitted(SKILLS, household=line.circle.household(last_name="Complétable"))
    ask_completion_prescription(actor=line.adviser, prescription=asked, missing=["use"])
    names = [row.household.last_name for row in (stopped.need.prescription, asked)]
    worker, desk = acting(line.worker), Desk(line.circle)
    assert all(name in read(worker, "/").split('id="changes"')[0] for name in names)
    for row in (stopped.need.prescription, asked):
        desk.answer(desk.asked(RightKind.RESTRICTION, row.household))
    asked_of_one = read(worker, "/").split('id="changes"')[0]
    assert not [name for name in names if name in asked_of_one], "what happened is told all the same"
