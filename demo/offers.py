"""What a donor offers, and what is decided of it: the plan of a lot, before its life."""

from dataclasses import dataclass
from datetime import date

from demo.cast import WORKSHOPS, Site
from demo.catalogue import Model
from demo.device_fates import Fate
from donations.enums import (
    DeclineReason,
    Destination,
    LineCondition,
    WithdrawReason,
)

STEPS = ("create", "announce", "qualify", "accept", "schedule", "pick_up", "receive", "reconcile")
"""What happens to a lot, in its order."""


@dataclass(frozen=True)
class LotLine:
    """So many machines of one model, what is decided of them, and what becomes of them.

    ``fates`` are those of the first devices received; the others are drawn. At the pick-up ``not_found`` machines
    are not there, ``surplus`` ones are; ``lost`` ones never reach the workshop.
    """

    model: Model
    quantity: int
    year: int
    condition: LineCondition = LineCondition.WORKING
    announced_as: str = ""
    refused: int = 0
    refusal: str = ""
    destination: Destination = Destination.REUSE
    not_found: int = 0
    surplus: int = 0
    lost: int = 0
    fates: tuple[Fate, ...] = ()

    @property
    def type(self) -> str:
        return self.announced_as or self.model.type

    @property
    def accepted(self) -> int:
        return self.quantity - self.refused


@dataclass(frozen=True)
class Lot:
    """A lot: whose, where, what, announced on which day, for which workshops, up to which of ``STEPS``."""

    site: Site
    announced: date
    lines: tuple[LotLine, ...]
    workshops: tuple[str, ...] = WORKSHOPS[:1]
    until: str = STEPS[-1]
    declined: DeclineReason | None = None
    withdrawn: WithdrawReason | None = None
    given_up: bool = False
    """The workshop gives the lot up to the other one before it is picked up."""
    kept: int = 0
    """Units of the first line that the donor takes back once they are accepted."""
    description: str = ""
    inventory: bool = False
    """Its donor gives its machines one by one, in a file."""

    @property
    def size(self) -> int:
        """How many devices it brings: none before it is accepted."""
        if STEPS.index(self.until) < STEPS.index("qualify"):
            return 0
        return sum(line.accepted + line.surplus for line in self.lines)
