"""The people of a list: kept line by line, then each with a file and a draft, in sets; nothing is filed for anybody."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import batched
from typing import Any

from imports.kinds import ImportRow
from imports.models import Import, LeftLine
from lifecycle import gate
from network.models import Membership
from prescriptions.enums import HouseholdState
from prescriptions.models import Household, ImportedPerson, Need, Prescription
from typography.persons import words_in

CODE = "people"
CHUNK = 500
PERSON = ("last_name", "first_name", "phone", "email", "address", "postcode", "adults", "children", "contact_channel")
"""What a line says of a household, by the names of its columns; the birth date and the commune are apart."""


def household_of(values: dict[str, Any], prescriber: Any, pk: int | None = None) -> Household:
    """The file of somebody as a line says it, not saved: to be compared, or opened."""
    said = {name: values[name] for name in PERSON if values.get(name) not in (None, "")}
    born, commune = values.get("birth_date"), values.get("commune_pk")
    row = Household(
        pk=pk,
        prescriber_id=prescriber,
        commune_id=commune,
        birth_date=date.fromisoformat(born) if isinstance(born, str) else born,
        **said,
    )
    row.set_keys()
    return row


def keep_people(source: Import, rows: Iterable[ImportRow]) -> None:
    """Keep what each line says until all are there, in one statement."""
    ImportedPerson.objects.bulk_create(
        [ImportedPerson(import_of=source, number=row.line.number, said=_draft_values(row.values)) for row in rows],
        ignore_conflicts=True,
    )


def _draft_values(values: dict[str, Any]) -> dict[str, Any]:
    born: date | None = values.get("birth_date")
    said = {name: values.get(name) for name in (*PERSON, "commune_pk", "use")}
    needs = [kind.value for kind in values.get("needs") or ()] if values.get("use") else []
    told = said | {"birth_date": born.isoformat() if born else None, "needs": needs}
    return {name: value for name, value in told.items() if value not in (None, "", [])}


@gate.one_transaction
def open_people(*, source: Import, at: datetime | None = None) -> None:
    """Open the file of each with a draft and its needs, by whoever applies the list: all of them or none.

    The agreement, what is to be seen and the doubles are for the worker to complete before anything is filed.
    Raises PermissionDenied, Refused.
    """
    actor = source.applied_by or source.started_by
    waiting = ImportedPerson.objects.filter(import_of=source, household=None).order_by("number")
    for people in batched(list(waiting), CHUNK):
        _open(people, actor, at)


def _open(people: Sequence[ImportedPerson], actor: Membership, at: datetime | None) -> None:
    rows = [household_of(one.said, actor.organisation_id) for one in people]
    households = gate.create_many(Household, "create", rows, actor=actor, at=at)
    drafts = gate.create_many(
        Prescription,
        "create",
        [Prescription(household=row, prescriber_id=actor.organisation_id) for row in households],
        actor=actor,
        at=at,
    )
    needs = [
        Need(prescription=draft, kind=kind, use=one.said["use"])
        for one, draft in zip(people, drafts, strict=True)
        for kind in one.said.get("needs", ())
    ]
    gate.create_many(Need, "ask", needs, actor=actor, at=at)
    for one, household in zip(people, households, strict=True):
        one.household, one.said = household, {}
    ImportedPerson.objects.bulk_update(people, ["household", "said"])


def forget_waiting(source: Import) -> None:
    """An import that stops leaves nothing of what it said."""
    ImportedPerson.objects.filter(import_of=source, household=None).delete()


def still_there(source: Import) -> bool:
    """Whether the file of one of its people is there, not erased since."""
    opened = ImportedPerson.objects.filter(import_of=source, household__isnull=False)
    return opened.exclude(household__state=HouseholdState.ANONYMISED).exists()


def forget_lines_of(households: Iterable[int]) -> None:
    """Erase the lines left out of lists in which somebody erased is named; to be called before her name goes."""
    files = Household.objects.filter(pk__in=list(households)).values_list("last_name", "first_name")
    names = [frozenset(words_in(f"{last} {first}")) for last, first in files]
    named = [name for name in names if name]
    if not named:
        return
    left = LeftLine.objects.filter(source__kind=CODE).values_list("pk", "cells")
    told = {pk: set(words_in(" ".join(cells))) for pk, cells in left}
    LeftLine.objects.filter(pk__in=[pk for pk, words in told.items() if any(name <= words for name in named)]).delete()
