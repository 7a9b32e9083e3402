"""The calls of a day, a session of hand-overs, a room of machines: sets in which each device has its own values."""

from decimal import Decimal

import pytest

from distribution.enums import HandOverProof
from distribution.models import HandOver
from distribution.services import sessions
from distribution.services.sessions import Call
from lifecycle.exceptions import Unknown
from prescriptions.enums import NeedState
from prescriptions.models import Need
from refurb.enums import CedeReason, DeviceState
from refurb.models import Device
from refurb.services import stock
from tests.distribution.shelves import Shelf

pytestmark = pytest.mark.django_db


def test_each_household_of_a_day_of_calls_has_its_own_device_and_price(shelf: Shelf) -> None:
    first, second = shelf.available(), shelf.available()
    needs = [shelf.need(), shelf.need()]
    calls = {
        first.pk: Call(needs[0], Decimal(25)),
        second.pk: Call(needs[1], Decimal(25), Decimal(10), shelf.funder),
    }
    outcome = sessions.reserve_devices(actor=shelf.adviser, calls=calls)
    assert outcome.refused == {}
    assert dict(HandOver.objects.values_list("need", "to_pay")) == {needs[0].pk: 25, needs[1].pk: 15}

    outcome = sessions.hand_over_devices(actor=shelf.adviser, devices=Device.objects.filter(pk__in=calls))
    assert outcome.refused == {}
    assert set(HandOver.objects.values_list("proof", flat=True)) == {HandOverProof.ATTESTED}
    assert set(Need.objects.filter(pk__in=[need.pk for need in needs]).values_list("state", flat=True)) == {
        NeedState.MET
    }


def test_of_two_devices_called_for_one_need_neither_is_held(shelf: Shelf) -> None:
    first, second, need = shelf.available(), shelf.available(), shelf.need()
    calls = {pk: Call(need, Decimal(25)) for pk in (first.pk, second.pk)}
    outcome = sessions.reserve_devices(actor=shelf.adviser, calls=calls)
    assert (outcome.moved, set(outcome.refused)) == ([], {first.pk, second.pk})
    assert not Device.objects.filter(need=need).exists()


def test_a_device_called_without_a_price_is_held_at_its_own_as_it_is_alone(shelf: Shelf) -> None:
    device, need = shelf.available(), shelf.need()
    outcome = sessions.reserve_devices(actor=shelf.adviser, calls={device.pk: Call(need)})
    assert outcome.refused == {}
    assert HandOver.objects.get(need=need).price == device.price


def test_a_household_that_one_does_not_see_is_not_called(shelf: Shelf) -> None:
    device, other = shelf.available(), Shelf().need()
    with pytest.raises(Unknown):
        sessions.reserve_devices(actor=shelf.adviser, calls={device.pk: Call(other, Decimal(25))})
    assert Device.objects.get(pk=device.pk).state == DeviceState.AVAILABLE


def test_the_machines_of_a_room_are_ceded_together(shelf: Shelf) -> None:
    room = [shelf.ready(), shelf.ready()]
    outcome = stock.cede_devices(
        actor=shelf.manager,
        devices=Device.objects.filter(pk__in=[device.pk for device in room]),
        recipient=" Espace numérique Exemple ",
        reason=CedeReason.MEDIATION,
    )
    assert len(outcome.moved) == 2
    assert set(Device.objects.values_list("state", "recipient")) == {(DeviceState.CEDED, "Espace numérique Exemple")}
