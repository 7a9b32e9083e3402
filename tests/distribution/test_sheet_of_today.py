"""The sheet that a household is given says what is so today, whatever made it so: one for each change of words."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from distribution.appointments import SPENT, SPENT_UNTIL
from distribution.enums import SettlementKind, UndoHandOverReason
from distribution.services import hand_overs, returns
from distribution.services.appointments import cancel_appointment, slots_for
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Membership, Organisation
from prescriptions.enums import ContactChannel, SheetLanguage
from prescriptions.models import Household, Need, Prescription, SheetTranslation
from prescriptions.saying import plain
from prescriptions.services.households import edit_household
from prescriptions.services.needs import drop_need, reopen_need, start_need, wait_again_need
from prescriptions.services.prescriptions import withdraw_prescription
from prescriptions.telling import telling_of
from refurb.models import Device
from tests.connectivity.lines import Line
from tests.distribution.hours import booked, need_of, opened, sheet_of
from tests.distribution.shelves import Shelf
from tests.given import load_reference
from tests.network.factories import make_commune, make_membership
from tests.prescriptions.files import Circle, accepted_prescription, again
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db
EVERYTHING = [("computer", "studies"), ("fixed_connection", "paperwork"), ("digital_skills", "work")]


def asked_everything(shelf: Shelf) -> Need:
    """The computer of a household that asks for a line and for help too: its request stays open."""
    around = {"commune": shelf.commune, "distributor": shelf.distributor, "prescriber": shelf.prescriber}
    return accepted_prescription(needs=EVERYTHING, **around).needs.get(kind="computer")


def worker_of(prescriber: Organisation) -> Membership:
    return make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, prescriber)


def true_and_made(prescription: Prescription) -> int:
    """How many sheets there are, once it is proven that the last one says what the household's own page says."""
    assert sheet_of(prescription) == " ".join(telling_of(again(prescription)).sentences)
    return prescription.papers.count()


def points_of(prescription: Prescription) -> list[str]:
    return [point["name"] for point in prescription.papers.all()[0].document.values["points"]]


def test_each_step_of_a_device_makes_one_sheet_that_says_it(shelf: Shelf) -> None:
    opened(shelf)
    need = asked_everything(shelf)
    prescription = need.prescription
    made = true_and_made(prescription)

    device = shelf.reserved(need=need)
    assert true_and_made(prescription) == made + 1
    booked(shelf, device)
    assert "On vous attend le" in sheet_of(prescription)
    assert true_and_made(prescription) == made + 2
    gate.apply(fresh(device), "release", actor=shelf.adviser)
    assert "mis de côté" not in sheet_of(prescription)
    assert true_and_made(prescription) == made + 3

    device = shelf.reserved(need=again(need))
    shelf.hand_over(device)
    assert "mis de côté" not in sheet_of(prescription)
    assert true_and_made(prescription) == made + 5


def test_the_last_device_handed_over_closes_the_request_and_makes_one_sheet(shelf: Shelf, device: Device) -> None:
    prescription = need_of(device).prescription
    booked(shelf, device)
    made = true_and_made(prescription)
    shelf.hand_over(device)
    assert true_and_made(prescription) == made + 1


def test_a_request_given_up_makes_one_sheet_whatever_falls_with_it(shelf: Shelf, device: Device) -> None:
    prescription = need_of(device).prescription
    booked(shelf, device)
    made = true_and_made(prescription)
    actor = worker_of(shelf.prescriber)
    withdraw_prescription(actor=actor, prescription=again(prescription), reason="no_longer_needed")
    assert true_and_made(prescription) == made + 1


def test_a_need_given_up_alone_is_asked_no_more_on_the_sheet(shelf: Shelf) -> None:
    need = asked_everything(shelf)
    made = true_and_made(need.prescription)
    drop_need(actor=worker_of(shelf.prescriber), need=need, reason="offer_declined")
    assert true_and_made(need.prescription) == made + 1
    assert "Ordinateur" not in str(need.prescription.papers.all()[0].document.values["needs"])


@pytest.mark.usefixtures("days_to_come")
def test_a_hand_over_undone_makes_one_sheet_with_the_hour_and_what_is_to_be_paid(shelf: Shelf, device: Device) -> None:
    prescription = need_of(device).prescription
    made_for = booked(shelf, device)
    assert made_for.starts_at is not None
    expected = sheet_of(prescription)
    assert "de quoi payer" in expected
    came = made_for.starts_at
    handed = shelf.hand_over(device, at=came)
    made = true_and_made(prescription)
    gate.apply(handed, "undo_hand_over", actor=shelf.adviser, at=came, reason=UndoHandOverReason.ENTRY)
    assert sheet_of(prescription) == expected
    assert true_and_made(prescription) == made + 1


def test_another_price_is_said_on_the_sheet_of_who_is_expected(shelf: Shelf, device: Device) -> None:
    prescription = need_of(device).prescription
    booked(shelf, device)
    made = true_and_made(prescription)
    hand_overs.prepare_hand_over(actor=shelf.adviser, device=fresh(device), price=Decimal(17))
    assert "17" in sheet_of(prescription)
    assert true_and_made(prescription) == made + 1


def test_what_is_brought_back_settled_and_asked_again_is_said_each_time(shelf: Shelf) -> None:
    device = shelf.handed_over()
    prescription = need_of(device).prescription
    made = true_and_made(prescription)
    back = shelf.returned(device)
    assert prescription.papers.all()[0].document.title == "Votre appareil est rapporté"
    assert true_and_made(prescription) == made + 1
    returns.settle_return(
        actor=shelf.adviser, device=back, kind=SettlementKind.REFUND, amount=Decimal(1), means="transfer"
    )
    assert "Il n’est ni réparé ni échangé" in sheet_of(prescription)
    assert true_and_made(prescription) == made + 2
    reopen_need(actor=shelf.adviser, need=again(need_of(device)))
    assert "Votre demande est acceptée" in str(prescription.papers.all()[0].document.title)
    assert true_and_made(prescription) == made + 3


