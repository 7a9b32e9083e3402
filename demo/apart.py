"""What of a story is told by itself, in two parts that have nothing to do with each other: lots and the bench until
devices leave it, and conventions until they are drawn up; prospects, and requests until they are examined.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from random import Random

from demo.agenda import Agenda, ThreadRefusal
from demo.context import Story, StoryPart
from demo.conventions import Deal, DrawnUp, Treaty
from demo.filings import Filing
from demo.handed import Leaving
from demo.lots import Journey
from demo.offers import Lot
from demo.prospecting import add_prospects, estimates
from demo.register import register
from demo.requests import Ask, Filed, HouseholdRequest
from demo.tools import keys
from demo.unannounced import unannounced_devices
from donations.services.donations import Ruling
from lifecycle.references import drawn_from


@dataclass(frozen=True)
class Plans:
    """What is asked for and agreed on in a story, and the seed of its chance."""

    lots: Sequence[Lot]
    deals: Sequence[Deal]
    asks: Sequence[Ask]
    seed: int

    @property
    def without_follows(self) -> "Plans":
        """What another process reads of them: not what becomes of the needs."""
        return replace(self, asks=[replace(ask, follows={}) for ask in self.asks])


@dataclass(frozen=True)
class Told:
    """What came of what was told."""

    tabled: dict[int, list[Ruling]] = field(default_factory=dict)
    """What is decided of each lot, by its key."""
    offered: dict[str, list[int]] = field(default_factory=dict)
    """The keys of devices for the stock of each workshop."""
    doomed: dict[str, list[int]] = field(default_factory=dict)
    """Those for its recycler."""
    leaving: list[Leaving] = field(default_factory=list)
    drawn_up: list[DrawnUp] = field(default_factory=list)
    examined: list[Filed] = field(default_factory=list)
    refusals: list[ThreadRefusal] = field(default_factory=list)

    def hand_over(self, story: Story, plans: Plans) -> None:
        """Lots are tabled, devices go on, conventions wait for their day, what is in order for the next sitting."""
        for refusal in self.refusals:
            story.agenda.refused(refusal)
        story.tabled.update(self.tabled)
        for kept, come in ((story.offered, self.offered), (story.doomed, self.doomed)):
            for workshop, pks in come.items():
                kept[workshop] += pks
        for device in self.leaving:
            device.go_on(story)
        deals = {deal.code: deal for deal in plans.deals}
        for one in self.drawn_up:
            story.agenda.add(Treaty(story, deals[one.code], one).live(), about=one.code)
        story.examined += [HouseholdRequest(story, plans.asks[filed.rank], filed) for filed in self.examined]

    def taken(self) -> "Told":
        """The same, and nothing is left in it."""
        gathered = [getattr(self, one.name) for one in fields(self)]
        told = Told(*(each.copy() for each in gathered))
        for each in gathered:
            each.clear()
        return told


class ToldApart:
    """Tells a part: nobody else touches anything of it before it is handed over.

    It has its own chance and draws its own references, so that the same seed gives the same ones whenever, and
    wherever, it is told.
    """

    def __init__(self, story: Story, plans: Plans, part: StoryPart) -> None:
        self._references = Random(f"references {part} {plans.seed}")  # noqa: S311 nothing here is a secret
        rng = Random(f"{part} {plans.seed}")  # noqa: S311 nothing here is a secret
        refusals: list[ThreadRefusal] = []
        self._agenda = Agenda(story.agenda.horizon, refusals.append)
        alone = Story(
            story.cast, story.catalogue, rng, self._agenda, story.first, story.last, story.press, story.papers
        )
        self._told = Told(alone.tabled, alone.offered, alone.doomed, alone.leaving, refusals=refusals)
        TELLS[part](alone, plans, self._told)

    def tell(self, until: datetime) -> Told:
        """Play what comes before an instant."""
        with drawn_from(self._references):
            self._agenda.run(_silently, until=until)
        return self._told.taken()


def _bench(alone: Story, plans: Plans, told: Told) -> None:
    for thread in (register, keys, unannounced_devices):
        alone.agenda.add(thread(alone))
    for deal in plans.deals:
        alone.agenda.add(Treaty(alone, deal).draw_up(told.drawn_up), about=deal.code)
    for lot in plans.lots:
        journey = Journey(alone, lot)
        alone.agenda.add(journey.live(), about=journey)


def _files(alone: Story, plans: Plans, told: Told) -> None:
    alone.agenda.add(estimates(alone))
    add_prospects(alone)
    for rank, ask in enumerate(plans.asks):
        filing = Filing(alone, ask)
        alone.agenda.add(filing.live(rank, told.examined), about=filing)


TELLS = {StoryPart.BENCH: _bench, StoryPart.FILES: _files}


def _silently(now: datetime) -> None:
    """The rest of the story says how far it is."""
