"""The search box: a scan goes straight there, a name lists what one may see, nothing of others is ever found."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from desk.search import PAGES
from desk.views.search import FIELD
from documents.models import Document
from lifecycle.actors import SYSTEM
from lifecycle.machine import machine_named
from lifecycle.references import as_typed, scanned
from lifecycle.registry import SHOWN_OF_A_KIND
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.likeness import words_of
from prescriptions.models import Household, HouseholdAccess
from refurb.enums import RemovalDestination
from refurb.models import Device
from refurb.services.evidence import remove_drive
from reports.models import Report
from reports.services import compute_report
from tests.costs import assert_same_queries
from tests.distribution.shelves import Shelf
from tests.network.factories import make_membership, make_organisation
from tests.refurb.pages import acting

pytestmark = pytest.mark.django_db
URL = "/chercher/"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def found(membership: Membership, text: str) -> str:
    """The page that lists what was found."""
    response = acting(membership).post(URL, {FIELD: text})
    assert response.status_code == 200, response.headers.get("Location")
    return response.content.decode()


def led_to(membership: Membership, text: str) -> str:
    """Where one is sent straight."""
    response = acting(membership).post(URL, {FIELD: text})
    assert response.status_code == 302, response.content.decode()
    return str(response.headers["Location"])


def named(household: Household) -> Household:
    """The same household, by a name without a figure in it."""
    key = words_of("Zoé Exemple")
    Household.objects.filter(pk=household.pk).update(first_name="Zoé", last_name="Exemple", name_key=key)
    return Household.objects.get(pk=household.pk)


@pytest.mark.parametrize("column", ["tag", "reference", "serial"])
def test_a_scan_goes_straight_to_its_device(shelf: Shelf, column: str) -> None:
    device = shelf.ready()
    device.serial = "PFQX-12"
    device.save(update_fields=["serial"])
    page = f"/appareils/{device.reference}/"
    assert led_to(shelf.technician, f" {getattr(device, column).lower()} ") == page


def test_a_drive_that_left_its_device_is_found_by_its_number(shelf: Shelf) -> None:
    """The one that « Effacements manquants » names first: somebody has it in his hand."""
    device = shelf.bench.in_process()
    drive = shelf.bench.drive(device, serial="6XNHX6Z9JW7F")
    remove_drive(actor=shelf.technician, drive=drive, destination=RemovalDestination.DESTRUCTION)
    assert led_to(shelf.technician, "6xnhx6z9jw7f") == f"/appareils/{device.reference}/"


def test_the_address_of_a_label_is_read_for_its_reference(shelf: Shelf) -> None:
    device = shelf.ready()
    assert scanned(f"https://maillon.example/appareils/{device.reference}/") == device.reference
    assert led_to(shelf.technician, f"http://testserver/appareils/{device.reference}/").endswith(f"{device.reference}/")


def test_what_carries_the_same_serial_is_listed_with_its_state_and_what_was_typed_stays(shelf: Shelf) -> None:
    for device in (shelf.ready(), shelf.ready()):
        device.serial = "TWIN-1"
        device.save(update_fields=["serial"])
    page = found(shelf.technician, "TWIN-1")
    assert page.count("n°\u00a0de série TWIN-1") == 2
    assert page.count("État\u00a0:") == 2
    assert 'value="TWIN-1"' in page
    assert "2 réponses pour" in page


def test_the_beginning_of_a_label_lists_what_begins_with_it(shelf: Shelf) -> None:
    device = shelf.ready()
    assert device.reference in found(shelf.technician, device.tag[:4])


def test_none_says_what_can_be_searched(shelf: Shelf) -> None:
    page = found(shelf.technician, "ZZ-INCONNU")
    assert "Rien ne correspond à" in page
    assert "Ce que l’on peut chercher" in page
    assert 'value="ZZ-INCONNU"' in page
    assert "Ce que l’on peut chercher" in acting(shelf.technician).get(URL).content.decode()
    assert "est trop court" in found(shelf.technician, "Z")


def test_what_others_hold_is_never_found(shelf: Shelf) -> None:
    device = shelf.handed_over()
    need = device.need
    prescription = need.prescription
    stranger = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    hidden = {
        stranger: (device.tag, device.reference, shelf.convention.reference, need.reference, prescription.reference),
        shelf.technician: (need.reference, prescription.reference, prescription.household.reference),
        make_membership(Role.MANAGER, OrganisationKind.EPCI): (device.tag, need.reference, prescription.reference),
        make_membership(Role.CONTACT, OrganisationKind.DONOR): (device.tag, prescription.household.last_name),
        make_membership(Role.AGENT, OrganisationKind.OPERATOR): (prescription.household.last_name, need.reference),
    }
    for reader, texts in hidden.items():
        for text in texts:
            assert "Rien ne correspond à" in found(reader, text), (reader.title, text)


def test_a_household_is_found_by_its_name_by_those_who_serve_it_and_that_is_logged(shelf: Shelf) -> None:
    household = named(shelf.need().prescription.household)
    page = found(shelf.adviser, "exemple zoé")
    assert f"Foyer {household.name}" in page
    assert f"/foyers/{household.reference}/" in page
    assert HouseholdAccess.objects.filter(household=household, actor=shelf.adviser, what="search").exists()


def test_the_pilot_finds_no_household_by_its_name(shelf: Shelf) -> None:
    household = named(shelf.need().prescription.household)
    assert "Rien ne correspond à" in found(shelf.pilot, household.name)
    assert led_to(shelf.pilot, household.reference) == f"/foyers/{household.reference}/"


def test_organisations_points_and_conventions_are_found_by_name(shelf: Shelf) -> None:
    page = found(shelf.pilot, shelf.convention.title)
    assert f"Convention {shelf.convention}" in page
    assert shelf.point.reference in found(shelf.pilot, shelf.point.name)
    assert str(shelf.distributor) in found(shelf.pilot, shelf.distributor.name)


def counted(month: date) -> Report:
    return compute_report(actor=SYSTEM, month=month, at=datetime(2026, 1, 5, tzinfo=UTC))


@pytest.mark.parametrize("text", ["octobre 2025", "Oct. 2025", "10/2025", "2025-10", "gisement d’octobre 2025"])
def test_a_month_leads_to_its_report_for_those_who_may_read_it(text: str) -> None:
    report = counted(date(2025, 10, 1))
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    assert led_to(pilot, text) == reverse("reports:report_detail", args=[report.reference])
    assert "Rien ne correspond à" in found(make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER), text)


def test_a_year_lists_its_reports_and_no_other_month_is_meant() -> None:
    for month in (date(2025, 10, 1), date(2025, 12, 1)):
        counted(month)
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    page = found(pilot, "2025")
    assert page.index("Gisement de décembre 2025") < page.index("Gisement d’octobre 2025")
    for text in ("novembre 2025", "13/2025", "machin 2025", "decembre 2024", "0000", "10/0000"):
        assert "Rien ne correspond à" in found(pilot, text)


def test_the_code_of_a_paper_leads_to_what_one_may_see_of_it_else_to_its_public_page(shelf: Shelf) -> None:
    document = shelf.handed_over().hand_overs.get().document
    code, device = document.public_code, Device.objects.get(pk=document.owner_pk)
    page = reverse("refurb:device_detail", args=[device.reference])
    assert led_to(shelf.adviser, code.lower().replace("-", " ")) == page
    assert led_to(shelf.adviser, f"http://testserver/verifier/{code}/") == page
    stranger = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    assert led_to(stranger, code) == reverse("documents:authenticity", args=[code])
    Document.objects.filter(pk=document.pk).update(title="", values={}, forgotten_at=timezone.now())
    assert "Rien ne correspond à" in found(shelf.adviser, code)


def test_every_kind_of_rows_that_owns_a_paper_has_its_page() -> None:
    for name in PAGES:
        assert name == "delivery" or hasattr(machine_named(name)._default_manager.all(), "visible_to")


def test_the_box_is_on_every_page_of_those_who_act_and_on_no_other(shelf: Shelf, client: Client) -> None:
    page = acting(shelf.technician).get(reverse("network:organisation_list")).content.decode()
    assert 'role="search"' in page
    assert "Référence, étiquette, n° de série ou nom" in page
    assert 'name="recherche"' not in client.get(reverse("account_login")).content.decode()


def test_nobody_searches_without_an_account(client: Client) -> None:
    response = client.post(URL, {FIELD: "A-7K3M-2QXZ"})
    assert response.status_code == 302
    assert reverse("account_login") in response.headers["Location"]


def test_a_search_costs_the_same_with_one_answer_and_with_many(shelf: Shelf) -> None:
    made: list[str] = []

    def make(count: int) -> None:
        for _ in range(count):
            device = shelf.ready()
            device.serial = f"SAME-{len(made):03}"
            device.save(update_fields=["serial"])
            made.append(device.serial)

    client = acting(shelf.technician)
    assert_same_queries(make, lambda: client.post(URL, {FIELD: "SAME-"}), rows=12)


def test_what_is_too_long_is_not_cut_and_searched_but_said_and_still_typed(shelf: Shelf) -> None:
    device = shelf.ready()
    pasted = f"{device.tag} {'é' * 120}"
    page = found(shelf.adviser, pasted)
    assert f"120 caractères au plus, {len(pasted)} sont tapés" in page
    assert f'value="{pasted}"' in page


def test_a_reference_is_read_however_it_is_spelt_and_nothing_else_is_taken_for_one() -> None:
    for typed in ("f s5ys 62m3", "F-S5YS-62M3", " f \u2013 s5ys\u201362m3", "https://maillon.test/foyers/F-S5YS-62M3/"):
        assert (scanned(typed), as_typed(typed)) == ("F-S5YS-62M3",) * 2
    assert as_typed("drehspabcd") == as_typed("dr ehsp abcd") == scanned("dr ehsp abcd") == "DR-EHSP-ABCD"
    for other in ("CND8234XYZ", "Anne Martin", "06 12 34 56 78", ""):
        assert scanned(other) == other


def test_what_is_found_and_not_shown_is_said_with_how_to_narrow_it(shelf: Shelf) -> None:
    for rank in range(SHOWN_OF_A_KIND):
        make_organisation(OrganisationKind.PRESCRIBER, name=f"Centre social de Zuydcoote {rank}")
    whole = found(shelf.pilot, "Centre social de Zuydcoote")
    assert f"{SHOWN_OF_A_KIND} réponses" in whole
    assert "Il y en a d’autres" not in whole
    make_organisation(OrganisationKind.PRESCRIBER, name="Centre social de Zuydcoote, annexe")
    cut = found(shelf.pilot, "Centre social de Zuydcoote")
    assert f"Les {SHOWN_OF_A_KIND} premières réponses" in cut
    assert "Il y en a d’autres\u00a0: tapez un mot de plus" in cut
    assert cut.count('<span class="found__said">') == SHOWN_OF_A_KIND
