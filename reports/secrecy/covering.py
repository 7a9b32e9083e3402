"""What a reader sees of figures: every number for the pilot, for all others those that are not hidden."""

from collections.abc import Collection
from typing import Any

from reports.enums import DISTRIBUTION

HIDDEN = "secret"
"""What is written in the place of a hidden number; zero or not, small or hidden with a small one, it is the same."""
type Told = int | str


class Secrets:
    """The numbers of one month that a reader is not told. One who may know is told everything."""

    def __init__(self, figures: dict[str, Any], *, hides_small: bool) -> None:
        self.hides = hides_small
        chosen = figures.get("secrets")
        self._hidden: Collection[str] | None = None if chosen is None else frozenset(chosen["hidden"])

    def tell(self, number: Told, *keys: str) -> Told:
        """A number, or ``HIDDEN`` when one of those that it is made of, told by their keys, is hidden.

        A month that never chose what it hides hides every number about households.
        """
        if not self.hides:
            return number
        named = [key for key in keys if key]
        if self._hidden is None:
            return HIDDEN if named else number
        return HIDDEN if any(key in self._hidden for key in named) else number


def is_upstream(*stages: str) -> bool:
    """Whether devices at these stages are in nobody's hands but those of donors and workshops."""
    return not set(stages) & set(DISTRIBUTION)