def test_who_is_sent_to_a_place_that_teaches_and_who_is_no_more_hold_a_sheet_that_says_it() -> None:
    circle = Circle()
    prescription = circle.accepted(EVERYTHING)
    made = true_and_made(prescription)
    need = prescription.needs.get(kind="digital_skills")
    start_need(actor=circle.worker, need=need, mediation=circle.mediation)
    assert circle.mediation.name in sheet_of(prescription)
    assert true_and_made(prescription) == made + 1
    wait_again_need(actor=circle.worker, need=again(need))
    assert true_and_made(prescription) == made + 2


def test_a_line_that_works_is_no_more_under_way_on_the_sheet() -> None:
    line = Line()
    prescription = line.circle.accepted(
        [("fixed_connection", "paperwork"), ("computer", "studies")],
        line.circle.household(address="1 rue des Essais", postcode="59000", email="foyer@exemple.test"),
    )
    line.__dict__["need"] = prescription.needs.get(kind="fixed_connection")
    connection = line.accepted()
    assert "Votre ligne se prépare" in sheet_of(prescription)
    made = true_and_made(prescription)
    line.activate(connection)
    assert "se prépare" not in sheet_of(prescription)
    assert true_and_made(prescription) == made + 1


def test_a_name_or_a_way_to_be_told_that_is_corrected_is_that_of_the_sheet_and_nothing_else_makes_one() -> None:
    circle = Circle()
    prescription = circle.accepted(household=circle.household(first_name="Lise", last_name="Tortue"))
    made = true_and_made(prescription)
    household = again(prescription.household)
    edit_household(actor=circle.worker, household=household, first_name="Louise")
    values = prescription.papers.all()[0].document.values
    assert (values["name"], true_and_made(prescription)) == ("Louise Tortue", made + 1)
    edit_household(actor=circle.worker, household=again(household), adults=2)
    assert true_and_made(prescription) == made + 1
    edit_household(actor=circle.worker, household=again(household), contact_channel=ContactChannel.WORKER)
    assert "votre travailleur social vous le dit" in sheet_of(prescription)
    assert true_and_made(prescription) == made + 2


# --- one place, and one thing to do


def test_the_sheet_names_the_point_that_keeps_the_device_and_no_other(shelf: Shelf) -> None:
    opened(shelf)
    nearer = shelf.another_point(name="Boutique de sa rue")
    elsewhere = shelf.another_point(name="Boutique du nord", commune=make_commune(epci=shelf.commune.epci))
    opened(shelf, elsewhere)
    need = shelf.need()
    assert points_of(need.prescription) == [nearer.name, shelf.point.name]
    device = shelf.reserved(shelf.available(point=elsewhere), need=need)
    assert points_of(need.prescription) == ["Boutique du nord"]
    booked(shelf, device)
    assert "Boutique du nord" in sheet_of(need.prescription)
    assert points_of(need.prescription) == ["Boutique du nord"]
    gate.apply(fresh(device), "release", actor=shelf.adviser)
    assert points_of(need.prescription) == [nearer.name, shelf.point.name]


@pytest.mark.usefixtures("days_to_come")
def test_once_too_many_hours_were_missed_the_sheet_says_whom_to_call_and_promises_no_hour(
    shelf: Shelf, device: Device
) -> None:
    Organisation.objects.filter(pk=shelf.distributor.pk).update(phone="0320112233")
    prescription = need_of(device).prescription
    first = booked(shelf, device, known=True)
    assert first.starts_at is not None
    gate.apply(first, "miss", actor=shelf.adviser, at=first.starts_at)
    assert "Pour le jour et l’heure" in sheet_of(prescription)
    later = slots_for(device, actor=shelf.adviser, after=first.starts_at, most=1)[0].starts_at
    second = booked(shelf, device, later, at=first.starts_at, known=True)
    gate.apply(second, "miss", actor=shelf.adviser, at=later)
    said = sheet_of(prescription)
    assert "Pour le jour et l’heure" not in said
    assert (
        f"aucun autre ne se donne\u00a0: appelez {shelf.distributor.name}, 03\u00a020\u00a011\u00a022\u00a033." in said
    )
    assert "L’appareil est gardé jusqu’au" in said


@pytest.mark.parametrize("language", SheetLanguage)
def test_whom_to_call_then_is_said_in_its_language(language: SheetLanguage) -> None:
    load_reference("prescriptions")
    texts = {plain(french) for french in SheetTranslation.objects.texts_on(language, timezone.localdate())}
    assert {plain(SPENT), plain(SPENT_UNTIL)} <= texts


def test_who_has_no_year_of_birth_in_its_file_is_not_sent_to_a_page_that_does_not_open(shelf: Shelf) -> None:
    opened(shelf)
    need = shelf.need(phone="06 99 44 55 66", contact_channel=ContactChannel.SMS)
    household = need.prescription.household
    Household.objects.filter(pk=household.pk).update(birth_date=None)
    device = shelf.reserved(need=need)
    assert "Pour le jour et l’heure, on vous envoie un SMS." in sheet_of(need.prescription)

    made = booked(shelf, device, known=True)
    cancel_appointment(actor=shelf.adviser, appointment=made, reason="household", known=True)
    assert "Pour le jour et l’heure, on vous appelle." in sheet_of(need.prescription), "that is who is called"

    edit_household(actor=worker_of(shelf.prescriber), household=again(household), birth_date=date(1980, 5, 17))
    assert "choisissez sur votre page. Sinon, on vous appelle." in sheet_of(need.prescription)
