"""Stocktakes: each workshop counts its shelves in the spring and begins again at the end; one was begun too early."""

from datetime import datetime, timedelta
from random import Random

from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.cast import WORKSHOPS
from demo.context import Story
from distribution.models import Stocktake
from distribution.services.stocktakes import begin_stocktake, close_stocktake, put_away_misplaced, scan_stock
from distribution.stocktaking import expected_in
from lifecycle import gate
from network.models import Membership

COUNTED = 60
"""So many working days before the end, every workshop counts all it has."""
AGAIN = 1
"""On the eve of the end, one begins again, and has not finished."""
LEFT_TO_SCAN = 3
"""Of what it has, one device in three is not scanned yet."""
STRAY = 40
"""One device in forty was not where Maillon says."""


def counts(story: Story) -> Thread:
    """The workshops count one after the other; what was put elsewhere is written where it was seen."""
    people = [story.cast.technician(workshop, Random(workshop)) for workshop in WORKSHOPS]  # noqa: S311
    day = working_day(story.back(COUNTED))
    yield (at := local(day, 9, 5))
    with story.agenda.trying("counts", "trop tôt"):
        early = begin_stocktake(actor=people[0], at=at)
        gate.apply(early, "abandon", actor=people[0], at=at + timedelta(minutes=4))
    for rank, technician in enumerate(people):
        yield (at := local(working_day(day + timedelta(days=rank)), 14, 10))
        if not expected_in(Stocktake(workshop_id=technician.organisation_id)).exists():
            continue
        with story.agenda.trying("counts", technician.organisation):
            stocktake = _scanned(technician, at, every=1)
            closed = at + timedelta(minutes=50)
            close_stocktake(actor=technician, stocktake=stocktake, at=closed)
            put_away_misplaced(actor=technician, stocktake=stocktake)
    yield (at := local(story.back(AGAIN), 16, 20))
    with story.agenda.trying("counts", "en cours"):
        _scanned(people[0], at, every=LEFT_TO_SCAN)


def _scanned(technician: Membership, at: datetime, *, every: int) -> Stocktake:
    """A stocktake where all was scanned at its place, or all but one in ``every``; a few were elsewhere."""
    stocktake = begin_stocktake(actor=technician, at=at)
    by_place: dict[str, list[str]] = {}
    for rank, device in enumerate(expected_in(stocktake).order_by("place", "tag")):
        if every > 1 and rank % every == 0:
            continue
        place = "Chariot de l’établi" if rank % STRAY == STRAY - 1 else device.place
        by_place.setdefault(place, []).append(device.tag)
    for place, tags in by_place.items():
        scan_stock(actor=technician, stocktake=stocktake, texts=tags, place=place, at=at)
    return stocktake
