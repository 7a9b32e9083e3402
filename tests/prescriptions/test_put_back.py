"""A backup that is put back brings back who was erased: not for long, and nobody else is erased by it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lifecycle import erased
from lifecycle.actors import SignedLink
from lifecycle.clock import run_clock
from lifecycle.faults import Fault
from network.enums import OrganisationKind, Role
from prescriptions.enums import HouseholdState, Requester, RightKind, RightsChannel
from prescriptions.models import Household, HouseholdEntry, Prescription, WaitingPicture
from prescriptions.services.forgetting import note_forgotten
from prescriptions.services.joining import join_household
from prescriptions.services.photos import send_photo
from prescriptions.services.prescriptions import ask_completion_prescription, withdraw_prescription
from prescriptions.services.rights import receive_rights_request
from tests.documents.pictures import a_photo
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.prescriptions.files import Circle, again
from tests.prescriptions.pages import page_of
from tests.prescriptions.test_erased_on_request import erase
from tests.prescriptions.test_joined_files import two_files

pytestmark = pytest.mark.django_db
type Committed = Callable[..., Any]


@pytest.fixture
def circle() -> Circle:
    return Circle()


def given_up(prescription: Prescription, circle: Circle) -> Prescription:
    """Nothing of it holds its household back any more."""
    return withdraw_prescription(actor=circle.worker, prescription=again(prescription), reason="no_longer_needed")


def come_back(circle: Circle, **person: str) -> Household:
    """A household of whom the register says that it was erased, and nothing holds back."""
    prescription = given_up(circle.submitted(household=circle.household(**person)), circle)
    erased.note_erased("household", [prescription.household.reference])
    return again(prescription.household)


def register(settings: Any) -> Path:
    return Path(settings.LIFECYCLE_SEAL_DIR) / erased.NAME


def faults() -> list[str]:
    found: list[Fault] = []
    erased.verify_register(found.append)
    return [fault.in_words for fault in found]


def test_who_is_erased_is_written_outside_of_the_database_by_a_reference_that_names_nobody(
    circle: Circle, settings: Any, django_capture_on_commit_callbacks: Committed
) -> None:
    household = given_up(circle.submitted(household=circle.household(last_name="Inoubliable")), circle).household
    with django_capture_on_commit_callbacks(execute=True):
        erase(circle, household)

    assert erased.erased("household") == {household.reference}
    told = register(settings).read_text()
    assert "Inoubliable" not in told
    assert told.startswith(f"household {household.reference}:")


def test_the_clock_erases_again_whoever_a_backup_brought_back(circle: Circle) -> None:
    household = come_back(circle, last_name="Inoubliable")

    run_clock(at=timezone.now())

    gone = again(household)
    assert (gone.state, gone.last_name, gone.phone) == (HouseholdState.ANONYMISED, "", "")
    done = list(HouseholdEntry.objects.filter(object=household).order_by("seq").values_list("verb", flat=True))
    assert done[-3:] == ["erase_again", "archive", "anonymise"]
    run_clock(at=timezone.now())
    assert HouseholdEntry.objects.filter(object=household).count() == len(done), "once"


def test_nobody_else_is_erased(circle: Circle) -> None:
    come_back(circle)
    other = given_up(circle.submitted(), circle).household

    run_clock(at=timezone.now())

    assert again(other).state == HouseholdState.OPEN


def test_who_is_held_back_waits_and_the_officer_reads_who_came_back(circle: Circle) -> None:
    prescription = circle.submitted(household=circle.household(last_name="Inoubliable"))
    household = prescription.household
    officer = acting(make_membership(Role.DPO, OrganisationKind.DEPARTEMENT))
    assert "revenus d’une sauvegarde" not in read(officer, "/")
    erased.note_erased("household", [household.reference])

    run_clock(at=timezone.now())

    assert again(household).state == HouseholdState.OPEN
    page = read(officer, "/")
    assert "Foyers effacés, revenus d’une sauvegarde" in page
    assert household.reference in page
    assert str(household.prescriber) in page
    assert "Inoubliable" not in page

    given_up(prescription, circle)
    run_clock(at=timezone.now())
    assert again(household).state == HouseholdState.ANONYMISED
    assert "revenus d’une sauvegarde" not in read(officer, "/")


@pytest.mark.parametrize(
    "line",
    [
        "household {reference}",
        "household {reference}:",
        "household {reference}:forged-by-somebody-else",
        "device {signed}",
        "{signed}x",
        "é\x00",
    ],
)
def test_a_line_that_the_key_of_the_site_did_not_sign_erases_nobody_and_is_told(
    circle: Circle, settings: Any, line: str
) -> None:
    kept, other = (given_up(circle.submitted(), circle).household for _ in range(2))
    erased.note_erased("household", [other.reference])
    signed = register(settings).read_text().strip().replace(other.reference, kept.reference)
    with register(settings).open("a", encoding="utf-8") as file:
        file.write(line.format(reference=kept.reference, signed=signed) + "\n")

    run_clock(at=timezone.now())

    assert again(kept).state == HouseholdState.OPEN
    assert again(other).state == HouseholdState.ANONYMISED
    (told,) = faults()
    assert told.startswith("Registre des effacements ligne n° 2")


def test_with_another_key_nobody_is_erased_and_every_line_is_told(circle: Circle, settings: Any) -> None:
    household = come_back(circle)
    settings.SECRET_KEY = "another"

    run_clock(at=timezone.now())

    assert again(household).state == HouseholdState.OPEN
    assert len(faults()) == 1


def test_what_could_not_be_written_at_once_is_the_night_after_and_once(circle: Circle, settings: Any) -> None:
    gone = given_up(circle.submitted(), circle).household
    erase(circle, gone)
    assert not register(settings).exists(), "the transaction is not over"

    for _ in range(2):
        note_forgotten()

    assert erased.erased("household") == {gone.reference}
    assert len(register(settings).read_text().splitlines()) == 1
    assert faults() == []


def test_a_photo_whose_picture_no_backup_keeps_is_said_to_be_made_again(circle: Circle) -> None:
    prescription = circle.submitted()
    ask_completion_prescription(actor=circle.adviser, prescription=prescription, missing=["income_seen"])
    link = SignedLink("sheet:1", opens=("prescription", prescription.pk))
    photo = send_photo(actor=link, prescription=again(prescription), content=a_photo(size=(600, 400)))
    WaitingPicture.objects.all().delete()

    page = read(acting(circle.worker), page_of(photo, "proof_photo_detail"))

    assert "L’image n’est plus là" in page
    assert "<img" not in page.partition("<main")[2]


def joined(circle: Circle) -> tuple[Household, Household]:
    """A file that another one was joined to, both at rest."""
    beside = Circle(distributor=circle.distributor, commune=circle.commune)
    kept, left = two_files(circle, beside)
    join_household(actor=circle.pilot, household=again(left.household), kept=again(kept.household))
    for one, its_own in ((kept, circle), (left, beside)):
        given_up(one, its_own)
    return again(kept.household), again(left.household)


def test_a_file_that_was_parted_since_the_backup_is_not_erased_with_the_one_it_was_joined_to(circle: Circle) -> None:
    kept, left = joined(circle)
    officer = acting(make_membership(Role.DPO, OrganisationKind.DEPARTEMENT))
    erased.note_erased("household", [kept.reference])

    run_clock(at=timezone.now())

    assert (again(kept).state, again(left).state) == (HouseholdState.OPEN, HouseholdState.JOINED)
    assert kept.reference in read(officer, "/")

    erased.note_erased("household", [left.reference])
    run_clock(at=timezone.now())
    assert (again(kept).state, again(left).state) == (HouseholdState.ANONYMISED, HouseholdState.ANONYMISED)


def test_a_file_that_is_joined_is_erased_with_nobody_and_the_officer_reads_whom_to_ask(circle: Circle) -> None:
    kept, left = joined(circle)
    erased.note_erased("household", [left.reference])

    run_clock(at=timezone.now())

    assert (again(kept).state, again(left).state) == (HouseholdState.OPEN, HouseholdState.JOINED)
    page = read(acting(make_membership(Role.DPO, OrganisationKind.DEPARTEMENT)), "/")
    assert "réuni à un autre dossier, ne s’efface pas de lui-même" in page


def test_a_right_that_waits_for_its_answer_is_answered_first(circle: Circle) -> None:
    household = come_back(circle)
    asked = {"kind": RightKind.ERASURE, "requester": Requester.PERSON, "channel": RightsChannel.LETTER}
    receive_rights_request(actor=circle.worker, household=household, received_on=timezone.localdate(), **asked)

    run_clock(at=timezone.now())

    assert again(household).state == HouseholdState.OPEN


def test_a_line_that_was_cut_spoils_no_other(circle: Circle, settings: Any) -> None:
    first, second = (given_up(circle.submitted(), circle).household for _ in range(2))
    erased.note_erased("household", [first.reference])
    whole = register(settings).read_bytes()
    register(settings).write_bytes(whole[:-20])

    erased.note_erased("household", [first.reference, second.reference])

    assert erased.erased("household") == {first.reference, second.reference}
    assert len(faults()) == 1
