"""Sheets of labels: how many on a page, how large, where; measures in millimetres.

The sizes of the ready-made ones are those their makers print on the packs: Avery L7160 (21 labels of 63.5 × 38.1) and
L7163 (14 of 99.1 × 38.1) on A4, a roll of 62 mm cut at 29 mm (Brother), a roll of 57 × 32 mm (Dymo 11354).
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Self

SMALLEST_WIDTH, SMALLEST_HEIGHT = Decimal(38), Decimal(21)
"""Under which neither the two codes nor the words can be read."""
WIDEST_PAGE = Decimal(420)
"""The longer side of an A3 sheet."""
MOST_ON_A_PAGE = 80


@dataclass(frozen=True)
class SheetLayout:
    """One page of labels: its size, how many across and down, their size, where the first one is.

    ``across`` and ``down`` are from the left (top) edge of a label to that of the next one.
    """

    page_width: Decimal
    page_height: Decimal
    columns: int
    rows: int
    width: Decimal
    height: Decimal
    left: Decimal
    top: Decimal
    across: Decimal
    down: Decimal

    @property
    def on_a_page(self) -> int:
        return self.columns * self.rows

    @property
    def is_roll(self) -> bool:
        """One label a page: nothing to begin further on."""
        return self.on_a_page == 1

    def places(self) -> Iterator[tuple[Decimal, Decimal]]:
        """The left and top of each label of a page, row by row."""
        for row in range(self.rows):
            for column in range(self.columns):
                yield self.left + column * self.across, self.top + row * self.down

    def faults(self) -> dict[str, str]:
        """``{field: sentence}`` of what no printer could do."""
        wrong = {}
        if self.width < SMALLEST_WIDTH or self.height < SMALLEST_HEIGHT:
            wrong["width"] = (
                f"Une étiquette mesure au moins {SMALLEST_WIDTH} × {SMALLEST_HEIGHT}\u00a0mm\u00a0: plus petite, ses"
                " codes ne se lisent plus."
            )
        if max(self.page_width, self.page_height) > WIDEST_PAGE:
            wrong["page_width"] = f"La page mesure au plus {WIDEST_PAGE}\u00a0mm de côté."
        if not 0 < self.on_a_page <= MOST_ON_A_PAGE:
            wrong["columns"] = f"Une page porte de 1 à {MOST_ON_A_PAGE} étiquettes."
        if self.columns > 1 and self.across < self.width:
            wrong["across"] = "D’une étiquette à la suivante, il y a au moins sa largeur\u00a0: elles se recouvrent."
        if self.rows > 1 and self.down < self.height:
            wrong["down"] = "D’une étiquette à celle du dessous, il y a au moins sa hauteur\u00a0: elles se recouvrent."
        if self.left + (self.columns - 1) * self.across + self.width > self.page_width:
            wrong["left"] = "Les étiquettes dépassent la page à droite."
        if self.top + (self.rows - 1) * self.down + self.height > self.page_height:
            wrong["top"] = "Les étiquettes dépassent la page en bas."
        return wrong

    def written(self) -> dict[str, str]:
        """What is kept of it with what was printed."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def read(cls, written: dict[str, str]) -> Self:
        """The sheet that ``written`` told."""
        counts = {name: int(written[name]) for name in ("columns", "rows")}
        return cls(**counts, **{name: Decimal(value) for name, value in written.items() if name not in counts})


def _sheet(*measures: str, columns: int, rows: int) -> SheetLayout:
    page_width, page_height, width, height, left, top, across, down = map(Decimal, measures)
    return SheetLayout(page_width, page_height, columns, rows, width, height, left, top, across, down)


READY_MADE = {
    "l7160": (
        "Avery L7160, A4, 21 étiquettes (63,5 × 38,1\u00a0mm)",
        _sheet("210", "297", "63.5", "38.1", "7.2", "15.15", "66", "38.1", columns=3, rows=7),
    ),
    "l7163": (
        "Avery L7163, A4, 14 étiquettes (99,1 × 38,1\u00a0mm)",
        _sheet("210", "297", "99.1", "38.1", "4.65", "15.15", "101.6", "38.1", columns=2, rows=7),
    ),
    "roll_62": (
        "Rouleau de 62\u00a0mm, une à une (62 × 29\u00a0mm)",
        _sheet("62", "29", "62", "29", "0", "0", "62", "29", columns=1, rows=1),
    ),
    "roll_57": (
        "Rouleau 57 × 32\u00a0mm, une à une",
        _sheet("57", "32", "57", "32", "0", "0", "57", "32", columns=1, rows=1),
    ),
}
