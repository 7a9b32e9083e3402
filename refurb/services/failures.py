"""Runs that a tool, or a person, says failed: the later one decides, in whatever order they are written down.

A failure takes down the proof of a run that began before it ended; what is written after it, of such a run, proves
nothing. It stays that of its drive under its number, and however its inventory is written since. The trigger
``refurb_erasure_once`` asks the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import BigIntegerField, F, Func, Q

from refurb.contradictions import ToldRun
from refurb.enums import Claim, ErasureEntry, ErasureOrigin, ErasureOutcome
from refurb.models.drive import Drive
from refurb.models.erasure import Erasure

NOT_ERASED = (Claim.FAILED, Claim.ABORTED)
READ = (ErasureEntry.READ, ErasureEntry.CHECKED)


class _Also(Func):
    """The rows that are the same drive: those of its number, and what they said before they were corrected."""

    function = "refurb_drive_also"
    output_field = BigIntegerField()
    set_returning = True


def failures_of(drives: Iterable[Drive]) -> Mapping[int, Sequence[Erasure]]:
    """``{drive: the failed runs that count}``: what a tool wrote, whatever was said since; two queries at most.

    What a person typed is superseded by what is typed in its place.
    """
    known = Drive.objects.filter(pk__in=[drive.pk for drive in drives]).annotate(also=_Also(F("pk"))).order_by()
    stands = Q(entry__in=READ) | Q(superseded_by=None)
    failed = Erasure.objects.filter(stands, drive__in=known.values("also"), claimed__in=NOT_ERASED)
    failures = list(failed.filter(origin=ErasureOrigin.WORKSHOP, outcome=ErasureOutcome.REFUSED))
    found: dict[int, list[Erasure]] = defaultdict(list)
    for drive, row in known.values_list("pk", "also") if failures else ():
        found[drive] += [failure for failure in failures if failure.drive_id == row]
    return found


def failed_later(run: ToldRun, failures: Iterable[Erasure], supersedes: Erasure | None = None) -> bool:
    """Whether one of these failures ended after this run began; one that a person typed may be replaced.

    One that is dated ahead of time was over when it was written down.
    """
    begun = run.started_at or run.finished_at
    if run.claimed in NOT_ERASED or run.origin == ErasureOrigin.DONOR or begun is None:
        return False
    return any(
        (ended := row.finished_at or row.started_at) is not None
        and min(ended, row.recorded_at) > begun
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
