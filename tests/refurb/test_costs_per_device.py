"""Costs per device: what a lot costs is shared over what was received of it, and no cent is lost."""

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from lifecycle import gate
from network.models import Membership
from refurb.costs import NOBODY, UNGRADED, UNPAID, CostGroup, Costs, costs_of, shared
from refurb.enums import CostKind, MissingReason
from refurb.models import Costing
from refurb.services import devices, stock
from tests.donations.scene import Scene, first_line
from tests.network.factories import make_organisation
from tests.refurb.devices import Bench, from_lot, given_to, load_numbers, new_tag, private_lot
from tests.refurb.pages import acting, answered, read

pytestmark = pytest.mark.django_db
PAGE = "refurb:costs"


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def pay(actor: Membership, donation: Any, amount: str = "100", **given: Any) -> Costing:
    defaults = {"kind": CostKind.TRANSPORT, "spent_on": date(2026, 11, 24)}
    return stock.record_cost(actor=actor, donation=donation, amount=Decimal(amount), **defaults | given)


def received(scene: Scene) -> tuple[Any, list[Any]]:
    """A lot of which one laptop is received and reconditioned."""
    bench = given_to(scene)
    first = from_lot(scene)
    ready = bench.recondition(bench.prepared(gate.apply(first, "start", actor=bench.technician)), 30)
    return first.donation, [ready]


