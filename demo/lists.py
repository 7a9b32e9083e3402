"""A CCAS brings its list, another one too: drafts to finish; the pilot joins the two files of one person."""

import csv
import io
from collections.abc import Sequence

from demo.agenda import Thread
from demo.calendar import local
from demo.context import Story
from imports.models import Import
from imports.services import begin_import, deposit_named
from network.enums import Role
from network.models import Membership
from prescriptions.models import Household, ImportedPerson
from prescriptions.people_list import PEOPLE
from prescriptions.services.joining import join_household

BROUGHT, JOINED = 6, 4
"""So many working days before the end of the story."""
HEAD = ("Nom", "Prénom", "Date de naissance", "Téléphone", "Besoin", "Surtout pour")
FIRST = (
    ("Liste-Aubert", "Simone", "12/04/1949", "0600091001", "ordinateur", "démarches"),
    ("Liste-Brunel", "Idriss", "03/09/1991", "0600091002", "connexion", "emploi"),
    ("Liste-Carlier", "Lina", "31/02/2001", "0600091003", "", ""),
    ("Liste-Delmas", "Omar", "21/06/1978", "0600091004", "tablette", ""),
)
SECOND = (
    ("Liste-Aubertt", "Simone", "12/04/1949", "0600091001", "smartphone", "lien social"),
    ("Liste-Evrard", "Rose", "08/11/1966", "0600091005", "ordinateur", "études"),
)


def lists(story: Story) -> Thread:
    """Two lists, of which one line is refused, then the two files of Simone become one."""
    workers = _workers(story)
    if len(workers) < 2:
        return
    yield (now := local(story.back(BROUGHT), 10, 40))
    brought = []
    for worker, lines in zip(workers, (FIRST, SECOND), strict=False):
        source = deposit_named(
            actor=worker,
            kind=PEOPLE,
            organisation=worker.organisation,
            content=_file(lines),
            name="beneficiaires.csv",
            at=now,
        )
        brought.append(begin_import(source=source, actor=worker, at=now))
    yield (now := local(story.back(JOINED), 15, 10))
    kept, left = (_first_of(source) for source in brought)
    join_household(actor=story.cast.pilot, household=left, kept=kept, at=now)


def _workers(story: Story) -> list[Membership]:
    """One worker of each prescriber, by their codes."""
    first = {code: members[0] for (code, role), members in story.cast.people.items() if role == Role.WORKER}
    return [first[code] for code in sorted(first)][:2]


def _file(lines: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows((HEAD, *lines))
    return out.getvalue().encode("cp1252", "replace")


def _first_of(source: Import) -> Household:
    """The file that the first line of a list became."""
    first = ImportedPerson.objects.filter(import_of=source, household__isnull=False).earliest("number")
    assert first.household is not None
    return first.household
