"""The whole line, on its screens: from a company's announcement to devices in stock, to waste, to the report."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys import bench_steps as bench
from tests.journeys import lot_steps as lots
from tests.journeys import report_steps as reports
from tests.journeys.cast import Cast
from tests.journeys.lot_steps import Decision, Offer
from tests.journeys.visitor import Visitor, anything

pytestmark = pytest.mark.django_db(transaction=True)

LAPTOPS = Offer("Ordinateur portable", 4)
DESKTOPS = Offer("Ordinateur fixe", 3)
SCREENS = Offer("Écran", 2, age=8, condition="En panne")
NOTHING_DONE = (
    "Le stockage n’a pas été inventorié depuis l’arrivée : enregistrez chaque disque, ou attestez qu’il n’y en a pas.",
    "Les fonctions de l’appareil n’ont pas été testées depuis son arrivée.",
    "Le grade n’a pas été calculé depuis l’arrivée de l’appareil.",
)
NOT_ERASED = "Un disque n’a ni effacement accepté fait depuis l’arrivée, ni destruction, ni retrait enregistré."
TOO_EARLY = "Un mois se fige à partir d’une heure après sa fin, quand plus rien ne peut s’y inscrire."


def test_a_lot_goes_from_its_announcement_to_stock_to_waste_and_into_the_report(
    cast: Cast, visit: Callable[..., Visitor]
) -> None:
    paule = visit(cast.pilot)
    reports.compute_month(paule)
    assert reports.stage(paule, "Reconditionnés") == [0, 0, 0, 0, 0]

    lina = visit(cast.contact)
    reference = lots.announce_lot(lina, [LAPTOPS, DESKTOPS, SCREENS])
    decisions = [
        (LAPTOPS, Decision(4)),
        (DESKTOPS, Decision(2, "État insuffisant")),
        (SCREENS, Decision(0, "Trop ancien")),
    ]
    lots.qualify_lot(paule, reference, "Atelier d’essai", decisions)
    lots.accept_deed(lina, reference, "Lina Exemple")
    lots.open_lot(lina, reference)
    lina.sees("Refus : État insuffisant", "Refus : Trop ancien")

    rachid = visit(cast.manager)
    lots.schedule_pick_up(rachid, reference)
    tess = visit(cast.technician)
    left_out = "Retirer du lot 1 appareil resté chez le donateur, sans retour"
    lots.record_pick_up(tess, reference, [(LAPTOPS, 3), (DESKTOPS, 2)], left_out=left_out)
    tess.is_told("le lot est enlevé. Réceptionnez les appareils à l’atelier.")
    receive_devices(tess, reference)

    bench.take_received(tess, "A001")
    refusal_is_understood(tess, "A001")
    bench.record_erasure(tess, "SSD-0001")
    bench.record_tests(tess)
    bench.record_grade(tess)
    bench.recondition(tess, "A001", "60")
    tess.sees("En stock à l’atelier, en attente d’affectation", "60 €")

    waste_is_tracked(tess)
    lots.reconcile_lot(rachid, reference, LAPTOPS, "Gardé par le donateur")
    donor_reads_the_outcome(lina, reference)
    report_has_moved(paule)


def receive_devices(tess: Visitor, reference: str) -> None:
    """Three laptops and two desktops are scanned; a tag twice is refused, in the page and without losing the place."""
    bench.open_line(tess, LAPTOPS, reference)
    tess.fills({"Rangé à": "Étagère B"})
    tess.field("Étiquette").focus()
    for tag in ("A001", "A002", "A003"):
        bench.scan(tess, tag)
    expect(tess.field("Rangé à")).to_have_value("Étagère B")
    tess.sees("3 arrivés, 0 attendu.")
    bench.open_line(tess, DESKTOPS, reference)
    bench.scan(tess, "A004")
    box = tess.field("Étiquette")
    box.fill("A001")
    box.press("Enter")
    alert = tess.within_main().get_by_role("alert")
    expect(alert).to_contain_text("A001\u00a0: cette étiquette est déjà sur un autre appareil de l’atelier")
    tess.reads(anything("Scanner"))
    bench.scan(tess, "A005")


def refusal_is_understood(tess: Visitor, tag: str) -> None:
    """Its page says all that is missing and holds its button back; « Pourquoi ? » says the same; then what is left."""
    tess.sees("Ce qui manque encore", *NOTHING_DONE)
    expect(tess.within_main().get_by_role("button", name="Déclarer reconditionné")).to_be_disabled()
    tess.fills({"Prix solidaire, en euros TTC": "60"})
    tess.field("Prix solidaire, en euros TTC").press("Enter")
    alert = tess.within_main().get_by_role("alert")
    for sentence in NOTHING_DONE:
        expect(alert).to_contain_text(sentence)
    expect(tess.page).to_have_title(anything("Erreur : Déclarer reconditionné"))
    tess.reads("Déclarer reconditionné")
    bench.find_device(tess, tag)
    tess.asks_why("Déclarer reconditionné", *NOTHING_DONE)
    bench.open_bench_sheet(tess, tag)
    bench.record_drive(tess, "SSD-0001")
    bench.find_device(tess, tag)
    tess.sees("En traitement")
    tess.asks_why("Déclarer reconditionné", NOT_ERASED)
    bench.open_bench_sheet(tess, tag)


def waste_is_tracked(tess: Visitor) -> None:
    """One is recycled once its drive is destroyed, another dismantled once its bay was seen empty."""
    bench.reject(tess, "A002", "Réparation trop coûteuse")
    tess.asks_why("Remettre au recycleur", NOTHING_DONE[0])
    bench.open_bench_sheet(tess, "A002")
    bench.record_drive(tess, "SSD-0002")
    bench.destroy_drive(tess)
    bench.recycle(tess, "A002", "Recyclage d’essai", "BSD-20260101-AB12CD34")
    tess.sees("Recyclage d’essai, bordereau BSD-20260101-AB12CD34")
    bench.reject(tess, "A004", "Réparation trop coûteuse")
    bench.open_bench_sheet(tess, "A004")
    bench.attest_no_storage(tess)
    bench.dismantle(tess, "A004")


def donor_reads_the_outcome(lina: Visitor, reference: str) -> None:
    lots.open_lot(lina, reference)
    lina.sees("Plus rien n’est attendu pour ce lot.", "Gardé par le donateur")
    for paper in ("Bilan du don", "Données du reçu fiscal", "Bordereau d’enlèvement"):
        link = lina.within_main().get_by_role("link", name=anything(paper))
        answer = lina.page.request.get(link.get_attribute("href") or "")
        assert answer.ok
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.body().startswith(b"%PDF")


def report_has_moved(paule: Visitor) -> None:
    """Opening + in − out = closing at each stage; nothing is missing; the month is not over."""
    reports.recompute_month(paule)
    moved = {
        "Attendus": [0, 6, 6, 0, 0],
        "Enlevés": [0, 5, 5, 0, 0],
        "Reçus à l’atelier": [0, 5, 3, 0, 2],
        "En traitement": [0, 1, 1, 0, 0],
        "Reconditionnés": [0, 1, 0, 0, 1],
        "Non réemployables": [0, 2, 2, 0, 0],
        "Démontés": [0, 1, 0, 0, 1],
        "Recyclés": [0, 1, 0, 0, 1],
        "Retirés ou écartés": [0, 1, 0, 0, 1],
    }
    assert {name: reports.stage(paule, name) for name in moved} == moved
    paule.sees("Effacements manquants (objectif : 0)")
    paule.asks_why("Figer", TOO_EARLY)