def lines_of(client: Any, **query: str) -> list[dict[str, str]]:
    answer = client.get(reverse(PAGE), {"export": "csv"} | query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@pytest.mark.parametrize("amount", ["0.01", "0.02", "0.05", "100.00", "99.99", "33333.31"])
@pytest.mark.parametrize("counts", [(1,), (1, 1, 1), (2, 3, 2), (7, 1, 1, 1, 1, 1, 1), (3, 3)])
def test_whatever_does_not_divide_the_parts_come_back_to_the_cent(amount: str, counts: tuple[int, ...]) -> None:
    groups = [CostGroup(1, "laptop", str(rank), True, count) for rank, count in enumerate(counts)]
    cost = Costing(amount=Decimal(amount))

    parts = list(shared(cost, groups))

    assert sum(part.cents for part in parts) == int(Decimal(amount) * 100)
    for part in parts:
        assert part.group is not None
        exact = Decimal(amount) * 100 * part.group.count / sum(counts)
        assert abs(part.cents - exact) < 1


def test_a_cost_is_shared_over_what_the_workshop_received_of_the_lot_whatever_became_of_it() -> None:
    scene = private_lot(3)
    lot, _ = received(scene)
    bench, manager = given_to(scene), scene.north.manager
    for _rank in range(2):
        device = devices.receive_device(actor=bench.technician, line=first_line(lot), tag=new_tag())
        bench.unusable(gate.apply(device, "start", actor=bench.technician))
    pay(manager, lot)
    pay(manager, lot, "10.01", kind=CostKind.TIME, funder=make_organisation("funder", name="La Région"))

    costs = costs_of(manager)

    total = costs.total()
    assert (total.received, total.reconditioned, total.cost) == (3, 1, Decimal("110.01"))
    assert (total.per_received, total.per_reconditioned) == (Decimal("36.67"), Decimal("110.01"))
    for rows in (costs.by_type(), costs.by_grade(), costs.by_workshop(), costs.paid(), list(costs.lines())):
        assert sum(row.cost for row in rows) == total.cost
    # A third of 100.00 is 33.33, of 10.01 3.34: the two that are not reconditioned bear the rest.
    assert {row.label: row.cost for row in costs.by_grade()} == {
        "A": Decimal("33.33") + Decimal("3.34"),
        UNGRADED: Decimal("66.67") + Decimal("6.67"),
    }
    assert {paid.funder: paid.cost for paid in costs.paid()} == {UNPAID: Decimal(100), "La Région": Decimal("10.01")}


def test_what_no_device_can_bear_is_a_line_of_its_own_and_a_replaced_line_is_counted_once() -> None:
    scene = private_lot()
    lot, manager = scene.collected(), scene.north.manager  # picked up, nothing received yet
    wrong = pay(manager, lot, "1000")
    pay(manager, lot, "80.50", supersedes=wrong)

    costs = costs_of(manager)

    assert [(row.label, row.cost, row.per_received) for row in costs.by_type()] == [(NOBODY, Decimal("80.50"), None)]
    assert costs.total().cost == Decimal("80.50")
    page = read(acting(manager), reverse(PAGE))
    assert NOBODY in page
    assert "parts égales" in page


def test_a_device_that_went_missing_is_counted_as_received_and_not_as_reconditioned() -> None:
    scene = private_lot()
    lot, (device,) = received(scene)
    pay(scene.north.manager, lot, "90")
    assert costs_of(scene.north.manager).total().reconditioned == 1
    gate.apply(device, "report_missing", actor=scene.north.technician, reason=MissingReason.STOCKTAKE)
    total = costs_of(scene.north.manager).total()
    assert (total.received, total.reconditioned, total.cost, total.per_reconditioned) == (1, 0, 90, None)


def test_a_manager_reads_his_workshop_the_pilot_all_and_the_others_nothing() -> None:
    scene, elsewhere = private_lot(), private_lot()
    pilot = Bench().pilot
    for one, amount in ((scene, "10"), (elsewhere, "7")):
        pay(one.north.manager, received(one)[0], amount)

    def read_by(actor: Membership) -> Decimal:
        return costs_of(actor).total().cost

    assert [read_by(one) for one in (scene.north.manager, elsewhere.north.manager, pilot)] == [10, 7, 17]
    assert read_by(scene.north.technician) == 0
    assert {line["Atelier"] for line in lines_of(acting(scene.north.manager))} == {str(scene.north.organisation)}
    assert "Par atelier" in read(acting(pilot), reverse(PAGE))
    for stranger in (scene.north.technician, scene.contact):
        assert acting(stranger).get(reverse(PAGE)).status_code == 403


def test_a_period_takes_both_its_days_in_and_a_wrong_one_is_said() -> None:
    scene = private_lot()
    lot, _ = received(scene)
    manager = scene.north.manager
    for day, amount in ((1, "1"), (2, "2"), (3, "4"), (4, "8")):
        pay(manager, lot, amount, spent_on=date(2026, 11, day))

    client = acting(manager)
    period = {"since": "2026-11-02", "until": "2026-11-03"}
    assert sum(Decimal(line["Coût (€)"].replace(",", ".")) for line in lines_of(client, **period)) == 6
    assert "Ordinateur portable\u00a0: 15\u00a0€" in read(client, reverse(PAGE))  # the chart says what it draws
    for wrong in ({"since": "2026-11-03", "until": "2026-11-02"}, {"since": "avant-hier"}, {"until": "9" * 4400}):
        page = read(client, reverse(PAGE), **wrong)
        assert "Corrigez la période" in page
        assert "15\u00a0€" not in page, "no figure of another period beside the error"
        answer = client.get(reverse(PAGE), wrong | {"export": "csv"})
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "15,00" not in answer.content.decode()
    assert "La fin précède le début" in read(client, reverse(PAGE), since="2026-11-03", until="2026-11-02")
    assert client.get(reverse(PAGE), {"export": "pdf"}).status_code == 404
    assert "since=2026-11-02" in read(client, reverse(PAGE), **period)


def test_a_cost_is_noted_from_its_page_and_a_name_is_no_formula_in_the_file() -> None:
    scene = private_lot()
    lot, _ = received(scene)
    funder = make_organisation("funder", name="=1+1")
    client, page = acting(scene.north.manager), reverse("refurb:cost_record")
    typed = {"donation": lot.pk, "kind": "parts", "amount": "12,34", "spent_on": "2026-11-24", "funder": funder.pk}

    assert "Sélectionnez un choix valide" in answered(client, page, **typed | {"donation": 10**6})
    assert client.post(page, typed).status_code == 302

    (line,) = lines_of(client)
    assert (line["Nature"], line["Qui paie"], line["Coût (€)"]) == ("Pièces", "'=1+1", "12,34")
    costing = Costing.objects.get()
    assert client.post(page, typed | {"amount": "1", "supersedes": costing.pk}).status_code == 302
    assert costs_of(scene.north.manager).total().cost == 1
    book = client.get(reverse(PAGE), {"export": "xlsx"})
    assert b"".join(book.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    book.close()


def test_the_page_costs_the_same_number_of_queries_whatever_it_counts(django_assert_num_queries: Any) -> None:
    scene = private_lot()
    lot, _ = received(scene)
    for _rank in range(4):
        pay(scene.north.manager, lot)
    with django_assert_num_queries(2):
        found: Costs = costs_of(scene.north.manager)
        found.by_type(), found.paid(), list(found.lines())
