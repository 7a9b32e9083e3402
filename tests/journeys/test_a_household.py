"""A household, on the screens of those who serve it: filed, completed, equipped, connected."""

from collections.abc import Callable

import pytest

from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.models import Need
from tests.connectivity.lines import Line
from tests.distribution.shelves import Shelf
from tests.given import load_reference
from tests.journeys import distribution_steps
from tests.journeys import household_steps as household
from tests.journeys.distribution_steps import Paid
from tests.journeys.visitor import Visitor, anything
from tests.network.factories import make_membership
from tests.prescriptions.files import load_settings

pytestmark = pytest.mark.django_db(transaction=True)
COMPUTER, LINE = ("Ordinateur", "Études"), ("Connexion fixe", "Démarches")
ASKED = "Une attestation de moins de trois mois."


@pytest.fixture
def shelf(transactional_db: None) -> Shelf:
    load_settings()
    return Shelf()


def worker_of(shelf: Shelf) -> Membership:
    return make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, shelf.prescriber)


def test_a_household_is_filed_completed_equipped_and_connected_until_its_prescription_is_fulfilled(
    shelf: Shelf, visit: Callable[..., Visitor]
) -> None:
    load_reference("connectivity")
    device = shelf.available()
    nadia, ada = visit(worker_of(shelf)), visit(shelf.adviser)
    reference = household.file_prescription(nadia, "Essai", shelf.commune.name, [COMPUTER, LINE])
    household.ask_completion(ada, reference, ASKED)
    household.complete(nadia, reference, ASKED, "Minimum social")
    household.accept(ada, reference)

    need = Need.objects.get(prescription__reference=reference, kind="computer")
    paid = Paid(funder=shelf.funder.name)
    distribution_steps.open_first_need(ada, need)
    distribution_steps.reserve(ada, device, paid)
    distribution_steps.hand_over(ada, device, paid)

    household.choose_offer(nadia, reference, "Coup de pouce Internet")
    household.see_proof(nadia, "Avoir un compte bancaire")
    nadia.asks_why("Transmettre à l’opérateur")
    household.declare_active(nadia, "Contrat ou courriel de l’opérateur", "C-0001")
    nadia.follows(reference)
    nadia.reads(f"Prescription {reference}")
    nadia.sees("Honorée")
    nadia.within_main().get_by_role("link", name=anything("Ouvrir le dossier F-")).click()
    nadia.reads(anything("Essai"))


def test_a_line_is_asked_of_an_operator_corrected_accepted_scheduled_and_activated(
    shelf: Shelf, visit: Callable[..., Visitor]
) -> None:
    line = Line(offer_columns={"operator": None, "name": "Internet d’essai"})
    assert line.offer.operator is not None
    connection = line.chosen()
    nadia, agent = visit(line.worker), visit(line.agent)
    household.send_to_operator(nadia, connection.reference)
    household.report_problem(agent, connection.reference, "Nom différent de celui du contrat")
    nadia.goes_to("Connexions")
    nadia.reads("Connexions")
    nadia.follows(connection.reference)
    nadia.reads(f"Dossier {connection.reference}")
    nadia.sees("Nom différent de celui du contrat", "Voir le contrat.")
    household.send_to_operator(nadia, connection.reference, "Nom corrigé d’après le contrat.")
    household.open_request(agent, connection.reference)
    agent.sees("Voir le contrat.", "Nom corrigé d’après le contrat.")
    household.take_request(agent, connection.reference)
    household.open_prescription(nadia, line.need.prescription.reference)
    nadia.sees("Honorée")
