"""The order of time."""

import pickle
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError

from demo.agenda import Agenda, StoryRefused, ThreadRefusal, raise_refusal
from lifecycle.exceptions import Refused
from lifecycle.previews import Outcome
from lifecycle.requirements import Reason

HORIZON = datetime(2025, 1, 1, 12, tzinfo=UTC)


def at(hour: int) -> datetime:
    return datetime(2025, 1, 1, hour, tzinfo=UTC)


def acts(name: str, told: list[str], *hours: int) -> Iterator[datetime]:
    for hour in hours:
        yield at(hour)
        told.append(f"{name}{hour}")


def silently(now: datetime) -> None:
    """Nobody watches."""


def test_threads_act_in_the_order_of_time_and_the_first_written_down_first() -> None:
    agenda, told = Agenda(HORIZON), []
    for thread in (acts("a", told, 8, 10), acts("b", told, 8, 9)):
        agenda.add(thread)
    agenda.run(silently)
    assert told == ["a8", "b8", "b9", "a10"]


def test_nothing_happens_from_the_horizon_on() -> None:
    agenda, told = Agenda(HORIZON), []
    agenda.add(acts("a", told, 11, 12))
    agenda.run(silently)
    assert told == ["a11"]


def test_a_thread_may_not_go_back_in_time() -> None:
    agenda, told = Agenda(HORIZON, raise_refusal), []
    agenda.add(acts("a", told, 9, 8))
    with pytest.raises(StoryRefused) as refused:
        agenda.run(silently)
    assert "08:00" in str(refused.value.__cause__)


class Request:
    """Something a thread has in hand; it gets its reference when it acts first."""

    reference = ""

    def __str__(self) -> str:
        return self.reference

    def live(self, told: list[str]) -> Iterator[datetime]:
        yield at(9)
        self.reference = "P-7KQ2-F4TN"
        yield at(10)
        told.append("transferred")
        raise Refused({3: (Reason("state", "Impossible depuis l’état « Honorée » de Mme Exemple."),)})


def test_a_thread_that_is_refused_ends_with_a_line_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    agenda, told, request = Agenda(HORIZON), [], Request()
    agenda.add(request.live(told), about=request)
    agenda.add(acts("b", told, 9, 11))
    agenda.run(silently)
    assert told == ["b9", "transferred", "b11"]
    (line,) = caplog.messages
    assert "01/01/2025, Request.live (P-7KQ2-F4TN)\u00a0: Refused state" in line
    assert "Exemple" not in line


def test_in_the_tests_a_refusal_is_an_error_that_names_the_thread_its_object_and_the_day() -> None:
    agenda, request = Agenda(HORIZON, raise_refusal), Request()
    agenda.add(request.live([]), about=request)
    with pytest.raises(StoryRefused, match=r"01/01/2025, Request.live \(P-7KQ2-F4TN\).*state") as refused:
        agenda.run(silently)
    assert isinstance(refused.value.__cause__, Refused)


def test_one_act_of_a_thread_may_fail_without_what_comes_after() -> None:
    refusals: list[ThreadRefusal] = []
    agenda, told = Agenda(HORIZON, refusals.append), []

    def nights() -> Iterator[datetime]:
        for hour in (8, 9):
            yield at(hour)
            with agenda.trying("clock", "lille"):
                told.append(hour)
                raise PermissionDenied

    agenda.add(nights())
    agenda.run(silently)
    assert told == [8, 9]
    assert [(one.thread, one.about, one.at) for one in refusals] == [
        ("clock", "lille", at(8)),
        ("clock", "lille", at(9)),
    ]


def test_those_of_a_set_that_are_refused_are_told_and_the_others_go_on() -> None:
    refusals: list[ThreadRefusal] = []
    agenda = Agenda(HORIZON, refusals.append)
    assert agenda.moved(Outcome(moved=[1], refused={2: (Reason("price", "Trop cher."),)}), "reserve", "lille") == [1]
    assert [refusal.why for refusal in refusals] == ["NotPossible price"]


@pytest.mark.parametrize("error", [OperationalError, BrokenProcessPool])
def test_a_database_or_another_process_that_is_away_is_no_refusal(error: type[Exception]) -> None:
    def thread() -> Iterator[datetime]:
        yield at(9)
        raise error

    agenda = Agenda(HORIZON)
    agenda.add(thread())
    with pytest.raises(error):
        agenda.run(silently)


PART = ("part",)


class WrittenDown:
    """What is told beside a story, written down as it is asked for."""

    def __init__(self, agenda: Agenda, told: list[str], *hours: int) -> None:
        self.told, self.other = told, Agenda(agenda.horizon, raise_refusal)
        self.other.add(acts("beside", told, *hours))

    def go(self, until: datetime) -> None:
        self.told.append(f"up to {until.hour}")
        self.other.run(silently, until=until)

    def meet(self) -> None:
        self.told.append("met")


