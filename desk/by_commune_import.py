"""Files of what can be had in each commune, as kinds of import: shares of premises by technology, mobile coverage.

Each line becomes a version of its table from this day on, with its source; what was written before stays, ended. A
line that was observed before what is known is left out: an older file teaches nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import Access, CoverageLevel
from connectivity.models import ImportedCoverage, ImportedShare, MobileCoverage, Offer, TechnologyShare
from desk.closures_import import SEVERAL, TWICE, UNKNOWN, communes_by_name
from desk.services.reference import add_version
from imports.enums import ImportOutcome
from imports.kinds import Field, ImportKind, ImportResult, ImportRow, register_kind
from imports.models import Import
from imports.readers.cells import Unread, period
from imports.readers.names import plain
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from network.permissions import is_pilot
from reference.families import family_of
from typography.french import Noun, written_day

FIRST = date(2018, 1, 1)
SAME = "Déjà cela."
OLDER = "Une mesure plus récente, du {}, est déjà écrite."
WRITTEN_AHEAD = "Autre chose est déjà écrit pour un jour à venir\u00a0: corrigez-le dans la liste."
WRITTEN_TODAY = "Autre chose est écrit d’aujourd’hui\u00a0: corrigez-le dans la liste, ou importez demain."
ACCESSES: Mapping[str, Access] = {
    **{plain(label): Access(code) for code, label in Access.choices},
    **{plain(code): Access(code) for code in Access.values},
    **dict.fromkeys(("ftth", "fibre optique", "fttH"), Access.FIBRE),
    **dict.fromkeys(("coax", "cable coaxial"), Access.CABLE),
    **dict.fromkeys(("adsl", "vdsl", "dsl", "xdsl", "adsl vdsl", "cuivre"), Access.COPPER),
    **dict.fromkeys(("4gf", "box 4g", "thd radio"), Access.FIXED_4G),
    **dict.fromkeys(("5gf", "box 5g"), Access.FIXED_5G),
}
LEVELS: Mapping[str, CoverageLevel] = {
    **{plain(label): CoverageLevel(code) for code, label in CoverageLevel.choices},
    **dict.fromkeys(("tres bonne", "tbc"), CoverageLevel.VERY_GOOD),
    **dict.fromkeys(("bonne", "bc"), CoverageLevel.GOOD),
    **dict.fromkeys(("limitee", "cl"), CoverageLevel.LIMITED),
    **dict.fromkeys(("absente", "aucune", "non couverte", "aucune couverture"), CoverageLevel.NONE),
}
HUNDRED, STEP = Decimal(100), Decimal("0.01")
SHARE = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,15})?)\s*%?")


def _day(text: str) -> date:
    found = period(text, today=timezone.localdate()).date
    if found is None or not FIRST <= found <= timezone.localdate():
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un jour depuis 2018.")
    return found


def _share(text: str) -> Decimal:
    """A share as it is kept. Nothing but zero is no, nothing but a hundred is yes: neither comes of rounding."""
    found = SHARE.fullmatch(text.strip())
    share = Decimal(found[1].replace(",", ".")) if found else None
    if share is None or share > HUNDRED:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas une part de 0 à 100\u00a0%.")
    return share if share in (0, HUNDRED) else min(max(share.quantize(STEP), STEP), HUNDRED - STEP)


def _access(text: str) -> str:
    if (found := ACCESSES.get(plain(text))) is None:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas une technologie connue ({', '.join(Access.labels)}).")
    return found.value


def _level(text: str) -> str:
    if (found := LEVELS.get(plain(text))) is None:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un mot de l’Arcep (très bonne, bonne, limitée, absente).")
    return found.value


COMMUNE = Field(
    "commune",
    "Commune",
    ("code insee", "insee", "code commune", "code_insee", "insee_com", "nom commune", "nom_commune"),
    longest=80,
    asked="La commune manque.",
)
OBSERVED = Field(
    "observed_on",
    "État au",
    ("date", "date de la mesure", "observé le", "trimestre"),
    read=_day,
    longest=30,
    fills=True,
    asked="Dites de quel jour est la mesure.",
    shown="état au {:%d/%m/%Y}",
)
SOURCE = Field("source", "Source", ("origine",), longest=250, fills=True, asked="Dites d’où vient la mesure.")


@dataclass(frozen=True)
class CommuneTable:
    """One table by commune. ``axis``: what a commune has several of; ``value``: what is said of each."""

    model: type[TechnologyShare | MobileCoverage]
    imported: type[ImportedShare | ImportedCoverage]
    axis: str
    value: str
    named: Callable[[], Mapping[str, str]] = dict
    """How names of the axis are spelt, by their small letters."""

    def measure_of(self, row: Any) -> tuple[Any, date]:
        """What counts as the same: a new source of the same measure is nothing new."""
        return getattr(row, self.value), row.observed_on

    def key(self, row: Any) -> tuple[int, str]:
        return row.commune_id, getattr(row, self.axis)

    def known(self, today: date) -> dict[tuple[int, str], Any]:
        """What is in force, by commune and axis; one query."""
        found: dict[tuple[int, str], Any] = {}
        for row in self.model.objects.on(today):
            found.setdefault(self.key(row), row)
        return found


def _spelt() -> dict[str, str]:
    """How operators are called so far, in offers and in the table."""
    names = [
        *MobileCoverage.objects.values_list("operator_name", flat=True).distinct(),
        *Offer.objects.values_list("operator_name", flat=True).distinct(),
    ]
    return {name.casefold(): name for name in names}


SHARES = CommuneTable(TechnologyShare, ImportedShare, "access", "share")
COVERAGES = CommuneTable(MobileCoverage, ImportedCoverage, "operator_name", "level", _spelt)


def sees_tables(actor: Actor) -> Q | None:
    """The pilot, who keeps the reference data."""
    return Q() if is_pilot(actor) else None


def _check(table: CommuneTable, rows: Sequence[ImportRow]) -> None:
    """Refuse what is no commune, is there twice, is older or changes already; five queries at most."""
    today, communes, spelt = timezone.localdate(), communes_by_name(), table.named()
    known = table.known(today)
    ahead = {table.key(row) for row in table.model.objects.filter(valid_from__gt=today)}
    seen: dict[tuple[int, str], int] = {}
    for row in rows:
        if row.outcome != ImportOutcome.CREATED:
            continue
        found = communes.get(plain(str(row.values["commune"])), ())
        if len(found) != 1:
            row.refuse((SEVERAL if found else UNKNOWN).format(row.values["commune"]))
            continue
        name = " ".join(str(row.values[table.axis]).split())
        key = (found[0].pk, spelt.setdefault(name.casefold(), name))
        row.values["commune_pk"], row.values[table.axis] = key
        if key in seen:
            row.refuse(TWICE.format(seen[key]))
        elif key in ahead:
            row.refuse(WRITTEN_AHEAD)
        else:
            seen[key] = row.line.number
            _tell(table, row, known.get(key), today)


def _tell(table: CommuneTable, row: ImportRow, before: Any, today: date) -> None:
    if before is None:
        return
    if table.measure_of(before) == (row.values[table.value], row.values["observed_on"]):
        row.known(SAME)
    elif before.observed_on > row.values["observed_on"]:
        row.refuse(OLDER.format(written_day(before.observed_on)))
    elif before.valid_from >= today:
        row.refuse(WRITTEN_TODAY)


def _write(table: CommuneTable, source: Import, rows: Sequence[ImportRow]) -> None:
    """Keep what each line says until all are there."""
    made: list[Model] = [
        table.imported(
            import_of=source,
            commune_id=row.values["commune_pk"],
            observed_on=row.values["observed_on"],
            said_by=row.values["source"],
            **{name: row.values[name] for name in (table.axis, table.value)},
        )
        for row in rows
    ]
    table.imported._default_manager.bulk_create(made, ignore_conflicts=True)  # type: ignore[arg-type]  # rows of this table


def _add(table: CommuneTable, source: Import, at: datetime | None) -> int | None:
    """A version of each, by whoever applies the import; what has become the same meanwhile is left. Raises Refused."""
    assert source.applied_by is not None
    today = timezone.localdate(at)
    known, family = table.known(today), family_of(table.model)
    for said in table.imported._default_manager.filter(import_of=source).select_related("commune"):
        before = known.get(table.key(said))
        if before is not None and table.measure_of(before) == table.measure_of(said):
            continue
        row = table.model(
            commune=said.commune,
            observed_on=said.observed_on,
            valid_from=today,
            source=said.said_by,
            checked_on=today,
            **{name: getattr(said, name) for name in (table.axis, table.value)},
        )
        try:
            add_version(family=family, row=row, by=source.applied_by, at=at)
        except ValidationError as error:
            reason = Reason("by_commune", f"{said}\u00a0: {' '.join(error.messages)}")
            raise Refused({source.pk: (reason,)}) from error
    return None


def _stands(table: CommuneTable, source: Import) -> bool:
    """Whether what a file brought is in force today."""
    known = table.known(timezone.localdate())
    said = list(table.imported._default_manager.filter(import_of=source))
    return all(
        table.key(one) in known and table.measure_of(known[table.key(one)]) == table.measure_of(one) for one in said
    )


def _forget(table: CommuneTable, source: Import) -> None:
    """An import that stops leaves nothing of what it said."""
    table.imported._default_manager.filter(import_of=source).delete()


def _kind(table: CommuneTable, told: str, page: str, **named: Any) -> ImportKind:
    """What both kinds share; ``named``: the code, the label, the noun and the fields of one."""
    return ImportKind(
        sees=sees_tables,
        check=lambda source, rows: _check(table, rows),
        apply=lambda source, rows: _write(table, source, rows),
        finish=lambda source, at: _add(table, source, at),
        discard=lambda source: _forget(table, source),
        stands=lambda source: _stands(table, source),
        result=lambda source: ImportResult(told, reverse("desk:reference_list", args=[family_of(table.model).slug])),
        leads_to=lambda source: reverse(page),
        **named,
    )


TECHNOLOGIES = _kind(
    SHARES,
    "les technologies par commune",
    "desk:shares_import",
    code="technology_shares",
    label="Technologies par commune",
    noun=Noun("mesure", "mesures", feminine=True),
    fields=(
        COMMUNE,
        Field(
            "access",
            "Technologie",
            ("techno", "technologie internet"),
            read=_access,
            longest=40,
            fills=True,
            choices=tuple(Access.choices),
            asked="La technologie manque.",
        ),
        Field(
            "share",
            "Part des logements",
            ("part", "taux", "pourcentage", "part des locaux", "part locaux", "taux de couverture"),
            read=_share,
            longest=20,
            asked="La part des logements manque.",
            shown="{}\u00a0%",
        ),
        OBSERVED,
        SOURCE,
    ),
)
MOBILES = _kind(
    COVERAGES,
    "la couverture mobile par commune",
    "desk:coverages_import",
    code="mobile_coverages",
    label="Couverture mobile par commune",
    noun=Noun("couverture", "couvertures", feminine=True),
    fields=(
        COMMUNE,
        Field("operator_name", "Opérateur", ("operateur",), longest=80, fills=True, asked="L’opérateur manque."),
        Field(
            "level",
            "Couverture",
            ("niveau", "niveau de couverture", "qualité"),
            read=_level,
            longest=40,
            asked="Le mot de la couverture manque.",
        ),
        OBSERVED,
        SOURCE,
    ),
)


def register_tables() -> None:
    """Declare the kinds, once the models are known."""
    register_kind(TECHNOLOGIES)
    register_kind(MOBILES)
