"""Whoever steers reads who a household is with a reason, for a time: by a search, a mail or a comparison either."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.urls import reverse
from django.utils import timezone

from documents.enums import MailPurpose
from documents.models import Mail
from lifecycle.exceptions import Refused
from prescriptions.enums import IdentityReason
from prescriptions.models import Household, HouseholdAccess
from prescriptions.services.households import open_identity
from prescriptions.services.prescriptions import remind_prescription
from tests.pages import acting, read
from tests.prescriptions.files import Circle, again

pytestmark = pytest.mark.django_db
SECRET = {
    "last_name": "Indicible",
    "first_name": "Berthe",
    "email": "indicible@exemple.test",
    "phone": "0699887766",
    "birth_date": "1979-11-12",
}


@pytest.fixture
def circle() -> Circle:
    return Circle()


def two_alike(circle: Circle) -> tuple[Household, Household]:
    one, other = circle.household(**SECRET), circle.household(**SECRET | {"email": "b@exemple.test"})
    circle.empty(one)
    circle.empty(other)
    return one, other


def told_to_the_pilot_of(circle: Circle, household: Household) -> list[tuple[str, str]]:
    rows = HouseholdAccess.objects.filter(household=household, actor=circle.pilot.pk).order_by("pk")
    return list(rows.values_list("what", "reason"))


@pytest.mark.parametrize("typed", ["Indicible", "Berthe", SECRET["email"], SECRET["phone"]])
def test_a_search_confirms_nothing_and_a_reference_finds_its_file(circle: Circle, typed: str) -> None:
    one, _ = two_alike(circle)
    client = acting(circle.pilot)
    found = client.post(reverse("prescriptions:household_search"), {"text": typed})
    assert found.status_code == 200
    assert one.reference not in found.content.decode()
    assert "Berthe" not in found.content.decode().replace(f'value="{typed}"', "")

    found = client.post(reverse("prescriptions:household_search"), {"text": one.reference})

    assert found.status_code == 302


def test_who_does_not_read_a_name_is_not_told_that_there_is_no_paper(circle: Circle) -> None:
    filed = circle.submitted()
    page = reverse("prescriptions:prescription_detail", args=[filed.reference])
    none, veiled = "Aucun papier pour l’instant", "Ses papiers nomment le foyer"

    told = read(acting(circle.pilot), page)
    assert none not in told
    assert veiled in told
    open_identity(actor=circle.pilot, household=filed.household, reason=IdentityReason.INCIDENT)
    told = read(acting(circle.pilot), page)
    assert none not in told
    assert veiled not in told
    draft = reverse("prescriptions:prescription_detail", args=[circle.draft().reference])
    assert none in read(acting(circle.worker), draft)


def test_the_outbox_tells_no_address_of_a_household(circle: Circle) -> None:
    prescription = circle.accepted(household=circle.household(**SECRET))
    remind_prescription(actor=circle.worker, prescription=prescription)
    to_it = Mail.objects.filter(to__contains=[SECRET["email"]])
    assert {mail.purpose for mail in to_it} == {MailPurpose.HOUSEHOLD}
    client = acting(circle.pilot)
    pages = [reverse("documents:mail_detail", args=[mail.pk]) for mail in Mail.objects.all()]
    told = "".join(read(client, page) for page in [*pages, reverse("documents:mail_list")])
    exported: Any = client.get(reverse("documents:mail_list"), {"export": "csv"})
    told += (b"".join(exported.streaming_content) if exported.streaming else exported.content).decode()
    assert SECRET["email"] not in told
    assert "Indicible" not in told
    assert "le foyer, dont l’adresse n’est pas montrée" in told
    assert circle.worker.user.email in told


def test_each_reading_beside_another_is_logged_with_its_reason_and_names_it_nowhere_else(circle: Circle) -> None:
    one, other = two_alike(circle)
    client = acting(circle.pilot)
    doubles = reverse("prescriptions:household_doubles", args=[one.reference])
    assert client.get(reverse("prescriptions:household_doubles", args=[other.reference])).status_code == 302
    open_identity(actor=circle.pilot, household=one, reason=IdentityReason.DOUBLE)

    assert "b@exemple.test" in read(client, doubles)

    assert told_to_the_pilot_of(circle, other) == [("household_doubles", ""), ("household_doubles", "double")]
    page = reverse("prescriptions:household_detail", args=[other.reference])
    assert "Berthe" not in read(client, page), "read beside the first, it is not named by itself"
    later = timezone.now() + timedelta(hours=3)
    with mock.patch("django.utils.timezone.now", return_value=later):
        open_identity(actor=circle.pilot, household=one, reason=IdentityReason.RIGHTS, at=later)
        read(client, doubles)
    assert told_to_the_pilot_of(circle, other).count(("household_doubles", "double")) == 2


def test_a_reason_is_of_the_list_and_a_copy_without_name_is_never_written(circle: Circle) -> None:
    household = circle.household(**SECRET)
    circle.submit(circle.draft(household=household))
    with pytest.raises(Refused, match="Dites pourquoi"):
        open_identity(actor=circle.pilot, household=household, reason="curiosity")
    copy = again(household)
    copy.emancipated_on = copy.birth_date
    copy.veil()
    assert (copy.birth_date, copy.emancipated_on) == (None, None)
    with pytest.raises(ValueError, match="sans nom"):
        copy.save()
    assert again(household).last_name == "Indicible"
