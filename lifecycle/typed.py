"""Whole numbers that a browser sends: keys of rows, years, ranks. What is longer than any of them is none."""

from collections.abc import Iterable

LONGEST = 18
"""Figures of the greatest key. Python refuses to read thousands of them, and the database to count so far."""


def whole(text: object) -> int | None:
    """The whole number that is typed; None for anything else, and for what no row has for key."""
    typed = "" if text is None else str(text).strip()
    return int(typed) if typed.isdecimal() and len(typed) <= LONGEST else None


def whole_ones(texts: Iterable[object]) -> list[int]:
    """Those that are whole numbers, in their order."""
    return [number for text in texts if (number := whole(text)) is not None]


def with_plain_breaks(text: str) -> str:
    """The text with line breaks of one kind: a browser sends two signs for each, what was read from a file often one.

    Else a text that nobody touched would come back another, in a comparison as in a hash.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")
