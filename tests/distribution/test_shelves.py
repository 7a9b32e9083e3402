"""At a distribution point: deliveries taken in line by line, devices sent back, looked for and found."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from distribution.enums import SendBackReason
from distribution.services import allotment, hand_overs, point_stock
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from refurb.enums import DeviceType, LineOutcome, MissingReason
from refurb.models import Delivery, Device, Incident
from refurb.services import devices, stock
from tests.conventions.conventions import ended_alone
from tests.distribution.shelves import Shelf, delivery_of, quotas_balance, screen_of
from tests.distribution.test_returns import settle
from tests.prescriptions.files import again
from tests.refurb.devices import fresh, from_lot, given_to, private_lot

pytestmark = pytest.mark.django_db


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


def send_back(shelf: Shelf, device: Device, reason: str = SendBackReason.BROKEN) -> Device:
    return gate.apply(device, "send_back", actor=shelf.adviser, reason=reason)


def deliver(shelf: Shelf, *rows: Device) -> Delivery:
    """One delivery of these allotted devices."""
    allotment.ship_devices(
        actor=shelf.technician, devices=Device.objects.filter(pk__in=[row.pk for row in rows]), point=shelf.point
    )
    return delivery_of(rows[0])


# --- take in


def test_a_delivery_is_reconciled_line_by_line(shelf: Shelf) -> None:
    rows = [shelf.allotted() for _ in range(3)]
    delivery = deliver(shelf, *rows)

    point_stock.reconcile_delivery(actor=shelf.adviser, delivery=delivery, there=[rows[0].pk, rows[2].pk])

    assert [fresh(row).state for row in rows] == ["available", "missing", "available"]
    lines = {line.device_id: line for line in delivery.lines.all()}
    assert [lines[row.pk].outcome for row in rows] == [LineOutcome.STOCKED, LineOutcome.MISSING, LineOutcome.STOCKED]
    assert lines[rows[0].pk].settled_by == shelf.adviser
    assert fresh(rows[1]).missing_reason == MissingReason.DELIVERY
    assert fresh(rows[0]).available_at is not None
    assert shelf.quota().used == 2
    assert quotas_balance()
    assert not Delivery.objects.open().exists()
    assert not Incident.objects.exists()
    assert codes(lambda: point_stock.reconcile_delivery(actor=shelf.adviser, delivery=delivery, there=[])) == {
        "nothing_expected"
    }


def test_a_delivery_that_is_whole_says_nobody_missing(shelf: Shelf) -> None:
    rows = [shelf.allotted() for _ in range(2)]
    delivery = deliver(shelf, *rows)

    point_stock.reconcile_delivery(actor=shelf.adviser, delivery=delivery, there=[row.pk for row in rows])

    assert {fresh(row).state for row in rows} == {"available"}
    assert {line.outcome for line in delivery.lines.all()} == {LineOutcome.STOCKED}
    assert not Mail.objects.filter(subject__icontains="manquant").exists()


def test_what_is_not_of_the_delivery_is_not_ticked_on_it(shelf: Shelf) -> None:
    delivery, other = deliver(shelf, shelf.allotted()), shelf.shipped()

    assert codes(lambda: point_stock.reconcile_delivery(actor=shelf.adviser, delivery=delivery, there=[other.pk])) == {
        "other_delivery"
    }
    with pytest.raises(Unknown):
        point_stock.reconcile_delivery(actor=shelf.stranger, delivery=delivery, there=[])


def test_a_desktop_comes_without_its_screen(shelf: Shelf) -> None:
    desktop = shelf.allotted(shelf.desktop())
    screen = screen_of(desktop)
    delivery = deliver(shelf, desktop)

    point_stock.reconcile_delivery(actor=shelf.adviser, delivery=delivery, there=[desktop.pk])

    assert (fresh(desktop).state, fresh(screen).state) == ("available", "missing")
    assert quotas_balance()
    found = point_stock.find_device(actor=shelf.adviser, device=fresh(screen))
    assert (found.state, found.quota) == ("available", None)
    assert quotas_balance()


def test_a_screen_comes_without_its_desktop(shelf: Shelf) -> None:
    desktop = shelf.allotted(shelf.desktop())
    screen = screen_of(desktop)
    delivery = deliver(shelf, desktop)

    point_stock.reconcile_delivery(actor=shelf.adviser, delivery=delivery, there=[screen.pk])

    assert (fresh(desktop).state, fresh(screen).state) == ("missing", "available")
    assert send_back(shelf, fresh(screen)).attached_to is None


def test_the_adviser_of_the_relay_takes_in_what_is_sent_to_it(shelf: Shelf) -> None:
    device, other = shelf.shipped(point=shelf.relay_point), shelf.shipped()

    assert gate.apply(device, "stock_in", actor=shelf.relay).state == "available"
    with pytest.raises(Unknown):
        gate.apply(other, "stock_in", actor=shelf.relay)
    with pytest.raises(PermissionDenied):
        gate.apply(other, "stock_in", actor=shelf.technician)
    with pytest.raises(Unknown):
        gate.apply(other, "stock_in", actor=shelf.stranger)
    rows = Device.objects.filter(pk=other.pk)
    assert point_stock.stock_in_devices(actor=shelf.adviser, devices=rows).moved == [other.pk]


# --- send back


@pytest.mark.parametrize("state", ["shipped", "available"])
def test_what_is_sent_back_begins_a_new_stay_and_gives_its_place_back(shelf: Shelf, state: str) -> None:
    device = shelf.shipped() if state == "shipped" else shelf.available()
    assert codes(lambda: send_back(shelf, device, "")) == {"reason"}

    back = send_back(shelf, device)

    assert (back.state, back.stay, back.received_at, back.tag) == ("received", 2, back.moved_at, device.tag)
    assert (back.convention, back.quota, back.point, back.delivery, back.available_at, back.grade) == (
        None,
        None,
        None,
        None,
        None,
        "",
    )
    assert shelf.quota().used == 0
    outcome = LineOutcome.SENT_BACK if state == "shipped" else LineOutcome.STOCKED
    assert back.delivery_lines.get().outcome == outcome
    assert not Device.objects.proven().filter(pk=back.pk).exists()


def test_a_desktop_is_sent_back_with_its_screen(shelf: Shelf) -> None:
    desktop = shelf.on_the_shelf(shelf.desktop())
    screen = screen_of(desktop)

    send_back(shelf, desktop)

    assert (fresh(screen).state, fresh(screen).attached_to, fresh(screen).stay) == ("received", None, 2)
    assert quotas_balance()


def test_what_the_end_of_a_convention_leaves_on_the_shelf_is_listed_for_send_back(shelf: Shelf) -> None:
    rows = [shelf.available(), shelf.shipped(), shelf.reserved()]
    handed, now = shelf.handed_over(), timezone.now()
    signatory = shelf.convention.distributor_signatory
    assert not Device.objects.to_send_back(now).exists()

    ended_alone(shelf.convention, signatory)

    assert not Device.objects.to_send_back(now + timedelta(days=89)).exists()
    assert set(Device.objects.to_send_back(now + timedelta(days=90))) == set(rows)
    assert handed not in Device.objects.to_send_back(now + timedelta(days=90))


# --- missing and found


def test_the_adviser_looks_for_what_was_sent_to_its_points(shelf: Shelf) -> None:
    available, elsewhere = shelf.available(), shelf.ready()

    lost = shelf.missing(available)

    assert (lost.state, lost.convention, lost.quota) == ("missing", shelf.convention, shelf.quota())
    assert shelf.quota().used == 0
    with pytest.raises(Unknown):
        shelf.missing(elsewhere)
    with pytest.raises(Refused):
        shelf.missing(shelf.handed_over())


@pytest.mark.parametrize("state", ["allotted", "shipped", "available", "reserved", "returned"])
def test_a_place_is_given_back_by_what_is_not_found_wherever_it_was(shelf: Shelf, state: str) -> None:
    device = getattr(shelf, state)()
    assert shelf.quota().used == 1

    lost = shelf.missing(device, actor=shelf.technician)

    assert lost.state == "missing"
    assert shelf.quota().used == 0
    assert quotas_balance()
    if state == "returned":  # its household is owed something: until then it enters no stock
        settle(shelf, lost)
    received = devices.receive_device(actor=shelf.technician, device=lost, tag=lost.tag)
    assert (received.convention, received.quota, received.need, received.point, received.warranty_until) == (
        None,
        None,
        None,
        None,
        None,
    )


def test_found_again_a_device_takes_its_place_of_the_quota_again(shelf: Shelf) -> None:
    lost = shelf.missing(shelf.available())

    found = point_stock.find_device(actor=shelf.adviser, device=lost)

    assert (found.state, found.missing_at, found.need) == ("available", None, None)
    assert shelf.quota().used == 1
    assert quotas_balance()


def test_a_place_that_was_taken_meanwhile_keeps_a_device_missing() -> None:
    shelf = Shelf(quotas={"laptop": 1})
    lost = shelf.missing(shelf.available())
    shelf.allotted()

    assert codes(lambda: point_stock.find_device(actor=shelf.adviser, device=lost)) == {"quota"}


@pytest.mark.usefixtures("days_to_come")
def test_a_device_is_found_at_a_point_it_was_sent_to_in_this_stay_under_a_convention_that_allows_it(
    shelf: Shelf,
) -> None:
    never_sent = shelf.missing(shelf.allotted(), actor=shelf.technician)
    with pytest.raises(Unknown):
        point_stock.find_device(actor=shelf.adviser, device=never_sent)
    brought_back = shelf.missing(shelf.returned())
    with pytest.raises(PermissionDenied):  # its return is found again instead
        point_stock.find_device(actor=shelf.adviser, device=brought_back)
    relayed = shelf.missing(shelf.available(point=shelf.relay_point))
    with pytest.raises(PermissionDenied):
        point_stock.find_device(actor=shelf.relay, device=relayed)
    ended_alone(shelf.convention, shelf.convention.distributor_signatory)
    late = timezone.now() + timedelta(days=91)
    assert codes(lambda: point_stock.find_device(actor=shelf.adviser, device=relayed, at=late)) == {
        "convention_hands_over"
    }
    assert point_stock.find_device(actor=shelf.adviser, device=relayed).state == "available"


def test_a_reservation_falls_with_a_device_that_is_not_found(shelf: Shelf) -> None:
    desktop = shelf.reserve(shelf.on_the_shelf(shelf.desktop()))
    need, screen = desktop.need, screen_of(desktop)
    assert need is not None

    lost = shelf.missing(desktop)

    assert (lost.need, lost.reserved_until, again(need).state) == (None, None, "waiting")
    assert (fresh(screen).state, fresh(screen).need) == ("available", None)
    assert desktop.hand_overs.get().closed_because == "lost"
    entry = again(need).journal.latest("seq")
    assert (entry.verb, entry.cause_machine, entry.cause_entry) == (
        "wait_again",
        "device",
        lost.journal.latest("seq").pk,
    )
    found = point_stock.find_device(actor=shelf.adviser, device=lost)
    assert shelf.reserve(found, need).need == need


def test_lost_once_its_household_brought_it_back_it_is_an_incident_that_is_not_its_donors() -> None:
    scene = private_lot()
    shelf = Shelf(given_to(scene))
    device = gate.apply(from_lot(scene), "start", actor=shelf.technician)
    device = shelf.bench.recondition(shelf.bench.prepared(device))
    returned = shelf.returned(shelf.handed_over(shelf.reserve(shelf.on_the_shelf(device))))

    shelf.missing(returned)

    incident = Incident.objects.get()
    assert (incident.lost_from, incident.donation, incident.device) == ("returned", None, returned)


# --- nothing on a device says what it is no longer


def test_what_comes_back_is_worked_on_like_any_other(shelf: Shelf) -> None:
    back = send_back(shelf, shelf.available())
    device = shelf.bench.prepared(gate.apply(back, "start", actor=shelf.technician))

    again_ready = stock.recondition_device(actor=shelf.technician, device=device, price=25)  # type: ignore[arg-type]

    assert shelf.allotted(again_ready).stay == 2
    assert hand_overs.HandOver.objects.count() == 0
    assert again_ready.type == DeviceType.LAPTOP
