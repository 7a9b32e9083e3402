"""The labels of the workshops: a form fixed once, and batches printed in advance, of which each scan takes one."""

from collections import deque
from datetime import datetime

from demo.cast import Cast
from refurb.services.corrections import set_tag_shape
from refurb.services.labels import print_blank_labels

SHAPES = {"lille": "LIL-#####", "sambre": "SAM-#####", "littoral": "LIT-#####"}
SHEET, BATCH = "l7160", 210
"""Ten sheets at a time."""


class Rolls:
    """What is left of the labels that each workshop printed, by the code of the workshop."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._left: dict[str, deque[str]] = {}

    def next(self, workshop: str, at: datetime) -> str:
        """The label a workshop sticks on a device at that moment; the manager prints a batch when none is left."""
        if workshop not in self._left:
            set_tag_shape(actor=self._cast.manager(workshop), shape=SHAPES[workshop], at=at)
            self._left[workshop] = deque()
        left = self._left[workshop]
        if not left:
            left.extend(self._print(workshop, at))
        return left.popleft()

    def _print(self, workshop: str, at: datetime) -> list[str]:
        run = print_blank_labels(actor=self._cast.manager(workshop), count=BATCH, sheet=SHEET, at=at)
        return list(run.labels.order_by("rank").values_list("tag", flat=True))
