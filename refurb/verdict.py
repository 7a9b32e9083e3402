"""Verdicts computed here, from facts alone: is a drive erased, is a device in working order? No model, no clock."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from donations.serials import same_serial
from refurb.contradictions import is_other_bus, is_other_model
from refurb.enums import (
    CheckResult,
    Claim,
    DriveKind,
    DriveSource,
    ErasureMethod,
    ErasureOrigin,
    ErasureOutcome,
    ErasureRefusal,
    ErasureVerification,
    HiddenSectors,
    ReportDifference,
    ReportSays,
)

SUITED: Mapping[ErasureMethod, frozenset[DriveKind]] = {
    ErasureMethod.OVERWRITE: frozenset(DriveKind) - {DriveKind.INTERNAL},
    ErasureMethod.SECURE_ERASE: frozenset({DriveKind.HDD, DriveKind.SSD}),
    ErasureMethod.SANITIZE: frozenset({DriveKind.HDD, DriveKind.SSD, DriveKind.NVME, DriveKind.EMMC}),
    ErasureMethod.CRYPTO: frozenset(DriveKind) - {DriveKind.HDD, DriveKind.CARD},
    ErasureMethod.RESET: frozenset({DriveKind.INTERNAL}),
}
"""The kinds of storage on which a method clears or purges (NIST SP 800-88 rev. 1, appendix A).

A hard disk or a memory card seldom encrypts what it holds, and nobody sees whether it does: its key proves nothing. A
reset is told by a person, without a report: it is for phones and tablets (domaine §3.2), not for the soldered storage
of a computer.
"""
MAY_HIDE_SECTORS = frozenset({DriveKind.HDD, DriveKind.SSD})
"""ATA drives: a host protected area or a device configuration overlay may hide sectors from the tool."""
ROUNDING = 0.99
"""A capacity read on a label is rounded: a tool may see one per cent less without hiding anything."""
ROUNDED_DOWN = 0.9
"""A sticker says 256 Go of what holds 275: makers count in thousands and systems in 1,024."""
DURATION_TOLERANCE = timedelta(minutes=1)
PRINTED_TO = timedelta(seconds=1)
"""Tools print whole seconds: a run may have lasted one more."""
MEGABYTE = 10**6


@dataclass(frozen=True)
class Facts:
    """What is known of one erasure: the drive, the run, what the report claims. Sizes in bytes, instants aware."""

    drive_kind: DriveKind
    drive_serial: str
    capacity: int | None
    arrived_at: datetime | None
    recorded_at: datetime
    origin: ErasureOrigin
    method: ErasureMethod
    has_report: bool
    serial_read: str
    started_at: datetime | None
    finished_at: datetime | None
    bytes_expected: int | None
    bytes_erased: int | None
    passes_asked: int
    passes_done: int
    verification: ErasureVerification
    verification_errors: int
    pass_errors: int
    hidden_sectors: HiddenSectors
    claimed: Claim = Claim.SILENT
    claimed_seconds: int | None = None
    rate_ceiling: int | None = None
    """In megabytes per second: what no drive of this kind goes beyond."""
    drive_source: DriveSource = DriveSource.UNSAID
    is_attributed: bool = False
    """A person says that the report, which bears no number, is about this drive."""
    drive_model: str = ""
    drive_maker: str = ""
    model_read: str = ""
    bus_read: str = ""
    """As nwipe prints it: « ATA », « ATA-SSD », « NVME-SSD », « USB »."""
    names_drive: bool | None = None
    """Whether the number of the drive is among the words of a report that Maillon does not read; None: not known."""
    is_read: bool = False
    """Maillon reads the report. One without number is then attributed, even to a drive that has none either."""
    report_says: ReportSays = ReportSays.NOTHING_WRONG
    """What the words of a report that Maillon does not read say."""
    failed_later: bool = False
    """A run that ended after this one began says that it failed."""
    leaves_a_space: bool = False
    """The log finds its number at several paths, of which one was not erased."""


@dataclass(frozen=True)
class ErasureVerdict:
    """The answer: accepted when there is no refusal. ``differences`` says where the tool's report says otherwise."""

    refusals: tuple[ErasureRefusal, ...]
    differences: tuple[ReportDifference, ...]

    @property
    def outcome(self) -> ErasureOutcome:
        return ErasureOutcome.REFUSED if self.refusals else ErasureOutcome.ACCEPTED


