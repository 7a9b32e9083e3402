"""The clock of Maillon, inside the story: what is due happens in the night, as in life."""

from datetime import timedelta

from desk.demo.agenda import Thread
from desk.demo.calendar import local, months_before, working_day
from desk.demo.stage import Stage
from lifecycle.clock import run_clock

HOUR = 6
EARLY_MONTHS = 41
"""How long before the end the first household was met: two years, one more, and the time of a notice."""


def nights(stage: Stage) -> Thread:
    """Once a month before the story begins, then before each working day."""
    for count in range(EARLY_MONTHS, 0, -1):
        day = months_before(stage.last, count)
        if day >= stage.first:
            break
        yield (at := local(day, HOUR))
        run_clock(at=at)
    day = stage.first
    while day < stage.last:
        yield (at := local(day, HOUR))
        run_clock(at=at)
        day = working_day(day + timedelta(days=1))
