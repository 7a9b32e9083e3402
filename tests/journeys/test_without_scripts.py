"""Every step of a lot, a household and a line works in a browser that runs no script.

A hand-over without scripts is in ``test_a_device_and_its_household``, a convention in ``test_a_convention``.
"""

from collections.abc import Callable

import pytest

from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.connectivity.lines import Line
from tests.distribution.shelves import Shelf
from tests.journeys import bench_steps as bench
from tests.journeys import household_steps as household
from tests.journeys import lot_steps as lots
from tests.journeys.cast import Cast
from tests.journeys.lot_steps import Decision, Offer
from tests.journeys.visitor import Visitor
from tests.network.factories import make_membership
from tests.prescriptions.files import load_settings

pytestmark = pytest.mark.django_db(transaction=True)

LAPTOPS, TABLETS = Offer("Ordinateur portable", 2), Offer("Tablette", 3)


def test_a_lot_goes_from_its_announcement_to_stock_without_scripts(cast: Cast, visit: Callable[..., Visitor]) -> None:
    def come(membership: Membership) -> Visitor:
        return visit(membership, careful=False, java_script_enabled=False)

    lina, paule = come(cast.contact), come(cast.pilot)
    rachid, tess = come(cast.manager), come(cast.technician)
    reference = lots.announce_lot(lina, [LAPTOPS, TABLETS])
    lots.qualify_lot(
        paule, reference, "Atelier d’essai", [(LAPTOPS, Decision(2)), (TABLETS, Decision(1, "État insuffisant"))]
    )
    lots.accept_deed(lina, reference, "Lina Exemple")
    lots.schedule_pick_up(rachid, reference)
    lots.record_pick_up(tess, reference, [(LAPTOPS, 2), (TABLETS, 1)])
    bench.open_line(tess, LAPTOPS, reference)
    bench.scan(tess, "B001")
    bench.scan(tess, "B002")
    bench.take_received(tess, "B001")
    tess.sees("Ce qui manque encore", "Le stockage n’a pas été inventorié depuis l’arrivée")
    bench.recondition_on_one_page(tess, "B001", "SSD-0001", "60")


def test_a_line_is_added_to_a_lot_without_scripts_and_nothing_typed_is_lost(
    cast: Cast, visit: Callable[..., Visitor]
) -> None:
    lina = visit(cast.contact, careful=False, java_script_enabled=False)
    lots.describe_lot(lina, [LAPTOPS])
    lina.presses("Ajouter une ligne")
    lina.reads("Proposer un lot")
    lina.group("Ligne 4").wait_for()
    assert lina.field("Quantité", lina.group("Ligne 1")).input_value() == "2"
    assert lina.field("Description du lot").input_value() == "Renouvellement du parc."


def test_a_household_is_filed_completed_and_accepted_without_scripts(
    transactional_db: None, visit: Callable[..., Visitor]
) -> None:
    load_settings()
    shelf = Shelf()
    worker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, shelf.prescriber)
    nadia, ada = (visit(one, careful=False, java_script_enabled=False) for one in (worker, shelf.adviser))
    needs = [("Ordinateur", "Études"), ("Connexion fixe", "Démarches")]
    reference = household.file_prescription(nadia, "Essai", shelf.commune.name, needs)
    household.ask_completion(ada, reference, "Une attestation de moins de trois mois.")
    household.complete(nadia, reference, "Une attestation de moins de trois mois.", "Minimum social")
    household.accept(ada, reference)
    ada.sees("Acceptée")


def test_a_line_is_asked_of_an_operator_and_taken_without_scripts(
    transactional_db: None, visit: Callable[..., Visitor]
) -> None:
    load_settings()
    line = Line(offer_columns={"operator": None, "name": "Internet d’essai"})
    connection = line.chosen()
    nadia, agent = (visit(one, careful=False, java_script_enabled=False) for one in (line.worker, line.agent))
    household.send_to_operator(nadia, connection.reference)
    household.take_request(agent, connection.reference)
    household.open_prescription(nadia, line.need.prescription.reference)
    nadia.sees("Honorée")
