"""Runs that a tool, or a person, says failed: the later one decides, in whatever order they are written down.

A failure takes down the proof of a run that began before it ended; what is written after it, of such a run, proves
nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from refurb.contradictions import ToldRun
from refurb.enums import Claim, ErasureEntry, ErasureOrigin, ErasureOutcome
from refurb.models.drive import Drive
from refurb.models.erasure import Erasure

NOT_ERASED = (Claim.FAILED, Claim.ABORTED)
READ = (ErasureEntry.READ, ErasureEntry.CHECKED)


def failures_of(drives: Iterable[Drive]) -> Mapping[int, Sequence[Erasure]]:
    """``{drive: the failed runs that stand}``; one query."""
    found: dict[int, list[Erasure]] = defaultdict(list)
    failed = Erasure.objects.current().filter(drive__in=list(drives), claimed__in=NOT_ERASED)
    for row in failed.filter(origin=ErasureOrigin.WORKSHOP, outcome=ErasureOutcome.REFUSED):
        found[row.drive_id].append(row)
    return found


def failed_later(run: ToldRun, failures: Iterable[Erasure], supersedes: Erasure | None = None) -> bool:
    """Whether one of these failures ended after this run began; one that a person typed may be replaced."""
    begun = run.started_at or run.finished_at
    if run.claimed in NOT_ERASED or run.origin == ErasureOrigin.DONOR or begun is None:
        return False
    return any(
        (ended := row.finished_at or row.started_at) is not None
        and ended > begun
        and (row.entry in READ or supersedes is None or row.pk != supersedes.pk)
        for row in failures
    )


def belied_by(run: ToldRun, drive: Drive) -> list[Erasure]:
    """The proofs of a drive that this run, which failed, takes down: not of a failure that was over when they began."""
    ended = run.finished_at or run.started_at
    if run.claimed not in NOT_ERASED or run.origin == ErasureOrigin.DONOR or ended is None:
        return []
    proofs = Erasure.objects.accepted().filter(drive=drive, finished_at__gte=drive.arrived_at).order_by("pk")
    return [row for row in proofs if (begun := row.started_at or row.finished_at) is not None and ended > begun]
