"""What the yearly report tells the pilot alone: refusals by reason, volumes of conventions, their non-conformity.

No paper holds it, and no reader is told it: most of these numbers are of few households, or lead to them (domaine
§8.11). All of it is read from journals and dated evidence that the months of the year closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from reports.refusals import LINES, REFUSED, RefusalKind, label_of_line, last_day, lines_by_reason
from reports.yearly import Year
from reports.yearly_facts import share
from reports.yearly_paper import PlainTable

ALL = "tous"
"""The reason of an address that asks for every one."""
STEERING_MEANINGS: dict[str, str] = {
    "Refus par motif": (
        "Lus au journal, à la date du refus, avec le motif donné ce jour-là. Chaque objet compte une fois, avec son "
        "dernier refus de la période, et pas du tout si ce refus est annulé avant sa fin. Ce qui est annulé après "
        "reste compté."
    ),
    "Unités refusées": (
        "Unités annoncées et non acceptées des lots qualifiés dans la période, sauf ceux retirés ou écartés ensuite, "
        "avant sa fin\u00a0: un lot écarté est dans «\u00a0Lots écartés\u00a0»."
    ),
}


@dataclass(frozen=True)
class SteeringTable(PlainTable):
    """A table of facts for the pilot, whose last line is their total; ``leads``: of each line, where its cells lead."""

    leads: Sequence[tuple[str, ...]]
    has_total = True

    @property
    def named(self) -> list[dict[str, Any]]:
        """The lines as a page shows them: a label, then each cell with the name of its column and its address."""
        lines = zip(self.lines, self.leads, strict=True)
        return [{"label": line[0], "cells": zip(self.head[1:], line[1:], urls, strict=True)} for line, urls in lines]


@dataclass(frozen=True)
class SteeringPart:
    """A part of the page or of the workbook: its code, its title, its tables."""

    code: str
    title: str
    tables: list[SteeringTable]


def steering_of(year: Year) -> list[SteeringPart]:
    """What the year tells its pilot alone; nothing for anybody else. A constant number of queries."""
    if year.hides_small:
        return []
    return [SteeringPart("refusals", "Refus par motif", [*(_refusals(year, one) for one in REFUSED), _lines(year)])]


def _refusals(year: Year, refused: RefusalKind) -> SteeringTable:
    labels = refused.labels(last_day(year.period))
    counts = {code: len(rows) for code, rows in refused.rows(year.period).items()}
    total = sum(counts.values())
    codes = sorted(counts, key=lambda code: (-counts[code], labels.get(code, code)))
    return SteeringTable(
        refused.code,
        "",
        refused.caption,
        ("Motif", refused.counted, "Part"),
        [
            *((labels.get(code, code), counts[code], share(counts[code], total)) for code in codes),
            ("Total", total, share(total, total)),
        ],
        [*((_behind(year, refused.code, code), "") for code in codes), (_behind(year, refused.code, ALL, total), "")],
    )


def _lines(year: Year) -> SteeringTable:
    counts = lines_by_reason(year.period)
    lines, units = (sum(count[rank] for count in counts.values()) for rank in (0, 1))
    codes = sorted(counts, key=lambda code: (-counts[code][1], label_of_line(code)))
    leads = [*(_behind(year, LINES, code) for code in codes), _behind(year, LINES, ALL, lines)]
    return SteeringTable(
        LINES,
        "",
        "Unités refusées dans les lots acceptés, par motif",
        ("Motif", "Lignes", "Unités", "Part des unités"),
        [
            *((label_of_line(code), *counts[code], share(counts[code][1], units)) for code in codes),
            ("Total", lines, units, share(units, units)),
        ],
        [(url, url, "") for url in leads],
    )


def _behind(year: Year, what: str, reason: str, count: int = 1) -> str:
    """Where the rows behind a number are; nowhere when there is none."""
    return reverse("reports:year_refusals", args=[year.year, what, reason]) if count else ""
