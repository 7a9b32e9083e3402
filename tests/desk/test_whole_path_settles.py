"""What the end of one thing does to the others: devices, lines, needs and prescriptions settle together."""

import pytest
from django.utils import timezone

from connectivity.enums import ConnectionAbandonReason, EndReason
from connectivity.models import ConnectionFile
from connectivity.services import connections
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from prescriptions.enums import ENDED_STATES
from tests.conventions.conventions import ended_alone
from tests.desk.territory import Story, balance, faults
from tests.desk.territory import story as begun
from tests.prescriptions.files import again
from tests.remembered import from_nothing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]


@pytest.fixture
def story() -> Story:
    return begun()


def test_a_story_that_another_test_began_before_goes_on_at_the_hour_it_is() -> None:
    """Or its next acts would come before those of steps that were taken since, and are put back."""
    for _ in range(2):
        with from_nothing():
            hour = timezone.now()
            assert begun().territory.at >= hour


def test_a_device_and_a_line_honour_the_prescription_whichever_comes_first(story: Story) -> None:
    story.equip()
    assert story.states() == ("accepted", "met", "waiting")
    story.line.active()
    assert story.states() == ("fulfilled", "met", "met")
    balance()
    assert faults() == []


def test_the_line_first_then_the_device(story: Story) -> None:
    story.line.active()
    assert story.states() == ("accepted", "waiting", "met")
    story.equip()
    assert story.states() == ("fulfilled", "met", "met")
    balance()


def test_a_device_without_a_line_honours_it_and_a_line_without_a_device_does_too() -> None:
    one, two = begun(), Story()
    one.equip()
    one.drop(one.connected)
    assert one.states() == ("fulfilled", "met", "unmet")
    two.line.active()
    two.drop(two.computer)
    assert two.states() == ("fulfilled", "unmet", "met")
    balance()


def test_the_last_need_given_up_closes_it_and_lets_everything_go(story: Story) -> None:
    story.reserve()
    file = story.line.chosen()
    story.drop(story.computer)
    assert story.states() == ("accepted", "unmet", "in_progress")
    assert again(story.device).state == "available"
    story.drop(story.connected)
    assert story.states() == ("closed_unmet", "unmet", "unmet")
    assert again(file).state == "abandoned"
    balance()
    assert faults() == []


def test_giving_the_prescription_up_frees_the_device_and_the_file_together(story: Story) -> None:
    story.reserve()
    file = story.territory.line(story.connected).sent()
    story.withdraw()
    assert story.states() == ("withdrawn", "unmet", "unmet")
    assert (again(story.device).state, again(story.device).need) == ("available", None)
    assert (again(file).state, again(file).abandon_reason) == ("abandoned", ConnectionAbandonReason.NEED_DROPPED)
    move = story.prescription.journal.get(verb="withdraw")
    assert story.device.journal.get(verb="release").at == again(file).journal.get(verb="abandon").at == move.at
    balance()
    assert faults() == []


def test_a_withdrawal_that_cannot_be_leaves_everything_as_it_was(story: Story) -> None:
    """What was met stays so: the rest is given up need by need."""
    story.equip()
    file = story.line.chosen()
    with pytest.raises(Refused, match="satisfait"):
        story.withdraw()
    assert story.states() == ("accepted", "met", "in_progress")
    assert again(file).state == "chosen"
    assert again(story.device).state == "handed_over"
    balance()


def test_a_prescription_that_expires_lets_everything_go(story: Story) -> None:
    """The reservation and the file end before, each by its own clock, or with it: nothing is left."""
    story.reserve()
    story.line.chosen()
    for _ in range(16):
        run_clock(at=story.territory.later(days=30))
        balance()
    assert story.states() == ("expired", "unmet", "unmet")
    assert not ConnectionFile.objects.filter(need=story.connected).exclude(state="abandoned").exists()
    assert again(story.device).need is None
    assert faults() == []


def test_what_was_met_stays_so_when_the_rest_expires(story: Story) -> None:
    story.equip()
    for _ in range(16):
        run_clock(at=story.territory.later(days=30))
        balance()
    prescription, computer, connected = story.states()
    assert (computer, connected, again(story.device).state) == ("met", "unmet", "handed_over")
    assert prescription in ENDED_STATES
    assert faults() == []


def test_the_end_of_a_convention_leaves_what_is_promised_and_takes_the_rest_back_later(story: Story) -> None:
    spare = story.shelf.ready()
    story.territory.later(minutes=1)
    spare = story.shelf.allotted(spare)
    story.reserve()
    convention = again(story.shelf.convention)
    ended_alone(convention, convention.epci_signatory, at=story.territory.at)
    assert (again(spare).state, again(spare).convention) == ("ready", None)
    assert again(story.device).state == "reserved"
    story.device = story.shelf.hand_over(again(story.device))
    assert story.states() == ("accepted", "met", "waiting")
    balance()
    run_clock(at=story.territory.later(days=120))
    assert again(story.device).state == "handed_over"
    balance()
    assert faults() == []


def test_undoing_a_hand_over_opens_the_prescription_again_and_the_line_stays(story: Story) -> None:
    file = story.line.active()
    story.equip()
    assert story.states() == ("fulfilled", "met", "met")
    gate.apply(
        again(story.device),
        "undo_hand_over",
        actor=story.territory.adviser,
        reason="entry",
        at=story.territory.later(minutes=5),
    )
    assert story.states() == ("accepted", "in_progress", "met")
    assert (again(story.device).state, again(file).state) == ("reserved", "active")
    balance()
    assert faults() == []


def test_a_line_that_ends_opens_nothing_again(story: Story) -> None:
    story.equip()
    file = story.line.active()
    connections.end_connection(
        actor=story.territory.worker, connection=file, reason=EndReason.MOVED, at=story.territory.later(days=40)
    )
    assert story.states() == ("fulfilled", "met", "met")
    balance()


def test_a_device_brought_back_and_exchanged_leaves_its_need_met(story: Story) -> None:
    other = story.shelf.ready()
    story.territory.later(minutes=1)
    other = story.shelf.on_the_shelf(other)
    first = story.shelf.take_back(story.equip())
    story.shelf.exchange(other, first)
    assert again(other).need == again(first).need == story.computer
    assert story.states() == ("accepted", "met", "waiting")
    balance()
    assert faults() == []
