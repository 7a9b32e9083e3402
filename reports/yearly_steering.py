"""What the yearly report tells the pilot alone: refusals by reason, volumes of conventions, their non-conformity.

No paper holds it, and no reader is told it: most of these numbers are of few households, or lead to them (domaine
§8.11). All of it is read from journals and dated evidence that the months of the year closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from reports.conformity import FEWEST, Quarter, year_quarters
from reports.refusals import LINES, REFUSED, RefusalKind, label_of_line, last_day, lines_by_reason
from reports.volumes import Stood, Volume, Which, conventions_at, volumes_of
from reports.yearly import Year
from reports.yearly_facts import share
from reports.yearly_paper import PlainTable
from typography.french import percent

QUARTER_ROWS = {"arrives": "arrivés à un point", "renvoyes": "renvoyés non conformes"}
"""What the quarters of a convention count, by its word in an address."""
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
    "Promis": (
        "Quota de chaque type pour l’année de convention, d’après son dernier changement daté avant le terme de cette "
        "année ou la fin de la période. La réserve départementale n’y est pas."
    ),
    "Remis avant son terme": (
        "Depuis le début de l’année de convention, période d’avant comprise\u00a0: chaque appareil une fois, au titre "
        "de l’année dont il a pris une place à sa dernière affectation. Une remise annulée ne compte pas, un échange "
        "non plus, un écran va avec son ordinateur, un retour n’ôte rien. Ce qui est remis après le terme est à part."
    ),
    "Renvoyés non conformes": (
        "Le taux du modèle de convention, sur les trimestres civils de l’année jusqu’à la fin de la période\u00a0: "
        "appareils renvoyés à l’atelier pour un défaut, rapportés à ceux arrivés à un point. Un trimestre est jugé une "
        "fois fini, contre le maximum de son dernier jour\u00a0; moins de cinq appareils arrivés, il n’a pas de taux."
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
    stood, volumes = conventions_at(year.period.until), volumes_of(year.period)
    return [
        SteeringPart("refusals", "Refus par motif", [*(_refusals(year, one) for one in REFUSED), _lines(year)]),
        SteeringPart("volumes", "Volumes des conventions", [_volumes(year, volumes, stood), _by_epci(volumes, stood)]),
        SteeringPart("conformity", "Non-conformité des conventions", [_conformity(year, stood)]),
    ]


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


VOLUMES_HEAD = ("Promis", "Remis dans la période", "Remis avant son terme", "Part du promis", "Remis après son terme")


def _volumes(year: Year, volumes: Sequence[Volume], stood: Mapping[int, Stood]) -> SteeringTable:
    told = sorted(volumes, key=lambda one: (list(stood).index(one.convention), one.year))
    return SteeringTable(
        "by_convention",
        "",
        "Ce que chaque année de convention promettait, et ce qui en est remis à la fin de la période",
        ("Année de convention", *VOLUMES_HEAD),
        [*((_title(one, stood[one.convention]), *_cells([one])) for one in told), ("Total", *_cells(told))],
        [*(_behind_volume(year, one, stood[one.convention]) for one in told), ("",) * len(VOLUMES_HEAD)],
    )


def _by_epci(volumes: Sequence[Volume], stood: Mapping[int, Stood]) -> SteeringTable:
    """The sums by EPCI of the convention, as it was at the end of the period."""
    found: dict[str, list[Volume]] = {one.epci: [] for one in stood.values()}
    for volume in volumes:
        found[stood[volume.convention].epci].append(volume)
    lines = [(epci, *_cells(some)) for epci, some in found.items() if some]
    return SteeringTable(
        "by_epci",
        "",
        "Volumes promis et remis, par EPCI",
        ("EPCI", *VOLUMES_HEAD),
        [*lines, ("Total", *_cells(volumes))],
        [("",) * len(VOLUMES_HEAD)] * (len(lines) + 1),
    )


def _title(volume: Volume, convention: Stood) -> str:
    return f"{convention.epci}, {convention}, {convention.state.lower()}\u00a0: année {volume}"


def _cells(volumes: Sequence[Volume]) -> tuple[int | str, ...]:
    promised, within, in_time, late = (
        sum(getattr(one, name) for one in volumes) for name in ("promised", "within", "in_time", "late")
    )
    return promised, within, in_time, share(in_time, promised), late


def _behind_volume(year: Year, volume: Volume, convention: Stood) -> tuple[str, ...]:
    def lead(which: Which, count: int) -> str:
        asked = [year.year, convention.reference, f"{volume.year}-{which}"]
        return reverse("reports:year_volumes", args=asked) if count else ""

    within, in_time, late = (
        lead(which, count)
        for which, count in ((Which.WITHIN, volume.within), (Which.IN_TIME, volume.in_time), (Which.LATE, volume.late))
    )
    return "", within, in_time, "", late


def _conformity(year: Year, stood: Mapping[int, Stood]) -> SteeringTable:
    found = year_quarters(list(stood), year.year, year.period.until)
    told = {pk: some for pk, some in found.items() if any(one.delivered or one.returned for one in some)}
    every = [quarter for quarters in told.values() for quarter in quarters]
    lines = [
        (
            f"{stood[pk].epci}, {stood[pk]}",
            *_rate(quarters),
            " puis ".join(dict.fromkeys(percent(one.allowed) for one in quarters)),
            ", ".join(f"{one}{' (de suite)' if one.again else ''}" for one in quarters if one.exceeds) or "aucun",
        )
        for pk, quarters in told.items()
    ]
    return SteeringTable(
        "nonconformity",
        "",
        "Appareils renvoyés non conformes par les points, par convention, sur les trimestres de l’année",
        ("Convention", "Arrivés à un point", "Renvoyés non conformes", "Taux", "Au plus", "Trimestres au-dessus"),
        [*lines, ("Total", *_rate(every), "–", "–")],
        [*(_behind_quarters(year, stood[pk], quarters) for pk, quarters in told.items()), ("",) * 5],
    )


def _rate(quarters: Sequence[Quarter]) -> tuple[int, int, str]:
    """What arrived, what was sent back, and its share, of as few at least as a quarter must have to have a rate."""
    delivered, returned = (sum(one.delivered for one in quarters), sum(one.returned for one in quarters))
    return delivered, returned, share(returned, delivered) if delivered >= FEWEST else "–"


def _behind_quarters(year: Year, convention: Stood, quarters: Sequence[Quarter]) -> tuple[str, ...]:
    counts = (sum(one.delivered for one in quarters), sum(one.returned for one in quarters))
    arrived, returned = (
        reverse("reports:year_conformity", args=[year.year, convention.reference, what]) if count else ""
        for what, count in zip(QUARTER_ROWS, counts, strict=True)
    )
    return arrived, returned, "", "", ""


def _behind(year: Year, what: str, reason: str, count: int = 1) -> str:
    """Where the rows behind a number are; nowhere when there is none."""
    return reverse("reports:year_refusals", args=[year.year, what, reason]) if count else ""
