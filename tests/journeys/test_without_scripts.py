"""Every step works in a browser that runs no script."""

from collections.abc import Callable

import pytest

from network.models import Membership
from tests.journeys import bench_steps as bench
from tests.journeys import lot_steps as lots
from tests.journeys.cast import Cast
from tests.journeys.lot_steps import Decision, Offer
from tests.journeys.visitor import Visitor

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
