"""Is what the journals stand for still whole? Every check by its name, and what each verification found.

``chains``: journals, objects, stamps, seals of machines. ``seal_checks``: evidence beside its seals. ``wall_checks``:
functions, triggers, constraints and tables of the database. What an app counts from its rows is registered
(``registry.verify``).
"""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from lifecycle.chains import verify_journal
from lifecycle.erased import verify_register
from lifecycle.faults import Fault, Report
from lifecycle.journal import digest_comment
from lifecycle.machine import machines
from lifecycle.models import JOURNALS, Comment, Verification
from lifecycle.registry import registry
from lifecycle.seal_checks import MISSED, verify_evidence
from lifecycle.sealing import EVIDENCE
from lifecycle.wall_checks import verify_wall

__all__ = [
    "CHECKS",
    "JOURNALS",
    "MISSED",
    "TOLD",
    "Fault",
    "FaultsFound",
    "Report",
    "is_whole_night",
    "machines_in_doubt",
    "note_verification",
    "verify_comments",
    "verify_journal",
    "verify_journals",
]

CHUNK = 2000
TOLD = 100
"""How many faults of one verification are kept in words."""
SUNDAY = 6


class FaultsFound(Exception):
    """Something that nobody may change was changed; the sentence says how many faults, the verification which."""


def note_verification(subject: str, verify: Callable[[Report], int]) -> Verification:
    """Run ``verify``, which returns how many rows it read, and keep what it found. Raises FaultsFound.

    The row is written before anything is read: a verification that fails halfway is seen not to have come to its end.
    """
    noted = Verification.objects.create(subject=subject, started_at=timezone.now())
    found: list[Fault] = []
    noted.rows_count = verify(found.append)
    noted.faults_count, noted.faults = len(found), [fault.in_words for fault in found[:TOLD]]
    noted.machines = sorted({fault.machine for fault in found})
    noted.finished_at = timezone.now()
    noted.save()
    if found:
        raise FaultsFound(f"{subject}\u00a0: {len(found)} faute(s), dans {', '.join(noted.machines)}.")
    return noted


def verify_comments(report: Report) -> int:
    """Verify that each comment that was not erased is the one its digest tells of; return how many there are."""
    count = 0
    kept = Comment.objects.exclude(text="").order_by("pk")
    for digest, salt, text in kept.values_list("digest", "salt", "text").iterator(CHUNK):
        count += 1
        if digest_comment(salt, text) != digest:
            report(Fault("commentaire", digest[:12], None, "le texte n’est plus celui qui a été écrit."))
    return count


def _machines(report: Report, *, whole: bool) -> int:
    return sum(verify_journal(model, report, whole=whole) for model in machines().values())


def _registered(report: Report) -> int:
    return sum(verify(report) for verify in registry.verifiers)


type Check = Callable[[Report, bool], int]

CHECKS: dict[str, tuple[str, Check]] = {
    "journals": ("lignes", lambda report, whole: _machines(report, whole=whole)),
    "comments": ("commentaires", lambda report, whole: verify_comments(report)),
    "evidence": ("preuves", lambda report, whole: verify_evidence(report, whole=whole)),
    "wall": ("fonctions, déclencheurs et contraintes", lambda report, whole: verify_wall(report)),
    "counts": ("recoupements", lambda report, whole: _registered(report)),
    "register": ("lignes du registre des effacements", lambda report, whole: verify_register(report)),
}
"""Each check by its name: what it counts, and the function, which is told whether everything is read again."""


def verify_journals(report: Report, *, whole: bool = True) -> int:
    """Make every check; return how many rows of journals, comments and evidence were read.

    Unless ``whole``, chains and evidence are computed again only where something moved since the last seal.
    """
    read = {name: check(report, whole) for name, (_, check) in CHECKS.items()}
    return read["journals"] + read["comments"] + read["evidence"]


def is_whole_night(at: datetime) -> bool:
    """Whether this night reads everything again: Sunday's does, the others what moved since their last seal."""
    return timezone.localtime(at).weekday() == SUNDAY


def machines_in_doubt() -> frozenset[str]:
    """What is not to be sealed: that in which the last verification found a fault; all without one that ended."""
    last = Verification.objects.filter(subject=JOURNALS).first()
    return frozenset([*machines(), EVIDENCE] if last is None or last.finished_at is None else last.machines)
