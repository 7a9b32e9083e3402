"""The blocks of « À faire »: rows that wait, what is late among them, and the list where all of them are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet, Value, Window
from django.urls import reverse

from lists.listing import ALL
from typography.french import HARD, day, days_ago, days_left, grouped, moment

FIRST = 5
"""How many rows of a block the page shows; the list has the others."""
LATE, SOON = "en retard", "à faire vite"
"""What is past its day, what is close to it; the two words agree with anything."""
WHOLE = f"?{ALL}=1"
"""The whole of a list, whatever filter one used last."""


@dataclass(frozen=True)
class BlockRow:
    """One row: what it is, where one goes on, what to know of it, since when or for when."""

    title: str
    url: str
    about: str = ""
    when: str = ""
    is_late: bool = False
    late_word: str = LATE
    row: Any = None
    """The row itself, when its chain is drawn under the line."""


@dataclass(frozen=True)
class TodoReason:
    """One of the reasons for which rows of a block wait, and how many do."""

    said: str
    count: int


@dataclass(frozen=True)
class Block:
    """``rows``: a queryset in order, or what returns a list; ``late``: which of a queryset are, they come first.

    ``url``: the list with the same rows. Without one, they are all on a page of the block's own.
    ``late_word``: what is said of the late ones, ``late_words`` of several where it is not the same.
    ``is_wanted_empty``: none is the aim, and is said so; any is late.
    """

    key: str
    title: str
    rows: QuerySet[Any] | Callable[[], Sequence[Any]]
    line: Callable[[Any], BlockRow]
    empty: str
    url: str = ""
    late: Q | None = None
    late_word: str = LATE
    late_words: str = ""
    is_wanted_empty: bool = False
    reasons: Callable[[], Iterable[TodoReason]] = tuple

    @property
    def address(self) -> str:
        """Where all the rows are."""
        return self.url or reverse("desk:block", args=[self.key])


@dataclass(frozen=True)
class Shown:
    """A block as the page shows it: how many rows, how many late, the first of them."""

    block: Block
    count: int
    late: int
    lines: list[BlockRow]
    reasons: list[TodoReason]

    @property
    def late_word(self) -> str:
        """What is said of those that are late."""
        return (self.block.late_words if self.late > 1 else "") or self.block.late_word


@dataclass(frozen=True)
class TodoAction:
    """A button on top of the page: the first one is the main one."""

    label: str
    url: str


@dataclass(frozen=True)
class TodoPart:
    """What a role reads besides its blocks, made when the page is: a template with its context."""

    template: str
    make: Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class TodoPage:
    """« À faire » of one role. ``above`` comes before the blocks, ``below`` after them."""

    actions: tuple[TodoAction, ...] = ()
    blocks: tuple[Block, ...] = ()
    above: tuple[TodoPart, ...] = ()
    below: tuple[TodoPart, ...] = ()
    scans: bool = False
    changes: tuple[str, ...] = field(default=())
    """The machines whose moves are told since the last visit (``desk.todo.changes``)."""


def arranged(blocks: Iterable[Block]) -> list[Shown]:
    """What is late first, then what waits, then what is empty; one query for each block of rows."""
    shown = [first_of(block) for block in blocks]
    return sorted(shown, key=lambda one: (not one.late, not one.count))


def first_of(block: Block) -> Shown:
    """The first rows of a block, with its counts."""
    if callable(block.rows):
        lines = [block.line(row) for row in block.rows()]
        late = sum(line.is_late for line in lines)
        return Shown(block, len(lines), late, lines[:FIRST], list(block.reasons()) if lines else [])
    found = list(in_turn(block)[:FIRST])
    count, late = (found[0].counted, found[0].counted_late) if found else (0, 0)
    return Shown(block, count, late, lines_of(block, found), list(block.reasons()) if found else [])


def in_turn(block: Block) -> QuerySet[Any]:
    """The rows of a block of rows, late ones first, each with ``is_late`` and with how many there are in all."""
    assert isinstance(block.rows, QuerySet)
    late = Q() if block.is_wanted_empty else block.late
    is_late = Value(value=block.is_wanted_empty) if not late else ExpressionWrapper(late, BooleanField())
    counted_late = Count("pk", filter=late) if late else Count("pk")
    rows = block.rows.annotate(
        is_late=is_late,
        counted=Window(Count("*")),
        counted_late=Window(counted_late) if late is not None else Value(0),
    )
    return rows.order_by("-is_late", *block.rows.query.order_by) if late else rows


def lines_of(block: Block, rows: Iterable[Any]) -> list[BlockRow]:
    """Rows of a block as lines."""
    tells = not block.is_wanted_empty
    return [replace(block.line(row), is_late=row.is_late and tells, late_word=block.late_word) for row in rows]


def since(instant: datetime | None, said: str = "") -> str:
    """« déposée il y a 3 jours »."""
    return f"{said} {days_ago(instant)}".strip() if instant is not None else ""


def until(due: date | datetime | None, said: str = "pour le") -> str:
    """« pour le 28 nov. 2026, dans 3 jours »."""
    return f"{said} {day(due)}, {days_left(due)}" if due is not None else ""


def until_the_minute(due: datetime, said: str) -> str:
    """Of a deadline in hours: « à notifier avant le 28 nov. 2026 à 7 h 47, dans 3 jours »."""
    return f"{said} {moment(due)}, {days_left(due)}"


def many(count: int, one: str, several: str = "") -> str:
    """« 1 appareil », « 3 appareils »."""
    return f"{grouped(count)}{HARD}{one if count < 2 else several or one + 's'}"
