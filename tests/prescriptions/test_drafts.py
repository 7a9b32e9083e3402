"""A household is followed when something is filed for it: a draft is no move, no file of a list, and is swept."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from prescriptions.enums import HouseholdState, PrescriptionState
from prescriptions.models import Household, HouseholdEntry, Prescription, SocialStory
from prescriptions.services.households import attach_household, edit_household, record_access
from prescriptions.services.prescriptions import withdraw_prescription
from tests.network.factories import make_commune
from tests.prescriptions.files import Circle, again
from tests.prescriptions.pages import acting, done, page_of, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle() -> Circle:
    return Circle()


def verbs(household: Household) -> list[str]:
    return list(HouseholdEntry.objects.filter(object=household).order_by("seq").values_list("verb", flat=True))


def written(circle: Circle, days: int) -> Prescription:
    """A draft begun so many days ago, that nobody has opened since."""
    circle.at = timezone.now() - timedelta(days=days)
    draft = circle.draft(story="Une situation difficile")
    circle.at = None
    return draft


# --- the commune


def test_the_first_commune_is_noted_and_is_no_move(circle: Circle) -> None:
    draft = circle.empty(circle.household(commune=None))
    there = make_commune()
    done(acting(circle.worker), page_of(draft, "prescription_home"), commune=there.name, adults=1, children=0)
    household = again(draft.household)
    assert household.commune == there
    assert verbs(household) == ["create", "locate"]
    page = read(acting(circle.worker), page_of(household, "household_detail"))
    assert "Commune notée" in page
    assert "Déménagement" not in page.split("Chronologie")[1]


def test_a_commune_put_right_before_anything_is_filed_leaves_no_former_home(circle: Circle) -> None:
    household = circle.household()
    circle.empty(household)
    there = make_commune()
    edit_household(actor=circle.worker, household=household, commune=there)
    assert verbs(household) == ["create", "locate"]
    page = read(acting(circle.worker), page_of(household, "household_detail"))
    assert there.name in page
    assert circle.commune.name not in page


@pytest.mark.parametrize(("reached", "told"), [("submitted", "correct_commune"), ("accepted", "move")])
def test_once_filed_another_commune_is_told_and_once_decided_on_it_is_a_move(
    circle: Circle, reached: str, told: str
) -> None:
    prescription = getattr(circle, reached)()
    there = make_commune()
    edit_household(actor=circle.worker, household=again(prescription.household), commune=there)
    assert verbs(prescription.household) == ["create", told]
    assert again(prescription).commune == there
    with pytest.raises(Refused, match="corrigez la commune, ou déclarez un déménagement"):
        gate.apply(again(prescription.household), "locate", actor=circle.worker, commune=circle.commune)


# --- the list


def test_a_household_being_written_is_in_no_list_of_those_that_are_followed(circle: Circle) -> None:
    followed = circle.submitted().household
    draft = circle.draft()
    page = read(acting(circle.worker), reverse("prescriptions:household_list"))
    assert followed.reference in page
    assert draft.household.reference not in page
    assert "1 brouillon" in page
    circle.submit(draft)
    page = read(acting(circle.worker), reverse("prescriptions:household_list"))
    assert draft.household.reference in page
    assert "brouillon" not in page


def test_a_second_draft_takes_no_household_out_of_the_list(circle: Circle) -> None:
    household = circle.submitted().household
    circle.empty(household)
    assert Household.objects.followed().filter(pk=household.pk).exists()


# --- swept


def test_a_draft_that_nobody_opened_for_a_month_is_erased_with_its_household(circle: Circle) -> None:
    draft = written(circle, 32)
    run_clock(at=timezone.now())
    household = again(draft.household)
    assert household.state == HouseholdState.ANONYMISED
    assert (household.last_name, household.phone, household.birth_date) == ("", "", None)
    assert again(draft).state == PrescriptionState.WITHDRAWN
    assert set(SocialStory.objects.values_list("text", flat=True)) <= {""}
    assert verbs(household) == ["create", "sweep", "archive", "anonymise"]


def test_opening_it_keeps_it(circle: Circle) -> None:
    draft = written(circle, 32)
    record_access(actor=circle.worker, household=draft.household, what="page", at=timezone.now() - timedelta(days=3))
    run_clock(at=timezone.now())
    assert again(draft).state == PrescriptionState.DRAFT


def test_what_others_look_at_does_not(circle: Circle) -> None:
    draft = written(circle, 32)
    record_access(actor=circle.pilot, household=draft.household, what="page")
    run_clock(at=timezone.now())
    assert again(draft.household).state == HouseholdState.ANONYMISED


def test_before_its_time_it_stays(circle: Circle) -> None:
    draft = written(circle, 29)
    run_clock(at=timezone.now())
    assert again(draft).state == PrescriptionState.DRAFT


def test_what_was_filed_once_is_not_swept_nor_what_was_given_up_nor_what_hangs_with_another(circle: Circle) -> None:
    filed = written(circle, 32)
    circle.submit(filed)
    circle.at = timezone.now() - timedelta(days=32)
    beside = circle.draft(household=filed.household)
    withdrawn, attached, lead = circle.draft(), circle.draft(), circle.draft()
    withdraw_prescription(actor=circle.worker, prescription=withdrawn, reason="household_declined", at=circle.at)
    attach_household(actor=circle.worker, household=attached.household, same_as=lead.household, at=circle.at)
    circle.at = None
    run_clock(at=timezone.now())
    for kept in (filed, beside, withdrawn, attached, lead):
        assert again(kept.household).state == HouseholdState.OPEN


def test_its_worker_reads_when_it_goes_and_what_keeps_it(circle: Circle) -> None:
    draft = written(circle, 26)
    client = acting(circle.worker)
    page = read(client, "/")
    assert "à faire vite" in page
    assert f"{draft.reference}, s’efface le" in page
    assert "Un brouillon que personne n’ouvre pendant 30\u00a0jours s’efface" in read(
        client, page_of(draft, "prescription_detail")
    )


def test_a_draft_of_a_household_that_is_followed_is_not_said_to_go(circle: Circle) -> None:
    filed = written(circle, 26)
    circle.submit(filed)
    circle.at = timezone.now() - timedelta(days=26)
    beside = circle.draft(household=filed.household)
    circle.at = None
    client = acting(circle.worker)
    block = read(client, "/").split("Brouillons à finir")[1].split("</section>")[0]
    assert beside.reference in block
    assert "s’efface" not in block
    assert "Un brouillon que personne" not in read(client, page_of(beside, "prescription_detail"))
