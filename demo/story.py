"""What happens when: the lots that show every way through the chain, then ordinary ones up to the size asked for."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from random import Random

from calendars.working_days import add_months
from demo.agenda import Agenda, OnRefusal, Thread, log_refusal
from demo.apart import Plans
from demo.asked import asked, long_gone
from demo.beside import InAnotherProcess, TellBeside
from demo.calendar import local, working_day
from demo.calls import calls
from demo.cast import WORKSHOPS, gather
from demo.catalogue import Catalogue, Model
from demo.clock import EARLY_MONTHS, nights
from demo.coming import coming, open_points
from demo.committees import committees, last_committee
from demo.context import Story, StoryPart
from demo.convention_plan import deals
from demo.conventions import Deal, Treaty
from demo.counting import counts
from demo.distribution import counter, surpluses, weekly
from demo.drawing import Press
from demo.exchanged import exchanges
from demo.homes import Homes
from demo.instruction import instruction, last_photo
from demo.lists import lists
from demo.months import months, running_month
from demo.news import last_letters, line_news, news
from demo.offers import Lot, LotLine
from demo.posting import posting
from demo.prescribing import addresses, directory, sessions
from demo.processes import learnt_once
from demo.requests import Ask, sittings
from demo.rights import rights
from demo.rollouts import add_rollouts
from demo.seasons import GIFTS, spread
from demo.shown import shown
from demo.skills import skills
from demo.waste import passages
from donations.enums import LineCondition, LineRefusalCode
from lifecycle.references import drawn_from
from refurb.enums import DeviceType

MONTHS = 12
HOUSEHOLDS = 4 / 15
"""How many households ask for something, for each device that is offered."""
EVERYWHERE = 400
"""From so many devices on, the EPCI of the whole département have conventions, or are about to."""
LEAST = 5
"""No line of an ordinary lot is shorter."""
AGES = (3, 4, 5, 6, 7)
"""Years between the purchase and the gift of what is offered for reuse."""
RECENT = 0.06
"""The share of lots of the last weeks beyond chance, so that the benches are busy on the last day."""
COMMON = (
    (DeviceType.LAPTOP, 50),
    (DeviceType.DESKTOP, 22),
    (DeviceType.SCREEN, 9),
    (DeviceType.SMARTPHONE, 10),
    (DeviceType.TABLET, 9),
)
"""What donors offer, in per cent."""
TAKEN = (
    (("lille",), 52), (("sambre",), 26), (("littoral",), 12), (("lille", "sambre"), 6), (("lille", "littoral"), 4),
)  # fmt: skip
"""Which workshops take a lot, in per cent."""

MEETING: dict[tuple[StoryPart, ...], tuple[Callable[[Story], Thread], ...]] = {
    (StoryPart.BENCH, StoryPart.FILES): (nights, months, running_month),
    (StoryPart.BENCH,): (committees, last_committee, counts, exchanges, weekly),
    (StoryPart.FILES,): (
        sittings, news, line_news, last_letters, coming, rights, instruction, last_photo, calls, lists, directory,
        sessions, addresses, posting,
    ),
}  # fmt: skip
"""For each part told apart, what reads or does anything of it, or is read there, or gives numbers to the same rows."""


def tell_story(
    *,
    as_of: date,
    seed: int,
    devices: int,
    tell: Callable[[float, datetime], None],
    refused: OnRefusal = log_refusal,
    beside: TellBeside = InAnotherProcess,
) -> None:
    """Play the twelve months before that of ``as_of``, and what it has seen of its own, through the services.

    Same day, seed and size: same département. ``devices`` is about how many, never fewer than the ninety or so of the
    lots that show every way; households and conventions are in proportion. ``tell`` is given how much is done (0 to 1)
    and the instant reached; ``refused``, each thread that ended before its time. What is told apart (``demo.apart``)
    is told ``beside`` the rest.
    """
    start, horizon = local(working_day(first_day(as_of)), 8), local(as_of, 0)
    tell(0, start)
    references = Random(seed)  # noqa: S311 nothing here is a secret
    with drawn_from(references), learnt_once(), ExitStack() as opened, Press() as press:
        apart = {part: opened.enter_context(beside(part)) for part in StoryPart}
        story = begin_story(as_of=as_of, seed=seed, press=press, refused=refused)
        homes = Homes(story.cast, story.rng)
        lots, asks = plan(story, homes, devices)
        for parts, threads in MEETING.items():
            for thread in threads:
                story.agenda.add(thread(story), meets=parts)
        story.agenda.add(skills(story))
        add_rollouts(story)
        agreed = list(deals(story, everywhere=devices >= EVERYWHERE))
        _distribute(story, homes, agreed)
        for workshop in WORKSHOPS:
            passing = passages(story, workshop, story.cast.organisations["recyclage"])
            story.agenda.add(passing, about=workshop, meets=(StoryPart.BENCH,))
        plans = Plans(lots, agreed, asks, seed)
        for one in apart.values():
            one.open(story, plans)
        story.agenda.run(lambda now: tell(max((now - start) / (horizon - start), 0), now), beside=apart)
    tell(1, horizon)


def begin_story(*, as_of: date, seed: int, press: Press, refused: OnRefusal = log_refusal) -> Story:
    """Who acts, from which day to which: the story begins with a month, so that none is nearly empty."""
    first = working_day(first_day(as_of))
    cast = gather(local(add_months(as_of, -EARLY_MONTHS), 8))
    open_points(cast, first)
    rng = Random(f"story {seed}")  # noqa: S311 nothing here is a secret
    return Story(cast, Catalogue(), rng, Agenda(local(as_of, 0), refused), first, as_of, press)


def first_day(as_of: date) -> date:
    """The first day of the month in which the story begins."""
    return add_months(as_of, -MONTHS).replace(day=1)


def plan(story: Story, homes: Homes, devices: int) -> tuple[list[Lot], list[Ask]]:
    """The lots that bring about so many devices, and what households ask for in proportion."""
    lots = list(shown(story))
    lots += ordinary(story, devices - sum(lot.size for lot in lots))
    return lots, list(asked(story, homes, round(devices * HOUSEHOLDS)))


def _distribute(story: Story, homes: Homes, agreed: Sequence[Deal]) -> None:
    """The days of conventions, the first households of all, the weeks of the workshops and of the points."""
    story.effects.update(deal.starts_on for deal in agreed)
    story.effects.add(story.back(Treaty.AMENDED))
    for thread in long_gone(story, homes):
        story.agenda.add(thread)
    for workshop in WORKSHOPS:
        story.agenda.add(surpluses(story, workshop), about=workshop, meets=(StoryPart.BENCH,))
    for point in story.cast.points:
        story.agenda.add(counter(story, point), about=point)


def ordinary(story: Story, devices: int) -> Iterator[Lot]:
    """Lots of every size, on days of season, from any donor, until so many devices are offered."""
    rng, donors = story.rng, story.cast.donors()
    recent, days = story.worked[-45:-12], spread(story.worked, GIFTS, story.rng)
    while devices > 0:
        lines = tuple(_offer(story, max(devices, LEAST)) for _ in range(rng.choice((1, 2, 2, 3))))
        workshops = rng.choices([one for one, _ in TAKEN], [weight for _, weight in TAKEN])[0]
        if any(line.accepted < len(workshops) for line in lines):
            workshops = workshops[:1]
        site = rng.choice(story.cast.sites[rng.choice(donors)])
        day = rng.choice(recent) if rng.random() < RECENT else next(days)
        lot = Lot(site, day, lines, workshops=workshops)
        devices -= lot.size
        yield lot


def _offer(story: Story, most: int) -> LotLine:
    """A line of a lot, of ``most`` devices at most: mostly good, sometimes refused in part, sometimes miscounted."""
    rng = story.rng
    type_ = rng.choices([one for one, _ in COMMON], [weight for _, weight in COMMON])[0]
    model: Model = story.catalogue.any_of(type_, rng)
    quantity = min(rng.choice((12, 15, 20, 25, 30, 36, 45, 60)), most)
    age = rng.choice(AGES)
    refused = rng.randint(1, quantity // 2) if rng.random() < 0.12 else 0
    return LotLine(
        model,
        quantity,
        max(story.last.year - age, model.year),
        condition=rng.choice((LineCondition.WORKING, LineCondition.WORKING, LineCondition.UNTESTED)),
        refused=refused,
        refusal=rng.choice((LineRefusalCode.CONDITION, LineRefusalCode.QUANTITY)) if refused else "",
        not_found=1 if rng.random() < 0.08 else 0,
    )
