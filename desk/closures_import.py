"""A file of closures of copper as a kind of import: each line becomes a version of the calendar, with its source.

Dates slip: one that changes ends the former version the day before, as typed by hand; what was announced stays.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from connectivity.enums import Reliability
from connectivity.models import CopperClosure, ImportedClosure
from desk.services.reference import add_version
from imports.enums import ImportOutcome
from imports.kinds import Field, ImportKind, ImportResult, ImportRow, register_kind
from imports.models import Import
from imports.readers.cells import Unread, period
from imports.readers.names import plain
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from network.models import Commune
from network.permissions import is_pilot
from reference.families import family_of
from typography.french import Noun, written_day

CODE = "copper_closures"
BEFORE = 12
"""The sale ends so many months before the network at the latest (Arcep): what is said where a line says no more."""
FIRST, LAST = date(2020, 1, 1), date(2035, 12, 31)
TO_COME = date(2099, 12, 31)
"""« 31/01/27 » is in 2027: a closure is announced."""
UNKNOWN = "«\u00a0{}\u00a0» n’est pas une commune du département\u00a0: donnez son code INSEE ou son nom."
SEVERAL = "Plusieurs communes s’appellent «\u00a0{}\u00a0»\u00a0: donnez le code INSEE."
TWICE = "Même commune que la ligne {}\u00a0: gardez une seule des deux."
ORDER = "La fin de vente vient après l’arrêt du réseau."
SAME = "Déjà ces dates."
WRITTEN_AHEAD = "D’autres dates sont déjà écrites pour un jour à venir\u00a0: corrigez-les dans la liste."
WRITTEN_TODAY = "D’autres dates sont écrites d’aujourd’hui\u00a0: corrigez-les dans la liste, ou importez demain."
CHANGES = "Arrêt annoncé le {} jusqu’ici."


def _day(text: str) -> date:
    found = period(text, today=TO_COME).date
    if found is None or not FIRST <= found <= LAST:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un jour de 2020 à 2035.")
    return found


def _lot(text: str) -> int:
    number = text.strip().casefold().removeprefix("lot").strip()
    if not number.isdecimal() or int(number) > 99:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un numéro de lot.")
    return int(number)


FIELDS = (
    Field(
        "commune",
        "Commune",
        (
            *("code insee", "insee", "code commune", "code insee 2026", "code_insee_2026", "code_insee"),
            *("nom commune", "nom_commune", "libellé commune"),
        ),
        longest=80,
        asked="La commune manque.",
    ),
    Field(
        "technical_on",
        "Arrêt du réseau",
        (
            *("fermeture technique", "date fermeture technique", "date_fermeture_technique_annoncee"),
            *("fermeture_technique", "date de fermeture technique", "arrêt technique"),
        ),
        read=_day,
        longest=30,
        asked="Le jour de l’arrêt du réseau manque.",
        shown="arrêt {:%d/%m/%Y}",
    ),
    Field(
        "commercial_on",
        "Fin de vente",
        ("fermeture commerciale", "date fermeture commerciale", "fermeture_commerciale"),
        read=_day,
        longest=30,
        shown="fin de vente {:%d/%m/%Y}",
        help="Sans rien dire\u00a0: douze mois avant l’arrêt du réseau.",
    ),
    Field("lot", "Lot", ("numéro de lot", "lot de fermeture"), read=_lot, longest=8, fills=True, shown="lot {}"),
    Field("source", "Source", ("origine",), longest=250, fills=True, asked="Dites d’où viennent ces dates."),
)


def sees_closures(actor: Actor) -> Q | None:
    """The pilot, who keeps the reference data."""
    return Q() if is_pilot(actor) else None


def check_closures(source: Import, rows: Sequence[ImportRow]) -> None:
    """Refuse what is no commune, is there twice or changes already; say what is known, what changes. Three queries."""
    asked = [row for row in rows if row.outcome == ImportOutcome.CREATED]
    today, communes = timezone.localdate(), communes_by_name()
    known = {row.commune_id: row for row in CopperClosure.objects.on(today)}
    ahead = set(CopperClosure.objects.filter(valid_from__gt=today).values_list("commune", flat=True))
    seen: dict[int, int] = {}
    for row in asked:
        found = communes.get(_key(str(row.values["commune"])), ())
        if len(found) != 1:
            row.refuse((SEVERAL if found else UNKNOWN).format(row.values["commune"]))
            continue
        (commune,) = found
        row.values["commune_pk"] = commune.pk
        _complete(row, known.get(commune.pk))
        if row.values["commercial_on"] > row.values["technical_on"]:
            row.refuse(ORDER)
        elif commune.pk in seen:
            row.refuse(TWICE.format(seen[commune.pk]))
        elif commune.pk in ahead:
            row.refuse(WRITTEN_AHEAD)
        else:
            seen[commune.pk] = row.line.number
            _tell(row, known.get(commune.pk), today)


def _complete(row: ImportRow, before: CopperClosure | None) -> None:
    """What a line does not say: the sale ends a year before; the lot is that of today, or none."""
    values = row.values
    values["commercial_on"] = values["commercial_on"] or add_months(values["technical_on"], -BEFORE)
    if values["lot"] is None:
        values["lot"] = before.lot if before is not None else 0


def _tell(row: ImportRow, before: CopperClosure | None, today: date) -> None:
    if before is None:
        return
    if _says(before) == (row.values["lot"], row.values["commercial_on"], row.values["technical_on"]):
        row.known(SAME)
    elif before.valid_from >= today:
        row.refuse(WRITTEN_TODAY)
    else:
        row.notices.append(CHANGES.format(written_day(before.technical_on)))


def _says(row: CopperClosure | ImportedClosure) -> tuple[int, date, date]:
    return row.lot, row.commercial_on, row.technical_on


def _key(text: str) -> str:
    return plain(text)


def communes_by_name() -> Mapping[str, Sequence[Commune]]:
    """The communes of the département by their code and by their name."""
    found: dict[str, list[Commune]] = defaultdict(list)
    for commune in Commune.objects.in_departement().current():
        for key in {_key(commune.code), _key(commune.name)}:
            found[key].append(commune)
    return found


def write_rows(source: Import, rows: Sequence[ImportRow]) -> None:
    """Keep what each line says until all are there."""
    ImportedClosure.objects.bulk_create(
        [
            ImportedClosure(
                import_of=source,
                commune_id=row.values["commune_pk"],
                lot=row.values["lot"],
                commercial_on=row.values["commercial_on"],
                technical_on=row.values["technical_on"],
                said_by=row.values["source"],
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )


def add_closures(source: Import, at: datetime | None) -> int | None:
    """A version of each, by whoever applies the import; what has become the same meanwhile is left."""
    today = timezone.localdate(at)
    known = {row.commune_id: row for row in CopperClosure.objects.on(today)}
    for said in ImportedClosure.objects.filter(import_of=source).select_related("commune"):
        before = known.get(said.commune_id)
        if before is None or _says(before) != _says(said):
            _add(source, said, today, at)
    return None


def _add(source: Import, said: ImportedClosure, today: date, at: datetime | None) -> None:
    """Raises Refused."""
    assert source.applied_by is not None
    row = CopperClosure(
        commune=said.commune,
        lot=said.lot,
        commercial_on=said.commercial_on,
        technical_on=said.technical_on,
        reliability=Reliability.CHECK,
        valid_from=today,
        source=said.said_by,
        checked_on=today,
    )
    try:
        add_version(family=family_of(CopperClosure), row=row, by=source.applied_by, at=at)
    except ValidationError as error:
        reason = Reason("closure", f"{said.commune.name}\u00a0: {' '.join(error.messages)}")
        raise Refused({source.pk: (reason,)}) from error


def still_there(source: Import) -> bool:
    """Whether every closure that a file brought is the one in force today."""
    known = {row.commune_id: row for row in CopperClosure.objects.on(timezone.localdate())}
    said = list(ImportedClosure.objects.filter(import_of=source))
    return all(one.commune_id in known and _says(known[one.commune_id]) == _says(one) for one in said)


def forget_rows(source: Import) -> None:
    """An import that stops leaves nothing of what it said."""
    ImportedClosure.objects.filter(import_of=source).delete()


def _list() -> str:
    return reverse("desk:reference_list", args=[family_of(CopperClosure).slug])


CLOSURES = ImportKind(
    code=CODE,
    label="Fermetures du cuivre",
    noun=Noun("fermeture", "fermetures", feminine=True),
    fields=FIELDS,
    sees=sees_closures,
    check=check_closures,
    apply=write_rows,
    finish=add_closures,
    discard=forget_rows,
    stands=still_there,
    result=lambda source: ImportResult("les fermetures du cuivre", _list()),
    leads_to=lambda source: reverse("desk:closures_import"),
)


def register_closures() -> None:
    """Declare the kind, once the models are known."""
    register_kind(CLOSURES)
