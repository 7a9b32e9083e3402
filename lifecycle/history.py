"""What happened to a row without a journal, as its page tells it (``_partials/history.html``)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

LATEST = 10
"""How many are told at first sight."""


@dataclass(frozen=True)
class Past:
    """One thing that happened: a sentence, when, who did it; the last two may not be known."""

    sentence: str
    at: datetime | None = None
    who: str = ""


def history(happened: Iterable[Past]) -> dict[str, list[Past]]:
    """What the partial reads: the newest first, then the rest; what has no date is what happened last."""
    told = sorted(happened, key=lambda one: (one.at is None, one.at and one.at.timestamp()), reverse=True)
    return {"past": told[:LATEST], "older": told[LATEST:]}
