"""What a file still allows once it is archived, and what counts as a contact that keeps it from the archive."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from prescriptions.enums import HOUSEHOLD_ARCHIVED, HouseholdState
from prescriptions.models import Household, Need, Prescription, SocialStory
from prescriptions.services.households import move_household, reopen_household
from prescriptions.services.needs import meet_need, unmeet_need
from prescriptions.services.prescriptions import record_fact, withdraw_prescription, write_story
from tests.network.factories import make_commune
from tests.prescriptions.files import PARIS, Circle, again

pytestmark = pytest.mark.django_db

START = datetime(2024, 3, 1, 10, tzinfo=PARIS)
ARCHIVED = datetime(2026, 3, 15, tzinfo=PARIS)
ERASED = (datetime(2027, 2, 15, tzinfo=PARIS), datetime(2027, 4, 15, tzinfo=PARIS))


def met(circle: Circle) -> Need:
    """A need met in March 2024, the last of its household."""
    return meet_need(actor=circle.worker, need=circle.started(), at=circle.at)


@pytest.mark.usefixtures("days_to_come")
def test_nothing_more_is_written_of_a_household_once_its_file_is_archived() -> None:
    circle = Circle(at=START)
    need = met(circle)
    run_clock(at=ARCHIVED)
    with pytest.raises(Refused, match="archivé"):
        write_story(actor=circle.worker, prescription=need.prescription, text="Encore un mot", at=ARCHIVED)
    for at in ERASED:
        run_clock(at=at)
    with pytest.raises(Refused, match="archivé"):
        write_story(actor=circle.worker, prescription=need.prescription, text="Encore un mot")
    assert not SocialStory.objects.exists()


def test_the_archive_is_closed_to_those_who_served_the_household_and_open_to_its_prescriber() -> None:
    circle = Circle(at=START)
    need = met(circle)
    prescription, household = need.prescription, need.prescription.household
    for actor in (circle.adviser, circle.worker, circle.pilot):
        assert Prescription.objects.visible_to(actor).filter(pk=prescription.pk).exists()
    run_clock(at=ARCHIVED)
    for model, row in ((Prescription, prescription), (Need, need), (Household, household)):
        assert not model.objects.visible_to(circle.adviser).filter(pk=row.pk).exists()
        assert not model.objects.visible_to(circle.relay).filter(pk=row.pk).exists()
        assert model.objects.visible_to(circle.worker).filter(pk=row.pk).exists()
        assert model.objects.visible_to(circle.pilot).filter(pk=row.pk).exists()


def test_a_story_goes_on_once_the_file_is_reopened() -> None:
    circle = Circle(at=START)
    need = met(circle)
    run_clock(at=ARCHIVED)
    reopen_household(actor=circle.worker, household=need.prescription.household, at=ARCHIVED)
    write_story(actor=circle.worker, prescription=need.prescription, text="De retour", at=ARCHIVED)
    assert SocialStory.objects.get().text == "De retour"


def test_a_need_met_by_mistake_is_undone_while_the_file_is_open_only() -> None:
    circle = Circle(at=START)
    need = met(circle)
    run_clock(at=ARCHIVED)
    with pytest.raises(Refused, match="archivé"):
        unmeet_need(actor=circle.worker, need=need, at=ARCHIVED)
    assert again(need).state == "met"


def test_a_move_is_a_contact_that_keeps_the_file_from_the_archive() -> None:
    circle = Circle(at=START)
    household = met(circle).prescription.household
    moved = START + timedelta(days=700)
    move_household(
        actor=circle.worker, household=household, commune=make_commune(), moved_on=timezone.localdate(moved), at=moved
    )
    run_clock(at=ARCHIVED)
    assert Household.objects.get(pk=household.pk).state == HouseholdState.OPEN


def test_only_the_clock_ends_a_draft_because_its_file_is_archived() -> None:
    circle = Circle()
    with pytest.raises(Refused, match="motif de l’abandon"):
        withdraw_prescription(actor=circle.worker, prescription=circle.draft(), reason=HOUSEHOLD_ARCHIVED)


def test_a_fact_replaces_one_of_its_own_prescription_only() -> None:
    circle = Circle()
    elsewhere = circle.see_fact(circle.empty())
    with pytest.raises(Unknown):
        record_fact(actor=circle.worker, prescription=circle.empty(), kind=elsewhere.kind, replaces=elsewhere)
