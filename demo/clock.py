"""The clock of Maillon, inside the story: what is due happens in the night, as in life."""

from datetime import datetime, timedelta

from calendars.working_days import add_months
from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.context import Story
from lifecycle.clock import run_clock
from lifecycle.sealing import seal_journals
from refurb.lot_certificates import renew_lots

HOUR = 6
EVERY_NIGHT = 8
"""So many working days before the end the clock runs every night."""
FORTNIGHT = timedelta(days=14)
"""Before that, how often it runs: in the night before a Monday."""
LAST_NIGHTS = 3
"""So many working days before the end the journals are sealed every night, as a service that begins would."""
EARLY_MONTHS = 41
"""How long before the end the first household was met: two years, one more, and the time of a notice."""
FIRST_NIGHTS = 18
"""So many months before the end the clock begins: of what was met before, nothing falls due earlier."""


def nights(story: Story) -> Thread:
    """Once a month before the story begins, every other Monday then, and every night of the last days.

    The nights on which a convention takes effect too: what falls due in between is caught up with, as after a stop.
    The certificates of lots are made again, and the journals sealed, in the last of them.
    """
    for count in range(FIRST_NIGHTS, 0, -1):
        day = add_months(story.last, -count)
        if day >= story.first:
            break
        yield (at := local(day, HOUR))
        _run(story, at)
    day = story.first
    monday = day + timedelta(days=-day.weekday() % 7)
    every_night, last_nights = story.back(EVERY_NIGHT), story.back(LAST_NIGHTS)
    while day < story.last:
        is_turn = day >= monday
        if is_turn:
            monday += FORTNIGHT
        if is_turn or day >= every_night or day in story.effects:
            yield (at := local(day, HOUR))
            _run(story, at)
            if day >= last_nights:
                renew_lots(at=at)
                _seal(story, at)
        day = working_day(day + timedelta(days=1))


def _seal(story: Story, at: datetime) -> None:
    with story.agenda.trying("seals"):
        seal_journals(at=at)


def _run(story: Story, at: datetime) -> None:
    with story.agenda.trying("clock"):
        run_clock(at=at)
