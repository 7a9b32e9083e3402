"""What a lot costs its workshop, and who may say so."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from lifecycle.exceptions import Refused, Unknown
from network.models import Membership
from refurb.models import Costing
from refurb.services import stock
from tests.refurb.devices import Bench, load_numbers, private_lot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def pay(actor: Membership, donation: Any, **given: Any) -> Costing:
    defaults = {"kind": "transport", "amount": Decimal("80.50"), "spent_on": date(2026, 11, 24)}
    return stock.record_cost(actor=actor, donation=donation, **defaults | given)


def test_a_workshop_records_what_its_lot_costs_and_corrects_it_by_a_new_line() -> None:
    scene = private_lot()
    donation, manager = scene.collected(), scene.north.manager
    first = pay(manager, donation)

    second = pay(manager, donation, amount=Decimal(75), supersedes=first)

    assert list(Costing.objects.filter(superseded_by=None)) == [second]
    assert (second.workshop, second.recorded_by) == (scene.north.organisation, manager)


def test_a_line_is_replaced_once_and_by_its_own_workshop_and_lot_alone() -> None:
    scene = private_lot()
    donation, manager = scene.collected(), scene.north.manager
    first = pay(manager, donation)
    of_another_workshop = Costing(donation=donation, workshop=Bench().workshop.organisation)
    for other in (Costing(donation=scene.announced(), workshop=first.workshop), of_another_workshop):
        with pytest.raises(Unknown):
            pay(manager, donation, supersedes=other)

    pay(manager, donation, supersedes=first)

    with pytest.raises(Refused):
        pay(manager, donation, supersedes=Costing.objects.get(pk=first.pk))


def test_neither_a_stranger_nor_the_donor_records_a_cost() -> None:
    scene = private_lot()
    donation = scene.collected()

    with pytest.raises(Unknown):
        pay(Bench().manager, donation)
    with pytest.raises(PermissionDenied):
        pay(scene.contact, donation)
