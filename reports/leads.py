"""Each number of a table of a report, with the address of the rows of the journal that it counts."""

from dataclasses import dataclass

from django.utils.http import urlencode

from network.models import Epci
from reports.enums import Elsewhere
from reports.summary import PLACE, Query, Table


@dataclass(frozen=True)
class Led:
    """A table as the page shows it: its rows, each number with the name of its column and where it leads, or nowhere.

    The address is told from the page of the report.
    """

    table: Table
    lines: list[tuple[str, list[tuple[str, int | str, str]]]]


class Leads:
    """For the pilot, each number leads where the list is exactly what it counts; for the others none does. One query.

    Nowhere: the needs of households and what was announced, accepted, taken or set right, which no list of devices
    counts; the tension, which adds stages and types that one list does not.
    """

    def __init__(self, *, is_pilot: bool) -> None:
        self.is_pilot = is_pilot
        self.epcis: dict[str, int] = dict(Epci.objects.values_list("siren", "pk")) if is_pilot else {}

    def of(self, *tables: Table) -> list[Led]:
        """Tables, with where their numbers lead."""
        return [self._led(table) for table in tables]

    def url(self, query: Query) -> str:
        """Where the rows are; empty when no list has them, or for who may not read it."""
        if not self.is_pilot:
            return ""
        asked = dict(query)
        place = asked.pop(PLACE, "")
        if place in self.epcis:
            asked["epci"] = str(self.epcis[place])
        elif place in Elsewhere.values:
            asked["ailleurs"] = place
        elif place:
            return ""
        return f"appareils/?{urlencode(asked)}"

    def _led(self, table: Table) -> Led:
        names = table.plain_head[1:]
        queries = table.queries or ((),) * len(names)
        return Led(
            table,
            [
                (
                    row.label,
                    [
                        (name, cell, self.url(query + row.query) if query and cell and isinstance(cell, int) else "")
                        for name, cell, query in zip(names, row.cells, queries, strict=True)
                    ],
                )
                for row in (*table.rows, table.total)
            ],
        )
