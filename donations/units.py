"""What a lot asks of the app that follows its units one by one: how many came, where they stand, to collect them.

That app stands above, and says so in ``AppConfig.ready()`` (``follow_units``): nothing here knows how a unit lives.
What a rule asks of units, it asks by the link ``devices`` and by these columns, without the codes of their life.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q

from donations.models import Donation, PickUp
from lifecycle.actors import Actor

EXPECTED: dict[str, Any] = {"stay": 0, "missing_at": None, "ended_at": None}
"""Announced or picked up, and not seen yet; neither looked for nor withdrawn."""
ARRIVED = (Q(stay__gte=1) | Q(collected_at__isnull=False)) & Q(withdrawal_reason="")
"""Picked up, or seen at a workshop, and not withdrawn since."""


@dataclass(frozen=True)
class Arrivals:
    """The units of one lot that left their donor, each counted once."""

    received: int
    unseen: int
    surplus: int
    late: int
    """Received beyond what was announced, since the lot was balanced."""
    surplus_by_type: dict[str, int] = field(default_factory=dict)
    """``{label of the type: units}`` received beyond what was announced."""
    given_back: dict[str, int] = field(default_factory=dict)
    """``{why: units}`` received, and given back since: they were not to be given."""

    @property
    def units(self) -> int:
        """All of them: the total of the certificate and of the outcome statement."""
        return self.received + self.surplus + self.unseen

    @property
    def returned(self) -> int:
        """Those that were given back, whatever the reason."""
        return sum(self.given_back.values())


@dataclass(frozen=True)
class BeforePickUp:
    """The units of one line that one workshop was given, before its pick-up is recorded."""

    received: int = 0
    """Already at the workshop: they are part of what the pick-up counts."""
    awaited: int = 0
    """Not seen yet: those that are not counted will be withdrawn."""

    def discarded(self, counted: int) -> int:
        """How many a count leaves out."""
        return max(0, self.awaited - max(0, counted - self.received))


class Collect(Protocol):
    """Collect the units of lots up to what their pick-ups counted, of one workshop or of all; raises Refused."""

    def __call__(
        self, donations: Iterable[int], *, actor: Actor, at: datetime | None = None, workshop: int | None = None
    ) -> None: ...


@dataclass(frozen=True)
class Units:
    """What the app that follows units tells of those of a lot, and does of them."""

    arrivals: Callable[[Donation], Arrivals]
    """What came of a lot."""
    not_given: Callable[[PickUp], dict[int, dict[str, int]]]
    """``{line: {why: units}}`` counted at a pick-up, that were given back since, or kept by their donor."""
    before_pick_up: Callable[[Donation, int], dict[int, BeforePickUp]]
    """``{line: units}`` of a lot that a workshop was given, by the key of the workshop."""
    standing: Callable[[Donation, Actor], dict[str, int]]
    """``{label of the state: units}`` in the order of their life, of those the actor may see."""
    collect: Collect
    known: Callable[[Collection[str]], set[str]]
    """Those of these numbers, as they are compared, that a device which is still followed bears."""
    reception: str
    """The name of the page where they are received."""
    listed: str
    """The name of the page that lists them: ``?lot=`` and the reference of one."""
    outcomes: str
    """The name of the page that says what became of those of all lots."""


_followed: list[Units] = []


def follow_units(units: Units) -> None:
    """Say who follows the units of lots: one app, the last that says so."""
    _followed[:] = [units]


def units() -> Units:
    """Who follows the units of lots; raises ImproperlyConfigured when no app does."""
    if not _followed:
        raise ImproperlyConfigured("aucune application ne suit les appareils des lots")
    return _followed[0]


def arrivals_of(donation: Donation) -> Arrivals:
    """What came of a lot, counted once for all its papers and pages."""
    return units().arrivals(donation)
