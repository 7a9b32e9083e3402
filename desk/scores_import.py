"""A file of scores of processors as a kind of import: each becomes a version of the table, with its source.

What was decided stays: a score that changes ends the former one the day before, as typed by hand.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from desk.models import ImportedScore
from desk.services.reference import add_version
from imports.enums import ImportOutcome
from imports.kinds import Field, ImportKind, ImportResult, ImportRow, register_kind
from imports.models import Import
from imports.readers.cells import Unread, whole
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from network.permissions import is_pilot
from reference.families import family_of
from refurb.models import ProcessorScore
from refurb.readers.names import processor_key
from typography.french import Noun, grouped

CODE = "processor_scores"
MOST = 300_000
"""No processor of a computer is near it: a figure beyond is another column."""
UNNAMED = "«\u00a0{}\u00a0» n’est pas le nom d’un processeur."
TWICE = "Même processeur que la ligne {}\u00a0: gardez une seule des deux."
SAME = "Déjà ce score."
TO_COME = "Un autre score est déjà écrit pour un jour à venir\u00a0: corrigez-le dans la liste."
CHANGES = "{} jusqu’ici."


def _score(text: str) -> int:
    score = whole(text)
    if not 0 < score <= MOST:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas un CPU Mark.")
    return score


FIELDS = (
    Field(
        "name",
        "Processeur",
        ("cpu", "cpu name", "nom", "processor", "modèle"),
        longest=80,
        asked="Le nom du processeur manque.",
    ),
    Field(
        "score",
        "Score",
        ("cpu mark", "cpumark", "passmark", "mark", "score passmark"),
        read=_score,
        longest=20,
        asked="Le score manque.",
        shown="{} points",
    ),
    Field("source", "Source", ("origine",), longest=250, fills=True, asked="Dites d’où vient ce score."),
)


def sees_scores(actor: Actor) -> Q | None:
    """The pilot, who keeps the reference data."""
    return Q() if is_pilot(actor) else None


def check_scores(source: Import, rows: Sequence[ImportRow]) -> None:
    """Refuse what is no processor, is there twice or changes already; say what is known, what changes. Two queries."""
    asked = [row for row in rows if row.outcome == ImportOutcome.CREATED]
    names, today = [str(row.values["name"]) for row in asked], timezone.localdate()
    known = _in_force(names, today)
    keys = {processor_key(name) for name in names}
    to_come = set(ProcessorScore.objects.filter(key__in=keys, valid_from__gt=today).values_list("key", flat=True))
    seen: dict[str, int] = {}
    for row in asked:
        key = processor_key(str(row.values["name"]))
        if not key:
            row.refuse(UNNAMED.format(row.values["name"]))
        elif key in seen:
            row.refuse(TWICE.format(seen[key]))
        elif key in to_come:
            row.refuse(TO_COME)
        else:
            seen[key] = row.line.number
            before = known.get(key)
            if before is not None and before.score == row.values["score"]:
                row.known(SAME)
            elif before is not None:
                row.notices.append(CHANGES.format(grouped(before.score)))


def write_rows(source: Import, rows: Sequence[ImportRow]) -> None:
    """Keep what each line says until all are there."""
    ImportedScore.objects.bulk_create(
        [
            ImportedScore(
                import_of=source,
                name=row.values["name"],
                score=row.values["score"],
                said_by=row.values["source"],
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )


def add_scores(source: Import, at: datetime | None) -> int | None:
    """A version of each, by whoever applies the import; what has become the same meanwhile is left."""
    today = timezone.localdate(at)
    said = list(ImportedScore.objects.filter(import_of=source))
    known = _in_force([one.name for one in said], today)
    for one in said:
        before = known.get(processor_key(one.name))
        if before is None or before.score != one.score:
            _add(source, one, before, today, at)
    return None


def _add(source: Import, said: ImportedScore, before: ProcessorScore | None, today: date, at: datetime | None) -> None:
    """Under the name that the table has for this processor. Raises Refused."""
    assert source.applied_by is not None
    row = ProcessorScore(
        name=said.name if before is None else before.name,
        score=said.score,
        valid_from=today,
        source=said.said_by,
        checked_on=today,
    )
    try:
        add_version(family=family_of(ProcessorScore), row=row, by=source.applied_by, at=at)
    except ValidationError as error:
        raise Refused({source.pk: (Reason("score", f"{said.name}\u00a0: {' '.join(error.messages)}"),)}) from error


def still_there(source: Import) -> bool:
    """Whether every score that a file brought is the one in force today."""
    said = list(ImportedScore.objects.filter(import_of=source))
    known = _in_force([one.name for one in said], timezone.localdate())
    found = (known.get(processor_key(one.name)) for one in said)
    return all(row is not None and row.score == one.score for row, one in zip(found, said, strict=True))


def forget_rows(source: Import) -> None:
    """An import that stops leaves nothing of what it said."""
    ImportedScore.objects.filter(import_of=source).delete()


def _in_force(names: Sequence[str], day: date) -> Mapping[str, ProcessorScore]:
    keys = {processor_key(name) for name in names}
    return {row.key: row for row in ProcessorScore.objects.on(day).filter(key__in=keys)}


def _list() -> str:
    return reverse("desk:reference_list", args=[family_of(ProcessorScore).slug])


SCORES = ImportKind(
    code=CODE,
    label="Scores de processeurs",
    noun=Noun("score", "scores"),
    fields=FIELDS,
    sees=sees_scores,
    check=check_scores,
    apply=write_rows,
    finish=add_scores,
    discard=forget_rows,
    stands=still_there,
    result=lambda source: ImportResult("les scores des processeurs", _list()),
    leads_to=lambda source: reverse("desk:scores_import"),
)


def register_scores() -> None:
    """Declare the kind, once the models are known."""
    register_kind(SCORES)
