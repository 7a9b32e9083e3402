"""The clock of Maillon, inside the story: what is due happens in the night, as in life."""

from datetime import datetime, timedelta

from calendars.working_days import add_months
from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.context import Story
from lifecycle.clock import run_clock
from lifecycle.sealing import seal_journals

HOUR = 6
EVERY_NIGHT = 22
"""So many working days before the end the clock runs every night."""
NIGHTS = (0,)
"""Before that, the days of the week in the night before which it runs."""
WEEK = 5
"""So many working days before the end the journals are sealed every night, as a service that begins would."""
EARLY_MONTHS = 41
"""How long before the end the first household was met: two years, one more, and the time of a notice."""


def nights(stage: Story) -> Thread:
    """Once a month before the story begins; then some nights of each week, all those of the last weeks.

    Every night on which a convention takes effect too: what falls due in between is caught up with, as after a stop.
    """
    for count in range(EARLY_MONTHS, 0, -1):
        day = add_months(stage.last, -count)
        if day >= stage.first:
            break
        yield (at := local(day, HOUR))
        _run(stage, at)
    day = stage.first
    every_night, last_week = stage.back(EVERY_NIGHT), stage.back(WEEK)
    while day < stage.last:
        if day >= every_night or day.weekday() in NIGHTS or day in stage.effects:
            yield (at := local(day, HOUR))
            _run(stage, at)
            if day >= last_week:
                _seal(stage, at)
        day = working_day(day + timedelta(days=1))


def _seal(stage: Story, at: datetime) -> None:
    with stage.agenda.trying("seals"):
        seal_journals(at=at)


def _run(stage: Story, at: datetime) -> None:
    with stage.agenda.trying("clock"):
        run_clock(at=at)
