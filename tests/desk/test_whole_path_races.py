"""Real connections at once across the apps: one passes before the other, nothing is half done, nobody deadlocks."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from connectivity.models import ConnectionFile
from conventions.services.endings import terminate_convention
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from prescriptions.services.households import move_household
from tests.conventions.conventions import noticed
from tests.desk.territory import Story, balance, faults
from tests.network.factories import make_commune
from tests.prescriptions.files import again
from tests.races import at_once, somebody_waits
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def story() -> Story:
    """All its people are there: none is made while others act."""
    told = Story()
    told.territory.worker, told.territory.adviser, told.territory.own_offer, told.shelf.manager  # noqa: B018
    told.territory.go_to(None)
    return told


def refused(*answers: Any) -> int:
    return sum(isinstance(answer, Refused) for answer in answers)


@pytest.mark.parametrize("turn", range(2))
def test_the_device_and_the_line_that_come_at_once_close_the_prescription_once(story: Story, turn: int) -> None:
    device, file = story.reserve(), story.line.chosen()
    answers = at_once(lambda: story.shelf.hand_over(device), lambda: story.line.activate(file))
    assert refused(*answers) == 0
    assert story.states() == ("fulfilled", "met", "met")
    assert story.prescription.journal.filter(verb="fulfil").count() == 1
    balance()
    assert faults() == []


@pytest.mark.parametrize("turn", range(2))
def test_giving_up_while_the_device_is_handed_over_and_the_line_activated(story: Story, turn: int) -> None:
    device, file = story.reserve(), story.line.chosen()
    answers = at_once(lambda: story.shelf.hand_over(device), lambda: story.line.activate(file), story.withdraw)
    given_up = not isinstance(answers[2], Refused)
    assert refused(*answers[:2]) == (2 if given_up else 0)
    assert story.states() == (("withdrawn", "unmet", "unmet") if given_up else ("fulfilled", "met", "met"))
    balance()
    assert faults() == []


def test_a_file_is_proposed_while_the_prescription_is_given_up(story: Story) -> None:
    _, given_up = at_once(story.line.proposed, story.withdraw)
    assert not isinstance(given_up, Refused)
    assert story.states() == ("withdrawn", "unmet", "unmet")
    assert not ConnectionFile.objects.live().filter(need=story.connected).exists()
    balance()


def test_two_advisers_hold_two_devices_for_one_need(story: Story) -> None:
    other, relay = story.shelf.available(point=story.shelf.relay_point), story.shelf.relay
    answers = at_once(
        lambda: story.shelf.reserve(story.device, story.computer),
        lambda: story.shelf.reserve(other, story.computer, actor=relay),
    )
    assert refused(*answers) == 1
    assert sorted([fresh(story.device).state, fresh(other).state]) == ["available", "reserved"]
    balance()


def ends(story: Story) -> Callable[[], Any]:
    convention = again(story.shelf.convention)
    signatory = convention.epci_signatory
    held = noticed(convention, signatory)
    return lambda: terminate_convention(actor=signatory, convention=held)


@pytest.mark.parametrize("turn", range(2))
def test_a_convention_ends_while_devices_are_allotted_held_and_shipped(story: Story, turn: int) -> None:
    ready, allotted, manager = story.shelf.ready(), story.shelf.allotted(), story.shelf.manager
    convention, point = again(story.shelf.convention), story.shelf.point
    answers = at_once(
        ends(story),
        lambda: story.shelf.allotted(ready, convention, actor=manager),
        lambda: story.shelf.shipped(allotted, point),
        lambda: story.shelf.reserve(story.device, story.computer),
    )
    assert refused(answers[0], answers[3]) == 0
    assert fresh(ready).state == "ready"
    assert fresh(allotted).state == ("ready" if isinstance(answers[2], Refused) else "shipped")
    assert fresh(story.device).state == "reserved"
    balance()
    assert faults() == []


def test_a_device_that_is_leaving_does_not_keep_a_convention_from_ending(story: Story) -> None:
    leaving, staying, point = story.shelf.allotted(), story.shelf.allotted(), story.shelf.point
    shipped, blocked = Event(), Event()

    def leaves() -> None:
        with transaction.atomic():
            story.shelf.shipped(leaving, point)
            shipped.set()
            assert blocked.wait(timeout=10)

    def notices() -> None:
        deadline = monotonic() + 10
        while not (waited := somebody_waits()) and monotonic() < deadline:
            sleep(0.02)
        blocked.set()
        assert waited, "whoever ends the convention does not wait for what is leaving"

    def stops() -> Any:
        assert shipped.wait(timeout=10)
        return ends(story)()

    answers = at_once(leaves, notices, stops)
    assert refused(*answers) == 0
    assert again(story.shelf.convention).state == "terminated"
    assert (fresh(leaving).state, fresh(staying).state) == ("shipped", "ready")
    balance()
    assert faults() == []


@pytest.mark.usefixtures("days_to_come")
def test_the_clock_releases_what_an_adviser_hands_over(story: Story) -> None:
    device = story.reserve()
    assert device.reserved_until is not None
    late = device.reserved_until + timedelta(days=1)
    handed, _ = at_once(lambda: story.shelf.hand_over(device, at=late), lambda: run_clock(at=late))
    states = (fresh(device).state, again(story.computer).state)
    assert states in (("handed_over", "met"), ("available", "waiting"))
    assert isinstance(handed, Refused) == (states[0] == "available")
    balance()


def test_a_household_moves_while_a_device_is_held_and_a_file_is_proposed(story: Story) -> None:
    household, commune, day = story.prescription.household, make_commune(), timezone.localdate()
    worker = story.territory.worker
    answers = at_once(
        lambda: move_household(actor=worker, household=household, commune=commune, moved_on=day),
        lambda: story.shelf.reserve(story.device, story.computer),
        story.line.proposed,
    )
    assert not isinstance(answers[0], Refused)
    assert {again(need).epci_id for need in (story.computer, story.connected)} == {commune.epci_id}
    assert again(story.connected).connections.get().epci_id == commune.epci_id
    balance()
    assert faults() == []


def test_an_undone_hand_over_and_a_line_at_once_leave_it_open_with_one_need_met(story: Story) -> None:
    device, file, adviser = story.equip(), story.line.chosen(), story.territory.adviser
    answers = at_once(
        lambda: gate.apply(device, "undo_hand_over", actor=adviser, reason="entry"),
        lambda: story.line.activate(file),
    )
    assert refused(*answers) == 0
    assert story.states() == ("accepted", "in_progress", "met")
    balance()
    assert faults() == []
