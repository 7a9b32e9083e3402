"""Purpose walls over every page of the app: whoever has nothing to do with a household meets nothing of it."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, reverse
from django.utils import timezone

from lifecycle.actors import SignedLink
from network.enums import OrganisationKind, Role
from prescriptions.enums import Requester, RightKind, RightsChannel
from prescriptions.models import HouseholdAccess, Prescription, ProofPhoto, RightsRequest
from prescriptions.services.photos import send_photo
from prescriptions.services.prescriptions import ask_completion_prescription
from prescriptions.services.rights import receive_rights_request
from prescriptions.services.transfers import ask_transfer
from prescriptions.urls import urlpatterns
from tests.documents.pictures import a_photo
from tests.network.factories import make_organisation
from tests.pages import acting, crawling
from tests.prescriptions.files import SKILLS, Circle, again
from tests.prescriptions.pages import STRANGERS, stranger
from tests.remembered import remembered

pytestmark = pytest.mark.django_db
PUBLIC = {"still_current", "own_page", "own_photo", "own_rights"}
PAGES = [pattern for pattern in urlpatterns if pattern.name not in PUBLIC]


@pytest.fixture
def prescription() -> Prescription:
    return one_with_all_its_papers()


@remembered()
def one_with_all_its_papers() -> Prescription:
    circle = Circle()
    accepted = circle.accepted(household=circle.household(last_name="Essai-Secret"))
    receiver = make_organisation(OrganisationKind.PRESCRIBER)
    ask_transfer(actor=circle.worker, prescription=accepted, prescriber=receiver)
    receive_rights_request(
        actor=circle.worker, household=accepted.household, kind=RightKind.ACCESS, requester=Requester.PERSON,
        channel=RightsChannel.LETTER, received_on=timezone.localdate(),
    )  # fmt: skip
    other = circle.submitted(SKILLS, accepted.household)
    ask_completion_prescription(actor=circle.adviser, prescription=other, missing=["income_seen"])
    link = SignedLink("sheet:1", opens=("prescription", other.pk))
    send_photo(actor=link, prescription=again(other), content=a_photo(size=(600, 400)))
    return accepted


def addresses(prescription: Prescription) -> Iterator[tuple[URLPattern, str]]:
    """Each page of the app, and its address for what the household has."""
    rows = {
        "prescriptions": prescription,
        "besoins": prescription.needs.get(),
        "foyers": prescription.household,
        "transferts": prescription.transfers.get(),
        "papiers-en-photo": ProofPhoto.objects.get(prescription__household=prescription.household),
        "droits": RightsRequest.objects.get(household=prescription.household),
    }
    paper = prescription.papers.first()
    assert paper is not None
    for pattern in PAGES:
        route = str(pattern.pattern)
        given: dict[str, object] = {}
        if "<str:reference>" in route:
            given["reference"] = rows[route.partition("/")[0]].reference
        if "<int:pk>" in route:
            given["pk"] = paper.pk
        if "<str:language>" in route:
            given["language"] = "en"
        if "<slug:about>" in route:
            given["about"] = "received"
        yield pattern, reverse(f"prescriptions:{pattern.name}", kwargs=given)


@pytest.mark.parametrize(("kind", "role"), STRANGERS)
def test_a_role_that_serves_no_household_meets_a_wall_on_every_page(
    prescription: Prescription, kind: str, role: str
) -> None:
    with crawling(stranger(kind, role)) as client:
        for pattern, url in addresses(prescription):
            if role == Role.DPO and str(pattern.pattern).startswith("droits/"):
                continue  # his work
            one = any(row in str(pattern.pattern) for row in ("<str:reference>", "<int:pk>"))
            for answer in (client.get(url), client.post(url, {"text": "Essai-Secret"})):
                assert answer.status_code in ({404, 405} if one else {403, 405}), (pattern.name, answer.status_code)
                assert b"Essai-Secret" not in answer.content, pattern.name
    assert not HouseholdAccess.objects.exists()


@pytest.mark.parametrize("role", ["worker", "adviser", "relay"])
def test_those_of_another_organisation_meet_a_wall_on_every_page_of_a_row(
    prescription: Prescription, role: str
) -> None:
    with crawling(getattr(Circle(), role)) as client:
        for pattern, url in addresses(prescription):
            if "<str:reference>" not in str(pattern.pattern):
                continue
            for answer in (client.get(url), client.post(url, {"reason": "other"})):
                assert answer.status_code in {404, 405}, (pattern.name, answer.status_code)
                assert b"Essai-Secret" not in answer.content, pattern.name
    assert not HouseholdAccess.objects.exists()


def test_every_page_about_a_row_is_written_in_the_log_for_whoever_may_open_it(prescription: Prescription) -> None:
    pilot = acting(Circle().pilot)
    opened = 0
    for pattern, url in addresses(prescription):
        if "<str:reference>" in str(pattern.pattern):
            answer = pilot.get(url)
            opened += answer.status_code == 200
    assert opened >= 4
    assert HouseholdAccess.objects.filter(household=prescription.household).count() >= opened
