"""The sweep: which stories, what is written of each, what is not told again; only scratch databases are dropped."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from calendars.working_days import is_working_day
from demo import sweep as sweeping
from demo.agenda import ThreadRefusal
from demo.management.commands import seed_demo as command
from demo.sweep import DAYS, SEEDS, Case, Figures, cases, read_figures

MONDAY, LEAP = date(2026, 3, 30), date(2028, 2, 29)
GOOD = Figures(MONDAY, 59, 1500, 110, 96, 0, "finie")


def test_the_days_are_fourteen_at_the_edges_of_the_calendar() -> None:
    assert len(DAYS) == 14
    assert LEAP in DAYS
    assert {(1, 1), (12, 31)} <= {(day.month, day.day) for day in DAYS}
    assert sum(day.weekday() == 0 for day in DAYS) >= 3
    assert any(not is_working_day(day) for day in DAYS)
    assert len(cases(DAYS, SEEDS, 1500)) == 14 * len(SEEDS)


def test_figures_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "benchmarks" / "sweep.csv"
    bad = Figures(LEAP, 1, 1500, 12, 10, 3, "StoryRefused: « Honorée », 3 fois")
    for one in (GOOD, bad):
        sweeping._append(file, one)
    assert read_figures(file) == [GOOD, bad]
    assert [one.is_good for one in read_figures(file)] == [True, False]
    assert file.read_text().splitlines()[0] == "as_of,seed,devices,seconds,cpu_seconds,refusals,ended"


def test_a_story_whose_figures_are_there_is_not_told_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sweep.csv"
    sweeping._append(file, GOOD)
    monkeypatch.setattr(sweeping, "_create", lambda *names: pytest.fail("a database is made"))
    assert list(sweeping.sweep([Case(MONDAY, 59, 1500)], output=file)) == []


@pytest.mark.parametrize("name", ["maillon", "postgres", "test_maillon"])
def test_only_a_scratch_database_is_dropped(name: str) -> None:
    with pytest.raises(ValueError, match="scratch"):
        sweeping._drop(name)


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[Figures]:
    """What the command is given instead of a sweep."""
    settings.DEMO = True
    given: list[Figures] = []

    def sweep(wanted: Sequence[Case], *, output: Path, jobs: int) -> Iterator[tuple[Figures, list[str]]]:
        yield from ((figures, ["12/03/2026, Request.live"] * figures.refusals) for figures in given)

    monkeypatch.setattr(command, "sweep", sweep)
    return given


def test_the_command_writes_a_line_for_each_story(swept: list[Figures]) -> None:
    swept.append(GOOD)
    told = StringIO()
    call_command("seed_demo", "--sweep", "--days", MONDAY.isoformat(), stdout=told)
    assert "30/03/2026, graine 59, 1500 appareils" in told.getvalue()
    assert "110 s (96 s de calcul), 0 refus" in told.getvalue()


def test_a_story_that_was_refused_something_makes_the_command_fail(swept: list[Figures]) -> None:
    swept.append(Figures(LEAP, 1, 1500, 12, 10, 1, "finie"))
    told = StringIO()
    with pytest.raises(CommandError, match="1 récit"):
        call_command("seed_demo", "--sweep", stdout=told)
    assert "12/03/2026, Request.live" in told.getvalue()


def test_nothing_is_swept_outside_the_demonstration(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="démonstration"):
        call_command("seed_demo", "--sweep")


def test_a_case_that_is_refused_is_counted_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its database: the story is not told."""

    def seed_demo(*, refused: Any, **asked: Any) -> None:
        assert asked["ahead"]
        refused(ThreadRefusal(datetime(2026, 3, 12, 12, tzinfo=UTC), "Request.live", "P-1", ValueError()))
        raise RuntimeError("the end")

    told: list[str] = []
    for name in ("_create", "_drop", "_point_to"):
        monkeypatch.setattr(sweeping, name, lambda *names: told.append(names[0]))
    monkeypatch.setattr(sweeping, "seed_demo", seed_demo)
    figures, refusals = sweeping.measure(Case(MONDAY, 59, 60), "maillon_sweep_template")
    assert (figures.refusals, figures.ended, len(refusals)) == (1, "RuntimeError: the end", 1)
    assert told[-1].startswith("maillon_sweep_")
