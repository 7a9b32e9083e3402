"""Each number of a table of a report, with the address of the rows of the journal that it counts."""

from dataclasses import dataclass

from django.utils.http import urlencode

from lifecycle.actors import Actor
from network.models import Epci
from network.permissions import is_pilot
from reports.enums import OPEN_TO_EPCI, Elsewhere, Measure
from reports.household_tables import answering
from reports.permissions import opens_rows_of
from reports.summary import ANSWERS, LIST, PLACE, Query, SummaryTable
from reports.variations import Gathered, summed


@dataclass(frozen=True)
class Led:
    """A table as the page shows it: its rows, each number with the name of its column and where it leads, or nowhere.

    The address is told from the page of the report.
    """

    table: SummaryTable
    lines: list[tuple[str, list[tuple[str, int | str, str]]]]


class Leads:
    """Each number leads where the list is exactly what it counts, for who may read its rows. One query.

    All of them for the pilot; for the people of an EPCI those of its own territory, as far as no household is told.
    """

    def __init__(self, actor: Actor) -> None:
        self.is_pilot, scope = is_pilot(actor), opens_rows_of(actor)
        self.epcis: dict[str, int] = (
            {} if scope is None else dict(Epci.objects.filter(scope).values_list("siren", "pk"))
        )

    def of(self, *tables: SummaryTable) -> list[Led]:
        """Tables, with where their numbers lead."""
        return [self._led(table) for table in tables]

    def lines(self, lines: Gathered, *criteria: tuple[str, str]) -> list[tuple[str, str, str, int, str]]:
        """Lines of variation, each with where its rows are."""
        return [
            (*line, self.url((*criteria, ("mesure", Measure.OTHER.value), ("ligne", str(rank)))))
            for rank, line in enumerate(summed(lines))
        ]

    def url(self, query: Query) -> str:
        """Where the rows are; empty when no list has them, or for who may not read it."""
        asked = dict(query)
        place, path = asked.pop(PLACE, ""), asked.pop(LIST, "appareils")
        own = place in self.epcis and path == "appareils" and asked.get("etape") in OPEN_TO_EPCI
        if not self.is_pilot and not own:
            return ""
        if ANSWERS in asked:
            asked.setdefault("type", answering(asked.pop(ANSWERS)))
        if place in self.epcis:
            asked["epci"] = str(self.epcis[place])
        elif place in Elsewhere.values:
            asked["ailleurs"] = place
        elif place:
            return ""
        return f"{path}/?{urlencode(asked)}" if asked else f"{path}/"

    def _led(self, table: SummaryTable) -> Led:
        names = table.plain_head[1:]
        queries = table.queries or ((),) * len(names)
        return Led(
            table,
            [
                (
                    row.label,
                    [
                        (name, cell, self.url(query + row.query) if query and isinstance(cell, int) and cell else "")
                        for name, cell, query in zip(names, row.cells, queries, strict=True)
                    ],
                )
                for row in (*table.rows, table.total)
            ],
        )
