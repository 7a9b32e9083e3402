"""Real connections at once on places, needs and devices: one passes before the other, nothing is half done."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from conventions.services.endings import terminate_convention
from distribution.models import Appointment, HandOver
from distribution.services.appointments import book_appointment
from distribution.services.hand_overs import prepare_exchange
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.models import Membership
from prescriptions.models import Need
from prescriptions.services.households import attach_household
from prescriptions.services.prescriptions import withdraw_prescription
from refurb.models import Device
from tests.conventions.conventions import noticed
from tests.distribution.hours import need_of, next_hours, opened
from tests.distribution.shelves import Shelf, quotas_balance
from tests.prescriptions.files import again
from tests.races import at_once
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def won(answers: list[Any]) -> int:
    return sum(not isinstance(answer, Refused) for answer in answers)


def codes(answers: list[Any]) -> set[str]:
    return {reason.code for answer in answers if isinstance(answer, Refused) for reason in answer.all}


def test_the_last_place_of_a_quota_is_taken_once() -> None:
    shelf = Shelf(quotas={"laptop": 1})
    rows, manager, convention = [shelf.ready() for _ in range(3)], shelf.manager, shelf.convention

    def allot(device: Device) -> Callable[[], Any]:
        return lambda: shelf.allotted(device, convention, actor=manager)

    answers = at_once(*(allot(row) for row in rows))

    assert won(answers) == 1
    assert codes(answers) == {"quota"}
    assert shelf.quota().used == 1
    assert quotas_balance()


def test_one_device_is_held_for_one_of_two_needs(shelf: Shelf) -> None:
    device, adviser, needs = shelf.available(), shelf.adviser, [shelf.need(), shelf.need()]

    answers = at_once(*((lambda need=need: shelf.reserve(device, need, actor=adviser)) for need in needs))

    assert won(answers) == 1
    assert codes(answers) == {"state"}
    held = fresh(device)
    assert sorted(again(need).state for need in needs) == ["in_progress", "waiting"]
    assert held.need is not None
    assert again(held.need).state == "in_progress"
    assert HandOver.objects.count() == 1


def test_one_need_is_served_by_one_of_two_devices(shelf: Shelf) -> None:
    rows, adviser, need = [shelf.available(), shelf.available()], shelf.adviser, shelf.need()

    answers = at_once(*((lambda row=row: shelf.reserve(row, need, actor=adviser)) for row in rows))

    assert won(answers) == 1
    assert codes(answers) == {"need_waiting", "need_free"}
    assert sorted(fresh(row).state for row in rows) == ["available", "reserved"]


@pytest.mark.parametrize("turn", range(2))
def test_a_household_has_its_device_or_gives_its_prescription_up(shelf: Shelf, turn: int) -> None:
    device, adviser = shelf.reserved(), shelf.adviser
    need = device.need
    assert need is not None
    prescription, worker = need.prescription, need.prescription.worker

    handed, withdrawn = at_once(
        lambda: shelf.hand_over(device, actor=adviser),
        lambda: withdraw_prescription(actor=worker, prescription=prescription, reason="moved_away"),
    )

    assert won([handed, withdrawn]) == 1
    states = (fresh(device).state, again(need).state, again(prescription).state)
    assert states in (("handed_over", "met", "fulfilled"), ("available", "unmet", "withdrawn"))
    assert isinstance(handed, Refused) == (states[0] == "available")


@pytest.mark.parametrize("turn", range(2))
def test_nothing_stays_allotted_to_a_convention_that_is_terminated(shelf: Shelf, turn: int) -> None:
    device, manager, convention = shelf.ready(), shelf.manager, shelf.convention
    signatory = convention.distributor_signatory

    held = noticed(convention, signatory)
    allotted, ended = at_once(
        lambda: shelf.allotted(device, convention, actor=manager),
        lambda: terminate_convention(actor=signatory, convention=held),
    )

    assert not isinstance(ended, Refused)
    assert fresh(device).state == "ready"
    assert shelf.quota().used == 0
    if isinstance(allotted, Refused):
        assert codes([allotted]) <= {"convention", "some_convention"}


def test_of_two_exchanges_prepared_at_once_for_one_device_a_single_one_waits_for_its_signature(shelf: Shelf) -> None:
    back, adviser, spares = shelf.returned(), shelf.adviser, [shelf.available(), shelf.available()]

    answers = at_once(
        *((lambda spare=spare: prepare_exchange(actor=adviser, device=spare, replaces=back)) for spare in spares)
    )

    assert won(answers) == 2
    assert HandOver.objects.prepared_exchanges().filter(replaces=back).count() == 1


def test_a_household_with_two_files_is_served_once(shelf: Shelf) -> None:
    rows, adviser, needs = [shelf.available(), shelf.available()], shelf.adviser, [shelf.need(), shelf.need()]
    one, two = (need.prescription.household for need in needs)
    attach_household(actor=shelf.pilot, household=one, same_as=two)

    pairs = zip(rows, needs, strict=True)
    answers = at_once(*((lambda row=row, need=need: shelf.reserve(row, need, actor=adviser)) for row, need in pairs))

    assert won(answers) == 1
    assert codes(answers) == {"served_once"}
    assert sorted(fresh(row).state for row in rows) == ["available", "reserved"]
    assert sorted(again(need).state for need in needs) == ["in_progress", "waiting"]
    assert HandOver.objects.count() == 1


def booking(adviser: Membership, need: Need, hour: datetime) -> Callable[[], Any]:
    return lambda: book_appointment(actor=adviser, need=need, starts_at=hour)


def test_the_last_place_of_an_hour_is_taken_once(shelf: Shelf) -> None:
    opened(shelf)
    rows, adviser = [shelf.reserved() for _ in range(3)], shelf.adviser
    hour = next_hours(shelf, rows[0])[0].starts_at
    needs = [need_of(row) for row in rows]

    answers = at_once(
        *((lambda need=need: book_appointment(actor=adviser, need=need, starts_at=hour)) for need in needs)
    )

    assert won(answers) == 1
    assert codes(answers) == {"seat_left"}
    assert Appointment.objects.get().seat == 1


def test_two_who_book_the_same_hour_of_two_places_both_come(shelf: Shelf) -> None:
    opened(shelf, places=2)
    needs, adviser = [need_of(shelf.reserved()) for _ in range(2)], shelf.adviser
    hour = next_hours(shelf, Device.objects.filter(need=needs[0]).get())[0].starts_at

    answers = at_once(
        *((lambda need=need: book_appointment(actor=adviser, need=need, starts_at=hour)) for need in needs)
    )

    assert won(answers) == 2
    assert sorted(Appointment.objects.values_list("seat", flat=True)) == [1, 2]


def test_what_is_released_while_an_hour_is_taken_for_it_is_expected_by_nobody(shelf: Shelf) -> None:
    opened(shelf)
    device, adviser = shelf.reserved(), shelf.adviser
    need, hour = need_of(device), next_hours(shelf, device)[0].starts_at

    at_once(
        lambda: book_appointment(actor=adviser, need=need, starts_at=hour),
        lambda: gate.apply(device, "release", actor=adviser),
    )

    assert fresh(device).state == "available"
    assert not Appointment.objects.booked().exists()
