"""What a lot costs its workshop, and who may say so."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from lifecycle.exceptions import Refused, Unknown
from network.models import Membership
from refurb.models import Costing
from refurb.services import stock
from tests.pages import acting, answered
from tests.races import at_once
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
    with pytest.raises(Unknown):
        pay(manager, donation, supersedes=Costing(donation=donation, workshop=Bench().workshop.organisation))
    with pytest.raises(Refused):
        pay(manager, donation, supersedes=Costing(donation=scene.announced(), workshop=first.workshop))

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


def test_a_line_of_another_lot_is_said_so_on_the_page_and_nothing_typed_is_lost() -> None:
    scene = private_lot()
    first = pay(scene.north.manager, scene.collected())
    other = scene.collected()
    typed = {"donation": other.pk, "kind": "parts", "amount": "12,34", "spent_on": "2026-11-24"}
    client, page = acting(scene.north.manager), reverse("refurb:cost_record")

    said = answered(client, page, **typed, supersedes=first.pk)

    assert "celle d’un autre lot" in said
    assert "12,34" in said
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert "Ce jour est à venir" in answered(client, page, **typed | {"spent_on": tomorrow.isoformat()})
    assert "avant l’annonce du lot" in answered(client, page, **typed | {"spent_on": "1926-11-24"})
    assert Costing.objects.get() == first


def test_an_expense_from_before_its_lot_was_written_down_is_kept_unless_its_year_is_wrong() -> None:
    scene = private_lot()
    lot, manager = scene.collected(), scene.north.manager
    oldest = add_months(timezone.localdate(lot.announced_at), -36)
    assert pay(manager, lot, spent_on=oldest).spent_on == oldest
    with pytest.raises(Refused, match="vérifiez l’année"):
        pay(manager, lot, spent_on=oldest - timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_two_people_who_replace_one_line_at_once_replace_it_once() -> None:
    scene = private_lot()
    donation, manager = scene.collected(), scene.north.manager
    first = pay(manager, donation)

    def replace() -> Costing:
        return pay(manager, donation, amount=Decimal(75), supersedes=Costing.objects.get(pk=first.pk))

    answers = at_once(replace, replace)

    assert sorted(type(one).__name__ for one in answers) == ["Costing", "Refused"]
