"""The person of reference of a household is of age when something is filed for it, or emancipated by a judge."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from lifecycle.exceptions import Refused
from lifecycle.verification import verify_journals
from prescriptions.births import MINOR, may_be_emancipated, refuse_minor
from prescriptions.models import Household
from prescriptions.services.completion import answer_point
from prescriptions.services.households import create_household, edit_household
from prescriptions.services.prescriptions import ask_completion_prescription
from tests.pages import acting
from tests.prescriptions.files import Circle, again, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle(db: None) -> Circle:
    return Circle()


def aged(years: int, days: int = 0) -> date:
    """The day of birth of who is that old today, or will be in so many days."""
    born = add_months(timezone.localdate(), -12 * years)
    return date.fromordinal(born.toordinal() + days)


def born(household: Household, day: date) -> None:
    """As a file that was stored before, or brought by a list, says it."""
    Household.objects.filter(pk=household.pk).update(birth_date=day)


def why_not(circle: Circle, household: Household) -> set[str]:
    draft = circle.draft(household=household)
    with pytest.raises(Refused) as refused:
        circle.submit(draft)
    assert {(reason.sentence, reason.field) for reason in refused.value.all} == {(MINOR, "birth_date")}
    return {reason.code for reason in refused.value.all}


def test_whoever_is_eighteen_that_day_is_filed_for_and_whoever_is_so_tomorrow_is_not(circle: Circle) -> None:
    today, tomorrow, unknown = (circle.household() for _ in range(3))
    born(today, aged(18))
    born(tomorrow, aged(18, 1))
    assert circle.submitted(household=today).state == "submitted"
    assert circle.submitted(household=unknown).state == "submitted"
    assert why_not(circle, tomorrow) == {"of_age"}


def test_a_minor_is_refused_beside_the_day_of_birth_when_it_is_written_or_corrected(circle: Circle) -> None:
    with pytest.raises(ValidationError) as refused:
        create_household(actor=circle.worker, commune=circle.commune, **person(birth_date=aged(14)))
    assert refused.value.message_dict == {"birth_date": [MINOR]}
    client = acting(circle.worker)
    typed = {"last_name": "Essai", "contact_channel": "phone", "phone": "0639984455", "birth_date": aged(14)}
    page = client.post(reverse("prescriptions:prescription_create"), typed).content.decode()
    assert "le représentant légal du mineur" in page
    assert 'name="emancipated"' not in page
    assert not Household.objects.filter(last_name="Essai").exists()

    household = circle.submitted().household
    with pytest.raises(ValidationError):
        edit_household(actor=circle.worker, household=household, birth_date=aged(17))


def test_what_is_stored_is_not_judged_again(circle: Circle) -> None:
    filed = circle.submitted()
    born(filed.household, aged(14))
    edited = edit_household(actor=circle.worker, household=filed.household, birth_date=aged(14), first_name="Camille")
    assert edited.first_name == "Camille"
    edit = reverse("prescriptions:household_edit", args=[filed.household.reference])
    assert acting(circle.worker).get(edit).status_code == 200
    ask_completion_prescription(actor=circle.adviser, prescription=filed, missing=["contact"])
    answer_point(actor=circle.worker, prescription=filed, code="contact", said="done", words="Vu avec lui")
    assert circle.submit(again(filed)).state == "submitted"


def test_an_emancipated_minor_of_sixteen_is_ticked_and_kept_with_the_day(circle: Circle) -> None:
    client = acting(circle.worker)
    create = reverse("prescriptions:prescription_create")
    typed = {"last_name": "Essai", "contact_channel": "phone", "phone": "0639984455", "birth_date": aged(16)}
    page = client.post(create, typed).content.decode()
    assert 'name="emancipated"' in page
    assert "le représentant légal du mineur" in page

    assert client.post(create, typed | {"emancipated": "on"}).status_code == 302

    household = Household.objects.get(last_name="Essai")
    assert household.emancipated_on == timezone.localdate()
    shown = client.get(reverse("prescriptions:household_detail", args=[household.reference])).content.decode()
    assert "mineur émancipé, décision vue le" in shown
    again_typed = edit_household(actor=circle.worker, household=household, emancipated=True, phone="0639984456")
    assert again_typed.emancipated_on == timezone.localdate()
    edit_household(actor=circle.worker, household=household, commune=circle.commune, adults=1, children=0)
    assert circle.submitted(household=again(household)).state == "submitted"
    with pytest.raises(ValidationError):
        edit_household(actor=circle.worker, household=again(household), emancipated=False)
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


@pytest.mark.parametrize(("years", "days", "ticked", "refused"), [
    (18, 0, False, False), (18, 1, False, True), (16, 0, True, False), (16, 1, True, True), (0, 0, True, True),
])  # fmt: skip
def test_the_age_is_that_of_the_day(years: int, days: int, ticked: bool, refused: bool) -> None:
    day = timezone.localdate()
    if not refused:
        refuse_minor(aged(years, days), day, emancipated=ticked)
        return
    with pytest.raises(ValidationError):
        refuse_minor(aged(years, days), day, emancipated=ticked)


def test_who_is_born_on_a_29th_of_february_is_of_age_on_the_day_that_comes_next() -> None:
    leap = date(2008, 2, 29)
    with pytest.raises(ValidationError):
        refuse_minor(leap, date(2026, 2, 28), emancipated=False)
    refuse_minor(leap, date(2026, 3, 1), emancipated=False)
    assert may_be_emancipated(leap, date(2026, 2, 28))
    assert not may_be_emancipated(leap, date(2026, 3, 1))
    assert not may_be_emancipated(None, date(2026, 3, 1))
