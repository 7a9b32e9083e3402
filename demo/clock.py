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
EVERY_NIGHT = 22
"""So many working days before the end the clock runs every night."""
NIGHTS = (0,)
"""Before that, the days of the week in the night before which it runs."""
WEEK = 5
"""So many working days before the end the journals are sealed every night, as a service that begins would."""
EARLY_MONTHS = 41
"""How long before the end the first household was met: two years, one more, and the time of a notice."""


def nights(story: Story) -> Thread:
    """Once a month before the story begins; then some nights of each week, all those of the last weeks.

    Every night on which a convention takes effect too: what falls due in between is caught up with, as after a stop.
    The certificates of lots are made again in the last weeks.
    """
    for count in range(EARLY_MONTHS, 0, -1):
        day = add_months(story.last, -count)
        if day >= story.first:
            break
        yield (at := local(day, HOUR))
        _run(story, at)
    day = story.first
    every_night, last_week = story.back(EVERY_NIGHT), story.back(WEEK)
    while day < story.last:
        if day >= every_night or day.weekday() in NIGHTS or day in story.effects:
            yield (at := local(day, HOUR))
            _run(story, at)
            if day >= every_night:
                renew_lots(at=at)
            if day >= last_week:
                _seal(story, at)
        day = working_day(day + timedelta(days=1))


def _seal(story: Story, at: datetime) -> None:
    with story.agenda.trying("seals"):
        seal_journals(at=at)


def _run(story: Story, at: datetime) -> None:
    with story.agenda.trying("clock"):
        run_clock(at=at)
