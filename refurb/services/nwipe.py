"""What a log of nwipe tells of one drive, in the words of the evidence; the verdict is still computed elsewhere."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from documents.enums import ContentType
from documents.models import StoredFile
from documents.services import open_file
from donations.serials import same_serial
from refurb.contradictions import ToldRun
from refurb.enums import Claim, ClockReason, DriveKind, ErasureMethod, ErasureVerification, HiddenSectors, ToolClock
from refurb.readers.nwipe import LogRun, NotNwipe, read_log

SECURE_METHODS = ("secure erase", "sanitize")


class NotThisDrive(ValueError):
    """The log tells of other drives, or of several; its text says which, in French."""


@dataclass(frozen=True)
class ClockTold:
    """How the clock of the computer stood, as a person declares it for one file.

    ``really``: of a wrong clock, when the last run of the log in truth ended.
    """

    clock: ToolClock = ToolClock.LOCAL
    reason: ClockReason | str = ""
    really: datetime | None = None


OF_HERE = ClockTold()


def runs_of(report: StoredFile) -> list[LogRun]:
    """The drives a deposited log tells of. Raises NotNwipe."""
    with open_file(report) as file:
        return read_log(file.read().decode("utf-8", "replace"))


def runs_or_none(report: StoredFile | None) -> list[LogRun]:
    """The same; none of a file that is no text, or no log of nwipe."""
    if report is None or report.content_type not in (ContentType.TEXT, ContentType.CSV):
        return []
    try:
        return runs_of(report)
    except NotNwipe:
        return []


def run_about(runs: Sequence[LogRun], serial: str) -> LogRun:
    """The run about the drive of this serial number; without one, the only run there is. Raises NotThisDrive."""
    told = ", ".join(run.serial or f"{run.disk} sans numéro de série" for run in runs)
    nameless = not any(same_serial(run.serial) for run in runs)
    hint = "Dites de quel disque parle chacun\u00a0: attribuez ce journal." if nameless else "Tapez le numéro du vôtre."
    if not same_serial(serial):
        if len(runs) > 1:
            raise NotThisDrive(f"Ce journal parle de plusieurs disques\u00a0: {told}. {hint}")
        return runs[0]
    same = [run for run in runs if same_serial(run.serial) == same_serial(serial)]
    if not same and len(runs) == 1 and not same_serial(runs[0].serial):
        return runs[0]  # the verdict says that the serial number is missing
    if not same:
        raise NotThisDrive(f"Ce journal ne parle pas du disque {serial}, mais de\u00a0: {told}.{f' {hint}' * nameless}")
    return same[-1]


def kind_told(run: LogRun) -> DriveKind | None:
    """The kind of storage, when the log tells it."""
    if run.is_nvme:
        return DriveKind.NVME
    return DriveKind.SSD if run.is_solid_state else None


def fingerprint(run: LogRun) -> str:
    """The print of one run: the same whatever the name, the ends of line or the last bytes of its file."""
    said = (same_serial(run.serial), run.disk, run.size, run.method, run.started_at, run.last_at, run.written)
    return hashlib.sha256(repr(said).encode()).hexdigest()


def offset_of(runs: Sequence[LogRun], told: ClockTold) -> timedelta:
    """What is added to the hours that the log prints, read as those of here, to have the true ones."""
    ends = [ended for run in runs if (ended := run.finished_at or run.last_at)]
    if told.clock == ToolClock.LOCAL or not ends:
        return timedelta(0)
    last = max(ends)
    here = last.replace(tzinfo=timezone.get_current_timezone()).astimezone(UTC)
    really = last.replace(tzinfo=UTC) if told.clock == ToolClock.UTC else (told.really or here).astimezone(UTC)
    return really - here


def erasure_told(
    run: LogRun, *, capacity: int | None, clock: ToolClock | str = ToolClock.LOCAL, offset: timedelta = timedelta(0)
) -> ToldRun:
    """What a log tells was run on a drive; ``capacity`` in bytes, for a log that does not print the size.

    ``clock`` and ``offset`` (see ``offset_of``): how the hours it prints are read.
    """
    duration = run.claimed_duration

    def instant(printed: datetime | None) -> datetime | None:
        if printed is None or clock == ToolClock.UTC:
            return printed and printed.replace(tzinfo=UTC)
        return printed.replace(tzinfo=timezone.get_current_timezone()).astimezone(UTC) + offset

    return ToldRun(
        method=ErasureMethod.SANITIZE if _is_secure(run) else ErasureMethod.OVERWRITE,
        tool="nwipe",
        tool_version=run.version,
        standard=run.method,
        started_at=instant(run.started_at),
        finished_at=instant(run.finished_at),
        serial_read=run.serial,
        bytes_expected=run.size if run.size is not None else capacity,
        bytes_erased=run.bytes_erased,
        passes_asked=max(run.passes_asked, 1),
        passes_done=len(run.done),
        verification=_verification(run),
        verification_errors=run.verification_errors,
        pass_errors=run.pass_errors,
        hidden_sectors=_hidden(run),
        claimed=_claim(run),
        claimed_seconds=int(duration.total_seconds()) if duration is not None else None,
    )


def _is_secure(run: LogRun) -> bool:
    return any(word in run.method.lower() for word in SECURE_METHODS)


def _verification(run: LogRun) -> ErasureVerification:
    if run.verified and len(run.verified) >= run.passes_asked > 1:
        return ErasureVerification.ALL_PASSES
    last = max(run.done, key=lambda one: (one[1], one[0]), default=None)
    return ErasureVerification.LAST_PASS if run.verified_empty or last in run.verified else ErasureVerification.NONE


def _hidden(run: LogRun) -> HiddenSectors:
    if run.hidden is None:
        return HiddenSectors.NOT_APPLICABLE if run.is_nvme else HiddenSectors.UNKNOWN
    return HiddenSectors.PRESENT if run.hidden else HiddenSectors.NONE


def _claim(run: LogRun) -> Claim:
    if run.result == "ERASED":
        return Claim.ERASED
    if "ABORT" in run.result:
        return Claim.ABORTED
    return Claim.FAILED if run.result else Claim.SILENT