class Named:
    """One of several parts that are told beside a story."""

    def __init__(self, told: list[str], part: str) -> None:
        self.told, self.part = told, part

    def go(self, until: datetime) -> None:
        self.told.append(f"{self.part} up to {until.hour}")

    def meet(self) -> None:
        self.told.append(f"{self.part} met")


def test_a_thread_that_meets_acts_after_all_that_is_told_beside_before_it_and_before_all_that_comes_later() -> None:
    agenda, told = Agenda(HORIZON), []
    agenda.add(acts("meets", told, 8, 10), meets=PART)
    agenda.add(acts("alone", told, 7, 9))
    agenda.run(silently, beside={"part": WrittenDown(agenda, told, 7, 9, 11)})
    assert told == [
        "up to 8", "beside7", "alone7", "met", "meets8", "up to 10", "beside9", "alone9", "met", "meets10", "up to 12",
        "beside11", "met",
    ]  # fmt: skip


def test_what_is_told_beside_stops_before_the_first_of_the_threads_that_meet() -> None:
    agenda, told = Agenda(HORIZON), []
    agenda.add(acts("second", told, 10), meets=PART)
    agenda.add(acts("first", told, 8), meets=PART)
    agenda.run(silently, beside={"part": WrittenDown(agenda, told, 7, 9, 11)})
    assert told == [
        "up to 8", "beside7", "met", "first8", "up to 10", "beside9", "met", "second10", "up to 12", "beside11", "met",
    ]  # fmt: skip


def test_what_is_handed_over_at_the_last_meeting_is_told_too() -> None:
    agenda, told = Agenda(HORIZON), []

    class HandsOver(WrittenDown):
        def meet(self) -> None:
            super().meet()
            agenda.add(acts("handed over", told, 11))

    agenda.add(acts("alone", told, 9))
    agenda.run(silently, beside={"part": HandsOver(agenda, told)})
    assert told == ["up to 12", "alone9", "met", "handed over11"]


def test_what_is_handed_over_at_the_last_meeting_may_meet_what_is_told_to_its_end() -> None:
    agenda, told = Agenda(HORIZON, raise_refusal), []

    class HandsOver(WrittenDown):
        def meet(self) -> None:
            super().meet()
            agenda.add(acts("handed over", told, 11), meets=PART)

    agenda.add(acts("alone", told, 9))
    agenda.run(silently, beside={"part": HandsOver(agenda, told)})
    assert told == ["up to 12", "alone9", "met", "handed over11"]


def test_a_thread_meets_the_parts_that_it_names_and_the_others_go_on() -> None:
    agenda, told = Agenda(HORIZON), []
    agenda.add(acts("both", told, 8), meets=("a", "b"))
    agenda.add(acts("one", told, 10), meets=("b",))
    beside = {part: Named(told, part) for part in ("a", "b")}
    agenda.run(silently, beside=beside)
    assert told == [
        "a up to 8", "b up to 8", "a met", "b met", "both8", "a up to 12", "b up to 10", "b met", "one10", "b up to 12",
        "a met", "b met",
    ]  # fmt: skip


def test_a_thread_does_not_meet_at_an_instant_that_may_be_told_beside_already() -> None:
    refusals: list[ThreadRefusal] = []
    agenda, told = Agenda(HORIZON, refusals.append), []

    def adds() -> Iterator[datetime]:
        yield at(8)
        agenda.add(acts("late", told, 9), meets=PART)
        agenda.add(acts("alone", told, 9))

    agenda.add(adds())
    agenda.add(acts("meets", told, 10), meets=PART)
    agenda.run(silently, beside={"part": WrittenDown(agenda, told)})
    assert [refusal.thread for refusal in refusals] == ["acts"]
    assert "late9" not in told
    assert "alone9" in told


def test_what_comes_later_than_an_instant_waits_for_another_turn() -> None:
    agenda, told = Agenda(HORIZON), []
    agenda.add(acts("a", told, 8, 10))
    agenda.run(silently, until=at(10))
    assert told == ["a8"]
    agenda.run(silently, until=at(11))
    assert told == ["a8", "a10"]


def test_a_refusal_of_another_process_says_the_same_and_where_it_was_raised() -> None:
    error = Refused({3: (Reason("state", "Impossible depuis l’état « Honorée » de Mme Exemple."),)})
    refusal = ThreadRefusal(at(9), "Filing.live", "P-7KQ2-F4TN", error)
    told = pickle.loads(pickle.dumps(refusal.elsewhere))  # noqa: S301 as between two processes of ours
    assert str(told) == str(refusal)
    with pytest.raises(StoryRefused) as raised:
        raise_refusal(told)
    assert "Honorée" in str(raised.value.__cause__)
