"""What of a story is told by itself: lots until they are picked up, prospects, conventions until they are drawn up,
requests until they are examined.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from random import Random

from demo.agenda import Agenda, ThreadRefusal
from demo.context import Story
from demo.conventions import Deal, DrawnUp, Treaty
from demo.filings import Filing
from demo.lots import Journey, Offered
from demo.offers import Lot
from demo.prospecting import add_prospects, estimates
from demo.requests import Ask, Filed, HouseholdRequest
from lifecycle.references import drawn_from


@dataclass(frozen=True)
class Plans:
    """What is asked for and agreed on in a story, and the seed of its chance."""

    lots: Sequence[Lot]
    deals: Sequence[Deal]
    asks: Sequence[Ask]
    seed: int

    @property
    def without_fates(self) -> "Plans":
        """What another process reads of them: not what becomes of the machines and the needs."""
        lots = [replace(lot, lines=tuple(replace(line, fates=()) for line in lot.lines)) for lot in self.lots]
        return replace(self, lots=lots, asks=[replace(ask, follows={}) for ask in self.asks])


@dataclass(frozen=True)
class Told:
    """What came of what was told: lots, conventions, requests in order by their rank among all; what was refused."""

    announced: list[Offered] = field(default_factory=list)
    collected: list[Offered] = field(default_factory=list)
    drawn_up: list[DrawnUp] = field(default_factory=list)
    examined: list[Filed] = field(default_factory=list)
    refusals: list[ThreadRefusal] = field(default_factory=list)

    def hand_over(self, story: Story, plans: Plans) -> None:
        """Lots are tabled or go on, conventions wait for their day, what is in order for the next sitting."""
        for refusal in self.refusals:
            story.agenda.refused(refusal)
        for lot in self.announced:
            story.tabled[lot.donation.pk] = Journey(story, plans.lots[lot.rank], lot).rulings
        for lot in self.collected:
            journey = Journey(story, plans.lots[lot.rank], lot)
            story.agenda.add(journey.live(), about=journey)
        deals = {deal.code: deal for deal in plans.deals}
        for one in self.drawn_up:
            story.agenda.add(Treaty(story, deals[one.code], one).live(), about=one.code)
        story.examined += [HouseholdRequest(story, plans.asks[filed.rank], filed) for filed in self.examined]

    def taken(self) -> "Told":
        """The same, and nothing is left in it."""
        gathered = [getattr(self, one.name) for one in fields(self)]
        told = Told(*(list(each) for each in gathered))
        for each in gathered:
            each.clear()
        return told


class ToldApart:
    """Tells them: nobody else touches one before it is handed over.

    They have their own chance and draw their own references, so that the same seed gives the same ones whenever, and
    wherever, they are told.
    """

    def __init__(self, story: Story, plans: Plans) -> None:
        self._told = Told()
        self._references = Random(f"references apart {plans.seed}")  # noqa: S311 nothing here is a secret
        self._agenda = Agenda(story.agenda.horizon, self._told.refusals.append)
        rng = Random(f"apart {plans.seed}")  # noqa: S311 nothing here is a secret
        alone = replace(story, rng=rng, agenda=self._agenda)
        self._agenda.add(estimates(alone))
        add_prospects(alone)
        for deal in plans.deals:
            self._agenda.add(Treaty(alone, deal).draw_up(self._told.drawn_up), about=deal.code)
        for rank, lot in enumerate(plans.lots):
            journey = Journey(alone, lot)
            self._agenda.add(journey.offer(rank, self._told.announced, self._told.collected), about=journey)
        for rank, ask in enumerate(plans.asks):
            filing = Filing(alone, ask)
            self._agenda.add(filing.live(rank, self._told.examined), about=filing)

    def tell(self, until: datetime) -> Told:
        """Play what comes before an instant."""
        with drawn_from(self._references):
            self._agenda.run(_silently, until=until)
        return self._told.taken()


def _silently(now: datetime) -> None:
    """The rest of the story says how far it is."""