def judge_erasure(facts: Facts) -> ErasureVerdict:
    """Decide whether an erasure proves that a drive is empty, from its figures and never from the word of the tool.

    Source of the rule: domaine §3.1 (an interrupted run can exit without error, a status can say ERASED with errors).
    """
    rules = (_whose, _what_it_says, _when, _how, _which_drive, _how_much, _how_many_times, _how_fast, _checked, _hidden)
    refusals = tuple(refusal for rule in rules for refusal in rule(facts))
    return ErasureVerdict(refusals, tuple(_differences(facts, bool(refusals))))


def _whose(facts: Facts) -> Iterator[ErasureRefusal]:
    if facts.origin == ErasureOrigin.DONOR:
        yield ErasureRefusal.DONOR_CERTIFICATE
    if facts.claimed == Claim.FAILED:
        yield ErasureRefusal.TOOL_FAILED
    if facts.claimed == Claim.ABORTED:
        yield ErasureRefusal.TOOL_ABORTED


def _what_it_says(facts: Facts) -> Iterator[ErasureRefusal]:
    if facts.report_says == ReportSays.MACHINE:
        yield ErasureRefusal.MACHINE_FILE
    if facts.report_says == ReportSays.NOT_ERASED:
        yield ErasureRefusal.SAYS_NOT_ERASED


def _when(facts: Facts) -> Iterator[ErasureRefusal]:
    if facts.finished_at is None:
        yield ErasureRefusal.NOT_FINISHED
        return
    if facts.started_at is not None and facts.finished_at < facts.started_at:
        yield ErasureRefusal.DATES_REVERSED
    began = facts.started_at + PRINTED_TO if facts.started_at else facts.finished_at
    if facts.arrived_at is None or min(began, facts.finished_at) < facts.arrived_at:
        yield ErasureRefusal.BEFORE_ARRIVAL
    if facts.finished_at > facts.recorded_at:
        yield ErasureRefusal.IN_THE_FUTURE
    if facts.failed_later:
        yield ErasureRefusal.LATER_RUN_FAILED


def _how(facts: Facts) -> Iterator[ErasureRefusal]:
    if facts.drive_kind not in SUITED[facts.method]:
        yield ErasureRefusal.METHOD_UNSUITED
    if not facts.has_report and facts.method != ErasureMethod.RESET:
        yield ErasureRefusal.NO_REPORT


def _which_drive(facts: Facts) -> Iterator[ErasureRefusal]:
    ours, read = same_serial(facts.drive_serial), same_serial(facts.serial_read)
    if read and ours and read != ours:
        yield ErasureRefusal.SERIAL_MISMATCH
    if facts.names_drive is False and facts.method != ErasureMethod.RESET:
        yield ErasureRefusal.SERIAL_MISSING
    elif read or facts.method == ErasureMethod.RESET or facts.is_attributed:
        return
    elif ours or facts.is_read:
        yield ErasureRefusal.SERIAL_MISSING


def _how_much(facts: Facts) -> Iterator[ErasureRefusal]:
    expected, erased = facts.bytes_expected, facts.bytes_erased
    if expected is None or erased is None:
        if facts.method == ErasureMethod.OVERWRITE:
            yield ErasureRefusal.BYTES_UNKNOWN
    elif erased < expected or erased <= 0:
        yield ErasureRefusal.BYTES_SHORT
    if facts.leaves_a_space:
        yield ErasureRefusal.SPACE_LEFT
    if expected is not None and facts.capacity is not None and expected < facts.capacity * ROUNDING:
        yield ErasureRefusal.SMALLER_THAN_DRIVE
    if facts.is_attributed and expected and facts.capacity and expected * ROUNDING > facts.capacity:
        yield ErasureRefusal.OTHER_SIZE


def _how_many_times(facts: Facts) -> Iterator[ErasureRefusal]:
    if facts.passes_done < max(facts.passes_asked, 1):
        yield ErasureRefusal.PASSES_SHORT
    if facts.pass_errors:
        yield ErasureRefusal.PASS_ERRORS


def _how_fast(facts: Facts) -> Iterator[ErasureRefusal]:
    """An overwriting moves all its bytes through the bus; a command of the drive does not."""
    if facts.method != ErasureMethod.OVERWRITE:
        return
    if facts.started_at is None:
        yield ErasureRefusal.NOT_STARTED
        return
    moved = bytes_moved(facts.bytes_erased, facts.passes_done, facts.verification)
    if facts.finished_at is None or facts.finished_at < facts.started_at or moved is None or not facts.rate_ceiling:
        return
    lasted = facts.finished_at - facts.started_at + PRINTED_TO
    if moved > lasted.total_seconds() * facts.rate_ceiling * MEGABYTE:
        yield ErasureRefusal.TOO_FAST


