"""The household’s own page: its sheet and a year of birth open it; it says where the request stands, no more."""

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.services import forget_document
from prescriptions.models import HouseholdAccess, Prescription
from prescriptions.services.revoking import revoke_prescription
from prescriptions.telling import telling_of
from tests.pages import acting, done
from tests.pages import answered as refused
from tests.prescriptions.files import Circle, again
from tests.prescriptions.told import TOLD, brought_to, plain, promised
from typography.french import written_day

pytestmark = pytest.mark.django_db
YEAR = "1984"


@pytest.fixture(autouse=True)
def nobody_tried() -> None:
    cache.clear()


@pytest.fixture
def circle() -> Circle:
    return Circle()


def born(prescription: Prescription, day: date | None = date(1984, 5, 6)) -> str:
    """The page of its sheet, once the household’s file holds this day of birth."""
    type(prescription.household).objects.filter(pk=prescription.household_id).update(birth_date=day)
    return page_of(prescription)


def page_of(prescription: Prescription) -> str:
    paper = prescription.papers.first()
    assert paper is not None
    return reverse("prescriptions:own_page", args=[paper.document.public_code])


def answered(url: str, year: str = YEAR, status: int = 200) -> str:
    response = Client().post(url, {"year": year}, follow=True)
    assert response.status_code == status
    return plain(response)


# --- the year


def test_a_birth_date_whose_year_opens_no_page_is_refused_and_one_that_was_kept_opens_once_corrected(
    circle: Circle,
) -> None:
    prescription = circle.submitted()
    household, client = prescription.household, acting(circle.worker)
    url = born(prescription, date(1885, 2, 3))
    told = answered(url, "1885")
    assert "Tapez les 4 chiffres" in told
    assert "Rien n’est enregistré" not in told, "nothing was to be"
    said = {"last_name": household.last_name, "contact_channel": household.contact_channel, "adults": "1"}
    said |= {"phone": household.phone}
    edit = reverse("prescriptions:household_edit", args=[household.reference])
    for year in (1885, timezone.localdate().year - 121):
        told = refused(client, edit, **said, birth_date=f"{year}-02-03")
        assert 'href="#id_birth_date"' in told
        assert "il y a plus de 120\u00a0ans\u00a0: vérifiez l’année de naissance" in told
        with pytest.raises(ValidationError, match="plus de 120"):
            circle.household(birth_date=date(year, 2, 3))
    done(client, edit, **said, birth_date="1985-02-03")
    assert telling_of(again(prescription)).title in answered(url, "1985")


# --- what it says


@pytest.mark.parametrize("state", TOLD)
def test_it_says_where_the_request_stands_and_whom_to_call_and_nothing_else(circle: Circle, state: str) -> None:
    circle.prescriber.phone = "0320000005"
    circle.prescriber.save()
    prescription = brought_to(state, circle)
    told = answered(born(prescription))
    telling = telling_of(prescription)
    for said in (telling.title, telling.todo, *telling.sentences, *telling.listed, "03 20 00 00 05"):
        assert said.replace("\u00a0", " ") in told
    household = prescription.household
    secrets = [household.last_name, household.first_name, household.reference, household.phone, "1984"]
    secrets += ["Voir la mairie", "autre dispositif", "collègues", "sonne dans le vide"]
    for secret in secrets:
        assert secret not in told
    assert len(promised(told)) <= 1


def test_it_says_what_was_agreed_since_when_and_how_to_change_one_s_mind_while_it_holds(circle: Circle) -> None:
    filed = circle.submitted()
    page = born(filed)
    told = answered(page)
    given = filed.agreements.get()
    assert f"Vous avez donné votre accord le {written_day(given.given_on)}.".replace("\u00a0", " ") in told
    assert "Vous pouvez changer d’avis quand vous voulez" in told
    assert given.exact_text.split()[0] in told.partition("Lire le texte")[2]
    revoke_prescription(actor=circle.worker, prescription=filed, channel="phone")
    assert "Votre accord" not in answered(page)


def test_a_sheet_of_before_opens_the_page_of_today(circle: Circle) -> None:
    prescription = circle.submitted()
    url = born(prescription)
    circle.accept(prescription)
    assert "Votre demande est acceptée" in answered(url)


# --- what it refuses


def test_opening_it_says_nothing_and_logs_nothing(circle: Circle) -> None:
    prescription = circle.accepted()
    told = plain(Client().get(born(prescription)))
    assert "Votre année de naissance" in told
    assert "acceptée" not in told
    assert not HouseholdAccess.objects.filter(what="own_page").exists()


def test_the_code_of_another_s_paper_opens_nothing_and_looks_like_any_other_refusal(circle: Circle) -> None:
    mine, other, unborn = circle.accepted(), circle.accepted(), circle.accepted()
    born(mine)
    addresses = [born(other, date(1990, 1, 1)), born(unborn, None), reverse("prescriptions:own_page", args=["x"])]
    gone = circle.accepted()
    addresses.append(born(gone))
    forget_document(document=gone.papers.first().document)
    for url in addresses:
        told = answered(url)
        assert "Cette année ne va pas avec cette feuille" in told
        assert "acceptée" not in told
    assert not HouseholdAccess.objects.filter(what="own_page").exists()


@pytest.mark.parametrize("year", ["", "84", "06/05/1984", "abcd", "0000"])
def test_what_is_no_year_is_said_at_its_field_and_counts_for_no_try(circle: Circle, year: str) -> None:
    url = born(circle.accepted())
    for _ in range(8):
        assert 'href="#id_year"' in Client().post(url, {"year": year}, follow=True).content.decode()
    assert "acceptée" in answered(url)


def test_five_wrong_years_close_the_sheet_even_to_the_right_one_and_a_right_one_counts_for_none(circle: Circle) -> None:
    url = born(circle.accepted())
    for _ in range(7):
        assert "acceptée" in answered(url)
    for year in range(1990, 1995):
        answered(url, str(year))
    told = answered(url, status=429)
    assert "Trop d’essais" in told
    assert "acceptée" not in told
    assert "acceptée" in answered(born(circle.accepted()))


def test_one_address_does_not_try_one_year_on_every_sheet(circle: Circle) -> None:
    for rank in range(20):
        answered(reverse("prescriptions:own_page", args=[f"inconnu-{rank}"]))
    answered(born(circle.accepted()), status=429)


# --- what it leaves behind


def test_nobody_keeps_the_page_and_its_address_names_nobody(circle: Circle) -> None:
    prescription = circle.accepted()
    url = born(prescription)
    for response in (
        Client().get(url),
        Client().post(url, {"year": YEAR}, follow=True),
        Client().post(url, {"year": "1901"}, follow=True),
    ):
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in response["Cache-Control"]
        assert response["Referrer-Policy"] == "same-origin"
        assert "sessionid" not in response.cookies
    for word in (prescription.household.last_name, prescription.reference, YEAR):
        assert word not in url
    assert "acceptée" not in plain(Client().get(url, {"year": YEAR}))


def test_each_opening_is_in_the_log_of_accesses_as_the_household_s_own(circle: Circle) -> None:
    prescription = circle.accepted()
    answered(born(prescription))
    access: Any = HouseholdAccess.objects.get(what="own_page", household=prescription.household)
    assert access.by == "par la feuille du foyer et son année de naissance"


def test_it_needs_no_account_and_no_script(circle: Circle) -> None:
    told = Client().get(born(circle.accepted())).content.decode()
    assert '<form method="post"' in told
    assert 'inputmode="numeric"' in told
