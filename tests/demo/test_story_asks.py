"""A thread of the story asks what is possible when its turn comes: what others did meanwhile is no error."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from demo.agenda import Agenda, may, possible, raise_refusal
from demo.cast import Cast
from demo.context import Story
from demo.homes import Home
from demo.requests import ELSEWHERE, Ask, Filed, HouseholdRequest, skills
from network.enums import OrganisationKind, Role
from prescriptions.enums import DropReason, NeedState, PrescriptionState
from prescriptions.models import Prescription
from prescriptions.services.needs import drop_need
from prescriptions.services.prescriptions import withdraw_prescription
from tests.network.factories import make_commune, make_membership, make_organisation
from tests.prescriptions.files import SKILLS, Circle, again

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]


@pytest.fixture
def circle() -> Circle:
    return Circle(at=timezone.now() - timedelta(days=90))


@pytest.fixture
def story(circle: Circle) -> Story:
    cast = Cast()
    cast.organisations["mediation"] = circle.mediation
    for code in ("others", *ELSEWHERE):
        prescriber = cast.organisations[code] = make_organisation(OrganisationKind.PRESCRIBER)
        cast.people[code, Role.WORKER].append(
            make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, organisation=prescriber)
        )
    cast.people["ours", Role.WORKER].append(circle.worker)
    today = timezone.localdate()
    catalogue: Any = None
    agenda = Agenda(timezone.now(), raise_refusal)
    return Story(cast, catalogue, Random(1), agenda, today - timedelta(days=90), today)


def request(story: Story, prescription: Prescription, **ask: Any) -> HouseholdRequest:
    """The thread of an accepted prescription, as after a sitting."""
    home = Home(make_commune(), {"address": "1 rue de l’Exemple", "postcode": "59000"})
    filed = Filed(0, prescription.moved_at, prescription.worker, prescription.household, prescription)
    return HouseholdRequest(story, Ask("ours", home, story.first, (), **{"moves_to": None} | ask), filed)


def given_up(circle: Circle, prescription: Prescription, at: datetime) -> None:
    """Somebody else ends the prescription first."""
    withdraw_prescription(actor=circle.worker, prescription=prescription, reason="served_elsewhere", at=at)


def turns(thread: Iterator[datetime], do: Any) -> None:
    """Play a thread to its end; what others do is done before its first act."""
    at = next(thread)
    do(at - timedelta(minutes=1))
    for _ in thread:
        pass


def test_a_request_that_ended_meanwhile_is_not_entrusted_to_others(circle: Circle, story: Story) -> None:
    prescription = circle.accepted()
    told = request(story, prescription, entrusted_to="others")
    turns(told.serve(), lambda at: given_up(circle, prescription, at))
    assert again(prescription).prescriber == circle.prescriber
    assert again(prescription).state == PrescriptionState.WITHDRAWN


@pytest.mark.parametrize("out", ["withdrawn", "dropped"])
def test_a_request_that_ended_meanwhile_is_not_given_up_again(circle: Circle, story: Story, out: str) -> None:
    prescription = circle.accepted()
    turns(request(story, prescription, out=out).serve(), lambda at: given_up(circle, prescription, at))
    assert again(prescription).state == PrescriptionState.WITHDRAWN


def test_a_request_that_waits_is_entrusted_then_confirmed(circle: Circle, story: Story) -> None:
    prescription = circle.accepted()
    turns(request(story, prescription, entrusted_to="others").serve(), lambda at: None)
    assert again(prescription).prescriber == story.cast.organisations["others"]
    states = prescription.transfers.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["declined", "cancelled", "accepted"]
    assert again(prescription).confirmed_at is not None


def test_a_need_of_skills_dropped_meanwhile_is_left_alone(circle: Circle, story: Story) -> None:
    need = circle.accepted(SKILLS).needs.get()

    def drop(at: datetime) -> None:
        drop_need(actor=circle.worker, need=need, reason=DropReason.OFFER_DECLINED, at=at)

    turns(skills(story, need, circle.worker, need.moved_at), drop)
    assert again(need).state == NeedState.UNMET


def test_what_moved_later_than_the_instant_asked_about_is_not_possible_then(circle: Circle) -> None:
    prescription = circle.accepted()
    soon = prescription.moved_at + timedelta(minutes=1)
    assert may(prescription, "confirm", actor=circle.worker, at=soon)
    assert not may(prescription, "confirm", actor=circle.worker, at=soon - timedelta(hours=1))
    assert not may(prescription, "accept", actor=circle.worker, at=soon)
    assert possible(Prescription, [prescription.pk], "confirm", actor=circle.worker, at=soon) == [prescription.pk]