def bytes_moved(erased: int | None, passes: int, verification: ErasureVerification | str) -> int | None:
    """What went through the bus: each pass that was written, and those that were read again."""
    if erased is None:
        return None
    read = {ErasureVerification.ALL_PASSES: passes, ErasureVerification.LAST_PASS: min(passes, 1)}.get(
        ErasureVerification(verification), 0
    )
    return erased * (passes + read)


def _checked(facts: Facts) -> Iterator[ErasureRefusal]:
    on_screen = facts.verification == ErasureVerification.FIRST_START
    if facts.verification == ErasureVerification.NONE or (on_screen and facts.method != ErasureMethod.RESET):
        yield ErasureRefusal.NOT_VERIFIED
    if facts.verification_errors:
        yield ErasureRefusal.VERIFICATION_ERRORS


def _hidden(facts: Facts) -> Iterator[ErasureRefusal]:
    if facts.hidden_sectors == HiddenSectors.PRESENT:
        yield ErasureRefusal.HIDDEN_PRESENT
    known = facts.hidden_sectors in (HiddenSectors.NONE, HiddenSectors.ERASED, HiddenSectors.PRESENT)
    if facts.drive_kind in MAY_HIDE_SECTORS and not known:
        yield ErasureRefusal.HIDDEN_UNKNOWN


def _differences(facts: Facts, refused: bool) -> Iterator[ReportDifference]:
    if refused and facts.claimed == Claim.ERASED:
        yield ReportDifference.CLAIMS_ERASED
    if not refused and facts.claimed == Claim.SILENT:
        yield ReportDifference.SILENT
    if facts.claimed_seconds is not None and facts.started_at and facts.finished_at:
        printed = timedelta(seconds=facts.claimed_seconds)
        if abs((facts.finished_at - facts.started_at) - printed) > DURATION_TOLERANCE:
            yield ReportDifference.DURATION
    if facts.drive_source == DriveSource.REPORT:
        yield ReportDifference.SELF_NAMED
    yield from _another_drive_seen(facts)
    if facts.report_says in (ReportSays.DOUBT, ReportSays.DOUBT_ALONE):
        yield ReportDifference.FAILURE_WORDS
    if facts.report_says in (ReportSays.NO_ERASURE, ReportSays.DOUBT_ALONE):
        yield ReportDifference.NO_ERASURE_WORD
    if facts.is_attributed:
        yield ReportDifference.ATTRIBUTED
    elif not refused and _is_nameless(facts):
        yield ReportDifference.NAMELESS


def _another_drive_seen(facts: Facts) -> Iterator[ReportDifference]:
    """The report has the number of the drive, and sees another one: one of the two was misread."""
    if is_other_bus(facts.bus_read, facts.drive_kind):
        yield ReportDifference.OTHER_BUS
    if facts.capacity and (facts.bytes_expected or 0) * ROUNDED_DOWN > facts.capacity:
        yield ReportDifference.OTHER_SIZE
    if is_other_model(facts.model_read, facts.drive_model, facts.drive_maker):
        yield ReportDifference.OTHER_MODEL


def _is_nameless(facts: Facts) -> bool:
    """A drive that leaves its device, and its report, bear no number: the word of who typed ties one to the other."""
    numbers = same_serial(facts.drive_serial), same_serial(facts.serial_read)
    return not any(numbers) and facts.drive_kind != DriveKind.INTERNAL


@dataclass(frozen=True)
class Function:
    """One function of a checklist. ``rule`` says when it does not apply to a device; empty when it always does."""

    code: str
    essential: bool
    rule: str = ""


def failing(functions: Iterable[Function], results: Mapping[str, CheckResult]) -> list[str]:
    """The functions nobody tried, and the essential ones that did not pass; none: the device is in working order.

    «\u00a0Sans objet\u00a0» passes only for a function whose checklist says when it does not apply.
    Source of the rule: décret n° 2022-190 du 17 février 2022 (all functions tested) and domaine §2.3.
    """
    return [
        function.code
        for function in functions
        if function.code not in results
        or (
            function.essential
            and results.get(function.code) != CheckResult.OK
            and not (function.rule and results.get(function.code) == CheckResult.NOT_APPLICABLE)
        )
    ]
