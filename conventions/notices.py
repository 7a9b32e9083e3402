"""The papers by which a party said that it would end a convention alone: each stays, taken back or not."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from conventions.enums import TerminateReason
from conventions.models import Convention
from network.models import Organisation


@dataclass(frozen=True)
class EndNotice:
    """A paper that a party gave, by the rank of its act; ``file``: the key of the file that was deposited.

    ``taken_back_at``: when its party took it back.
    """

    rank: int
    reason: TerminateReason
    given_on: date
    file: int
    by: Organisation
    told_at: datetime
    taken_back_at: datetime | None = None

    @property
    def name(self) -> str:
        return "Mise en demeure" if self.reason == TerminateReason.BREACH else "Préavis de résiliation"


def notices_of(convention: Convention) -> list[EndNotice]:
    """What its journal says of them, the first before; one query."""
    found: list[EndNotice] = []
    acts = convention.journal.filter(verb__in=("give_notice", "take_back_notice")).order_by("seq")
    for act in acts.select_related("actor__organisation"):
        if act.verb == "take_back_notice":
            found[-1] = replace(found[-1], taken_back_at=act.at)
            continue
        reason, given_on = TerminateReason(act.values["reason"]), date.fromisoformat(act.values["notice_on"])
        by = act.actor.organisation
        found.append(EndNotice(act.seq, reason, given_on, act.values["notice_file"], by, act.at))
    return found
