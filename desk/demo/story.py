"""What happens when: the lots that show every way through the chain, then ordinary ones up to the size asked for."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random

from desk.demo.agenda import Agenda
from desk.demo.asked import asked, long_gone
from desk.demo.calendar import is_worked, local, months_before, working_day
from desk.demo.cast import WORKSHOPS, gather
from desk.demo.catalogue import Catalogue, Model
from desk.demo.clock import EARLY_MONTHS, nights
from desk.demo.homes import Homes
from desk.demo.lots import Journey, Line, Lot
from desk.demo.months import months, running_month
from desk.demo.requests import Request
from desk.demo.rounds import counter, weekly
from desk.demo.shown import shown
from desk.demo.stage import Stage
from desk.demo.strays import strays
from desk.demo.treaties import Treaty, deals
from desk.demo.waste import passages
from lifecycle.references import drawn_from
from refurb.enums import DeviceType, LineCondition, RefusalCode

MONTHS = 8
HOUSEHOLDS = 0.3
"""How many households ask for something, for each device that is offered."""
AGES = (3, 4, 5, 6, 7)
"""Years between the purchase and the gift of what is offered for reuse."""
RECENT = 0.3
"""The share of lots of the last weeks beyond chance, so that the benches are busy on the last day."""
COMMON = (
    (DeviceType.LAPTOP, 45),
    (DeviceType.DESKTOP, 22),
    (DeviceType.SCREEN, 14),
    (DeviceType.SMARTPHONE, 10),
    (DeviceType.TABLET, 9),
)
"""What donors offer, in per cent."""


def tell_story(*, as_of: date, seed: int, devices: int, tell: Callable[[float, datetime], None]) -> None:
    """Play the eight months before ``as_of`` through the services: same day, seed and size, same département.

    ``devices`` is about how many, never fewer than the ninety or so of the lots that show every way; households are
    in proportion. ``tell`` is given how much is done (0 to 1) and the instant reached.
    """
    rng, references = Random(f"story {seed}"), Random(seed)  # noqa: S311 nothing here is a secret
    first = working_day(months_before(as_of, MONTHS))
    start, horizon = local(first, 8), local(as_of, 0)
    with drawn_from(references):
        cast = gather(local(months_before(as_of, EARLY_MONTHS), 8))
        stage = Stage(cast, Catalogue(), rng, Agenda(horizon), first, as_of)
        lots = list(shown(stage))
        lots += ordinary(stage, devices - sum(lot.size for lot in lots))
        for thread in (nights(stage), months(stage), running_month(stage), strays(stage)):
            stage.agenda.add(thread)
        _distribute(stage, round(devices * HOUSEHOLDS))
        for workshop in WORKSHOPS:
            stage.agenda.add(passages(stage, workshop, cast.organisations["recyclage"]))
        for lot in lots:
            stage.agenda.add(Journey(stage, lot).live())
        stage.agenda.run(lambda now: tell(max((now - start) / (horizon - start), 0), now))


def _distribute(stage: Stage, households: int) -> None:
    """The conventions, the households, the weeks of the workshops and of the points."""
    homes = Homes(stage.cast, stage.rng)
    for deal in deals(stage):
        stage.agenda.add(Treaty(stage, deal).live())
    for thread in long_gone(stage, homes):
        stage.agenda.add(thread)
    for ask in asked(stage, homes, households):
        stage.agenda.add(Request(stage, ask).live())
    for workshop in WORKSHOPS:
        stage.agenda.add(weekly(stage, workshop))
    for point in stage.cast.points:
        stage.agenda.add(counter(stage, point))


def ordinary(stage: Stage, devices: int) -> Iterator[Lot]:
    """Lots of every size, on any working day, from any donor, until so many devices are offered."""
    days = [day for day in _days(stage.first, stage.last) if is_worked(day)]
    rng, donors = stage.rng, stage.cast.donors()
    while devices > 0:
        lines = tuple(_offer(stage) for _ in range(rng.choice((1, 1, 2, 2, 3))))
        alone = [WORKSHOPS[:1], WORKSHOPS[1:]] * 2
        shared = [WORKSHOPS] if all(line.accepted >= len(WORKSHOPS) for line in lines) else []
        site = rng.choice(stage.cast.sites[rng.choice(donors)])
        recent = rng.random() < RECENT
        lot = Lot(site, rng.choice(days[-45:-12] if recent else days), lines, workshops=rng.choice(alone + shared))
        devices -= lot.size
        yield lot


def _offer(stage: Stage) -> Line:
    """A line of a lot: mostly good, sometimes refused in part, sometimes miscounted."""
    rng = stage.rng
    type_ = rng.choices([one for one, _ in COMMON], [weight for _, weight in COMMON])[0]
    model: Model = stage.catalogue.any_of(type_, rng)
    quantity = rng.choice((2, 3, 4, 5, 6, 8, 10, 12, 15))
    age = rng.choice(AGES)
    refused = rng.randint(1, quantity // 2) if rng.random() < 0.12 else 0
    return Line(
        model,
        quantity,
        max(stage.last.year - age, model.year),
        condition=rng.choice((LineCondition.WORKING, LineCondition.WORKING, LineCondition.UNTESTED)),
        refused=refused,
        refusal=rng.choice((RefusalCode.CONDITION, RefusalCode.QUANTITY)) if refused else "",
        not_found=1 if rng.random() < 0.08 else 0,
    )


def _days(first: date, last: date) -> Iterator[date]:
    for rank in range((last - first).days):
        yield first + timedelta(days=rank)
