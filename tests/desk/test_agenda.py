"""The order of time."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from desk.demo.agenda import Agenda

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
    agenda, told = Agenda(HORIZON), []
    agenda.add(acts("a", told, 9, 8))
    with pytest.raises(ValueError, match="08:00"):
        agenda.run(silently)
