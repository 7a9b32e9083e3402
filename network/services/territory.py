"""Bring the tables of the territory to what its files say, in a constant number of statements."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from django.db import models, transaction

from network.enums import CommuneStatus
from network.models import Arrondissement, Commune, Epci
from network.readers.territory import MergedRow, Territory


class TerritoryRefused(Exception):
    """The files contradict each other or the database; nothing was written."""


@dataclass(frozen=True)
class TerritoryWritten:
    """What was done to one table, in rows."""

    label: str
    created: int
    changed: int
    unchanged: int


@transaction.atomic
def load_territory(territory: Territory) -> list[TerritoryWritten]:
    """Write what differs and tell it, table by table; a second run changes nothing.

    Raises ``TerritoryRefused`` when a code is unknown, or when a commune in use is no longer in the files
    and they do not say which one took it over.
    """
    _check_communes_left(territory)
    arrondissements = [Arrondissement(code=row.code, name=row.name) for row in territory.arrondissements]
    report = [_write(Arrondissement, "arrondissements", arrondissements, ("code",), ("name",))]
    report.append(_write(Epci, "EPCI", _epcis(territory), ("siren",), EPCI_COLUMNS))
    communes = _communes(territory)
    report.append(_write(Commune, "communes", communes, ("code", "status"), COMMUNE_COLUMNS))
    codes = {row.code for row in territory.communes}
    rows = list(Commune.objects.current())
    today = {row.code: row for row in rows if row.code in codes}
    moved = _merge_communes(territory.merged, {row.code: row for row in rows if row.code not in codes}, today)
    merged = [_merged(row, today) for row in territory.merged]
    written = _write(Commune, "communes réunies", merged, ("code", "status"), COMMUNE_COLUMNS)
    report.append(TerritoryWritten(written.label, written.created, written.changed + moved, written.unchanged - moved))
    return report


EPCI_COLUMNS = ("name", "short_name", "arrondissement_id", "population", "population_year")
COMMUNE_COLUMNS = (
    "name",
    "postcodes",
    "population",
    "population_year",
    "epci_id",
    "arrondissement_id",
    "in_departement",
    "merged_into_id",
)
MERGED_COLUMNS = tuple(column.removesuffix("_id") for column in COMMUNE_COLUMNS)


def _check_communes_left(territory: Territory) -> None:
    known = {row.code for row in territory.communes} | {row.code for row in territory.merged}
    left = Commune.objects.current().exclude(code__in=known).values_list("code", flat=True)
    if left:
        raise TerritoryRefused(
            "Ces communes sont en base et ne sont plus dans les fichiers\u00a0: "
            + ", ".join(left)
            + ". Dites dans communes_merged.csv laquelle les a réunies."
        )


def _epcis(territory: Territory) -> list[Epci]:
    arrondissement = _keys(Arrondissement.objects.values_list("code", "pk"), "arrondissement")
    return [
        Epci(
            siren=row.siren,
            name=row.name,
            short_name=row.short_name,
            arrondissement_id=arrondissement(row.arrondissement),
            population=row.population,
            population_year=row.population_year,
        )
        for row in territory.epcis
    ]


def _communes(territory: Territory) -> list[Commune]:
    epci = _keys(((row.siren, row.today.pk) for row in Epci.objects.select_related("succeeded_by")), "EPCI")
    arrondissement = _keys(Arrondissement.objects.values_list("code", "pk"), "arrondissement")
    return [
        Commune(
            code=row.code,
            status=CommuneStatus.CURRENT,
            name=row.name,
            postcodes=row.postcodes,
            population=row.population,
            population_year=row.population_year,
            epci_id=epci(row.epci),
            arrondissement_id=arrondissement(row.arrondissement) if row.arrondissement else None,
            in_departement=bool(row.arrondissement),
        )
        for row in territory.communes
    ]


def _merged(row: MergedRow, today: dict[str, Commune], pk: int | None = None) -> Commune:
    """The row of a merged commune: it keeps no population, and the place of the one that took it over."""
    if row.merged_into not in today or row.status not in CommuneStatus.values:
        raise TerritoryRefused(f"communes_merged.csv, {row.code}\u00a0: statut ou commune d’accueil inconnus.")
    target = today[row.merged_into]
    return Commune(
        pk=pk,
        code=row.code,
        status=row.status,
        name=row.name,
        postcodes=target.postcodes,
        epci_id=target.epci_id,
        arrondissement_id=target.arrondissement_id,
        in_departement=target.in_departement,
        merged_into_id=target.pk,
    )


def _merge_communes(merged: Iterable[MergedRow], gone: dict[str, Commune], today: dict[str, Commune]) -> int:
    """Turn the communes that are no more into merged ones, in place: what points to them still does."""
    rows = [_merged(row, today, pk=gone[row.code].pk) for row in merged if row.code in gone]
    return Commune.objects.bulk_update(rows, ("status", *MERGED_COLUMNS)) if rows else 0


def _keys(pairs: Iterable[tuple[str, int]], what: str) -> Callable[[str], int]:
    pks = dict(pairs)

    def find(code: str) -> int:
        if code not in pks:
            raise TerritoryRefused(f"Code inconnu ({what})\u00a0: {code}.")
        return pks[code]

    return find


def _write[M: models.Model](
    model: type[M], label: str, rows: Sequence[M], key: tuple[str, ...], columns: tuple[str, ...]
) -> TerritoryWritten:
    """Insert the rows that are new and update those that differ: two statements whatever their number."""

    def values(row: M, names: tuple[str, ...]) -> tuple[Hashable, ...]:
        return tuple(tuple(v) if isinstance(v := getattr(row, name), list) else v for name in names)

    before = {values(row, key): values(row, columns) for row in model._default_manager.all()}
    created = [row for row in rows if values(row, key) not in before]
    changed = [row for row in rows if before.get(values(row, key), ()) not in ((), values(row, columns))]
    if created or changed:
        model._default_manager.bulk_create(
            [*created, *changed],
            update_conflicts=True,
            unique_fields=key,
            update_fields=[model._meta.get_field(name).name for name in columns],
        )
    return TerritoryWritten(label, len(created), len(changed), len(rows) - len(created) - len(changed))
