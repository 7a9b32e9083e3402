"""What the verifications of the night found: the pilot says « vérifié cette nuit », or reads what is wrong."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.urls import reverse

from desk.todo.blocks import Block, BlockRow, many
from lifecycle.models import RESTORED, Verification
from lifecycle.verification import JOURNALS, MISSED
from reports.services import REPORTS
from typography.french import HARD, moment

LATELY = timedelta(days=30)
"""How long what a backup lost is told."""
SUBJECTS = {
    JOURNALS: ("Journaux", "ligne relue", "lignes relues"),
    REPORTS: ("Rapports mensuels", "mois relu", "mois relus"),
}
"""What is verified each night: how it is named, and what is counted."""


def verifications(at: datetime) -> Block:
    """One line for each fault, and for each verification that is missing; one query."""
    last = {one.subject: one for one in Verification.objects.last_of_each()}
    return Block(
        "verifications",
        "Vérification des journaux et des rapports",
        partial(_lines, last, at),
        lambda line: line,
        _passed(last),
        is_wanted_empty=True,
    )


def _lines(last: dict[str, Verification], at: datetime) -> list[BlockRow]:
    faults = [line for subject in SUBJECTS for line in _of(subject, last.get(subject), at)]
    return [*faults, *_restored(last.get(RESTORED), at)]


def _restored(last: Verification | None, at: datetime) -> Iterable[BlockRow]:
    """What the last backup that was put back had lost, for a month: it is to be done again by those who did it."""
    if last is None or last.started_at < at - LATELY:
        return
    url = f"{reverse('desk:guide_chapter', args=['pilote'])}#la-base-vient-d-une-sauvegarde"
    about = f"base remise en place le {moment(last.started_at)}"
    for one in last.faults:
        yield BlockRow(one, url, about)
    if (others := last.faults_count - len(last.faults)) > 0:
        yield BlockRow(many(others, "autre objet à reprendre", "autres objets à reprendre"), url, about)


def _of(subject: str, last: Verification | None, at: datetime) -> Iterable[BlockRow]:
    name = SUBJECTS[subject][0]
    url = f"{reverse('desk:guide_chapter', args=['pilote'])}#une-verification-trouve-une-faute"
    if last is None:
        yield BlockRow(name, url, "pas encore vérifiés")
        return
    if last.started_at < at - MISSED:
        yield BlockRow(name, url, "pas vérifiés", f"depuis le {moment(last.started_at)}", is_late=True)
    passed = f"aucune le {moment(last.passed_at)}" if last.passed_at else ""
    for fault in last.faults:
        yield BlockRow(fault, url, name, passed, is_late=True, late_word="faute")
    if (others := last.faults_count - len(last.faults)) > 0:
        yield BlockRow(many(others, "autre faute", "autres fautes"), url, name, passed, is_late=True, late_word="faute")


def _passed(last: dict[str, Verification]) -> str:
    """« Journaux : sans faute le 24 nov. 2026 à 2 h 10, 12 345 lignes relues. » and the same of the reports."""
    return " ".join(
        f"{name}{HARD}: sans faute le {moment(one.finished_at)}, {many(one.rows_count, *counted)}."
        for subject, (name, *counted) in SUBJECTS.items()
        if (one := last.get(subject))
    )
