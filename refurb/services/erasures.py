"""Erasures: what a report that is read, or a person who types, says of a run; the verdict is computed here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from documents.models import StoredFile
from donations.serials import same_serial
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from reference.parameters import ValuesOfDay, parameters_on
from refurb.contradictions import ToldRun, completed, contradictions
from refurb.enums import (
    FOLLOWED_BY_FILES,
    IN_THE_WORKSHOP,
    TO_CONFIRM,
    AttributionReason,
    Claim,
    ClockReason,
    DeviceState,
    DriveKind,
    DriveSource,
    ErasureEntry,
    ErasureMethod,
    ErasureOrigin,
    ErasureOutcome,
    ErasureVerification,
    HiddenSectors,
    ReportDifference,
    ReportSays,
    ToolClock,
)
from refurb.models.device import Device
from refurb.models.drive import Destruction, Drive
from refurb.models.erasure import Erasure
from refurb.parameters import CLOCK_DAYS, RATE_USB, RATES
from refurb.readers.nwipe import LogRun
from refurb.report_words import certificate_in, names_any, names_drive, read_ahead, says_of_erasing
from refurb.services import claims
from refurb.services.locked_devices import about, held_drive, may_supersede
from refurb.services.nwipe import (
    OF_HERE,
    ClockTold,
    NotThisDrive,
    erasure_told,
    fingerprint,
    offset_of,
    run_about,
    runs_or_none,
)
from refurb.verdict import MAY_HIDE_SECTORS, Facts, judge_erasure

NOT_A_LOG = Reason(
    "not_a_log",
    "Ce fichier n’est pas un journal texte de nwipe\u00a0: saisissez l’effacement à la main, il sera marqué comme tel.",
    field="deposit",
)
REASON_NEEDED = Reason("clock_reason", "Dites pourquoi l’horloge n’était pas à l’heure d’ici.", field="clock_reason")
REALLY_NEEDED = Reason("clock_really", "Dites quand l’effacement s’est terminé en réalité.", field="really")
NOT_SO_LATE = "Une horloge fausse se déclare dans les {days} jours\u00a0: refaites l’effacement, l’horloge à l’heure."
DESTROYED_BEFORE = Reason(
    "destroyed_before", "Ce disque était déjà détruit à cette heure\u00a0: il ne s’efface plus.", field="finished_at"
)
CAPACITY_NEEDED = Reason(
    "capacity_needed",
    "Dites d’abord la capacité de ce disque, par «\u00a0Corriger l’inventaire\u00a0»\u00a0: un journal sans numéro ne"
    " s’attribue qu’à un disque de la taille qu’il dit.",
    field="drive",
)
NUMBERED = Reason(
    "numbered",
    "Un journal parle déjà de ce disque sous son numéro, et c’est lui qui compte\u00a0: un passage sans numéro ne s’y"
    " substitue pas. Effacez-le de nouveau, branché de façon que nwipe imprime son numéro.",
    field="drive",
)
AHEAD = Reason("clock_ahead", "Cette heure est dans le futur.", field="really")
FAILURE_WORDS = Reason(
    "failure_words",
    "Ce rapport porte des mots d’échec\u00a0: relisez-le. S’ils ne parlent pas de l’effacement de ce disque, cochez"
    " «\u00a0J’ai relu le rapport\u00a0»\u00a0; sinon, effacez le disque de nouveau.",
    field="confirmed",
)
NO_ERASURE_WORD = Reason(
    "no_erasure_word",
    "Aucun mot de ce rapport ne parle d’effacement\u00a0: est-ce le bon fichier\u00a0? Si oui, cochez «\u00a0J’ai relu"
    " le rapport\u00a0».",
    field="confirmed",
)
USB = "USB"
NONE_TO_LOOK_FOR = {HiddenSectors.UNKNOWN, HiddenSectors.NOT_APPLICABLE}
"""Of a storage that hides no sectors, a log that did not look for them and « sans objet » say the same."""


@dataclass(frozen=True, kw_only=True)
class PendingRun:
    """One run about to be judged, with how it came: typed, read in a log, or typed and found in the log."""

    run: ToldRun
    entry: ErasureEntry
    run_sha256: str = ""
    found: LogRun | None = None
    clock: ClockTold = OF_HERE
    offset: timedelta = timedelta(0)
    attribution: AttributionReason | str = ""


def typed(drive: Drive, run: ToldRun, runs: Sequence[LogRun]) -> PendingRun:
    """What a person typed; ``runs``, those of the report that is attached, must say the same. Raises Refused."""
    if not runs or run.origin == ErasureOrigin.DONOR:
        return PendingRun(run=run, entry=ErasureEntry.TYPED)
    try:
        found = run_about(runs, run.serial_read or drive.serial)
    except NotThisDrive as error:
        raise Refused({drive.device_id: (Reason("another_drive", str(error), field="deposit"),)}) from error
    told = erasure_told(found, capacity=run.bytes_expected)
    if drive.kind not in MAY_HIDE_SECTORS and {told.hidden_sectors, run.hidden_sectors} == NONE_TO_LOOK_FOR:
        told = replace(told, hidden_sectors=run.hidden_sectors)
    wrong = tuple(Reason("contradicted", one.sentence, field=one.field) for one in contradictions(run, told))
    if wrong:
        raise Refused({drive.device_id: wrong})
    print_ = fingerprint(found)
    return PendingRun(run=completed(run, told), entry=ErasureEntry.CHECKED, run_sha256=print_, found=found)


def read(
    drive: Drive,
    runs: Sequence[LogRun],
    clock: ClockTold = OF_HERE,
    *,
    disk: str = "",
    attribution: AttributionReason | str = "",
) -> PendingRun:
    """What the log of a tool says of this drive: by its number, or by ``disk``, which a person attributes to it.

    Raises Refused.
    """
    if not runs:
        raise Refused({drive.device_id: (NOT_A_LOG,)})
    if attribution and drive.capacity is None:
        raise Refused({drive.device_id: (CAPACITY_NEEDED,)})
    try:
        found = _run_of(runs, disk) if attribution else run_about(runs, drive.serial)
    except NotThisDrive as error:
        raise Refused({drive.device_id: (Reason("another_drive", str(error), field="deposit"),)}) from error
    offset = offset_of(runs, clock)
    told = erasure_told(found, capacity=drive.capacity, clock=clock.clock, offset=offset)
    if attribution and _is_told_by_its_number(drive, runs, told):
        raise Refused({drive.device_id: (NUMBERED,)})
    return PendingRun(
        run=told,
        entry=ErasureEntry.READ,
        run_sha256=fingerprint(found),
        found=found,
        clock=clock,
        offset=offset,
        attribution=attribution,
    )


def _is_told_by_its_number(drive: Drive, runs: Sequence[LogRun], told: ToldRun) -> bool:
    """Whether a run that bears its number tells of it: in this log, or as late in one that proved nothing of it."""
    number = same_serial(drive.serial)
    if not number:
        return False
    if any(same_serial(run.serial) == number for run in runs):
        return True
    refused = Erasure.objects.current().filter(drive=drive, serial_key=number, outcome=ErasureOutcome.REFUSED)
    logged = refused.exclude(run_sha256="")
    return told.started_at is not None and logged.filter(started_at__gte=told.started_at).exists()


def _run_of(runs: Sequence[LogRun], disk: str) -> LogRun:
    """The run of a disk that a person names, because it has no number. Raises NotThisDrive."""
    found = next((run for run in runs if run.name == disk), None)
    if found is None:
        raise NotThisDrive(f"Ce journal ne parle pas de {disk}, mais de\u00a0: {', '.join(run.name for run in runs)}.")
    return found


def check_clock(device: Device, clock: ClockTold, at: datetime) -> None:
    """A clock is declared with why; a wrong one soon after the run, by somebody who remembers. Raises Refused."""
    refused = []
    if clock.clock != ToolClock.LOCAL and not clock.reason:
        refused.append(REASON_NEEDED)
    if clock.clock == ToolClock.WRONG:
        days = CLOCK_DAYS.on(timezone.localdate(at))
        if clock.really is None:
            refused.append(REALLY_NEEDED)
        elif clock.really > at:
            refused.append(AHEAD)
        elif clock.really < at - timedelta(days=days):
            refused.append(Reason("clock_late", NOT_SO_LATE.format(days=days), field="really"))
    if refused:
        raise Refused({device.pk: tuple(refused)})


def judged(
    held: Device,
    drive: Drive,
    told: PendingRun,
    report: StoredFile | None,
    *,
    actor: Actor,
    at: datetime,
    limits: ValuesOfDay,
) -> Erasure:
    """The row of an erasure, unsaved, with the verdict computed here, whatever the report claims."""
    run = told.run
    said: dict[str, Any] = vars(run) | {
        "origin": ErasureOrigin(run.origin),
        "method": ErasureMethod(run.method),
        "serial_read": run.serial_read.strip(),
        "verification": ErasureVerification(run.verification),
        "hidden_sectors": HiddenSectors(run.hidden_sectors),
        "claimed": Claim(run.claimed),
    }
    words = {name: said.pop(name).strip() for name in ("tool", "tool_version", "standard", "operator")}
    ceiling = _ceiling(drive, told, limits)
    verdict = judge_erasure(
        Facts(
            drive_kind=DriveKind(drive.kind),
            drive_serial=drive.serial,
            drive_source=DriveSource(drive.source),
            drive_model=drive.model,
            drive_maker=drive.manufacturer,
            model_read=told.found.model if told.found else "",
            bus_read=told.found.printed_bus if told.found else "",
            leaves_a_space=told.found is not None and told.found.leaves_a_space,
            capacity=drive.capacity,
            arrived_at=drive.arrived_at,
            recorded_at=at,
            has_report=report is not None,
            rate_ceiling=ceiling,
            is_attributed=bool(told.attribution),
            is_read=told.entry in (ErasureEntry.READ, ErasureEntry.CHECKED),
            names_drive=_named(drive, told, report),
            report_says=_said_by(drive, told, report),
            **said,
        )
    )
    return Erasure(
        **about(held, actor, at, stay=drive.stay),
        **said,
        **words,
        drive=drive,
        report=report,
        report_sha256=report.sha256 if report else "",
        outcome=verdict.outcome,
        refusals=list(verdict.refusals),
        differences=list(verdict.differences),
        entry=told.entry,
        run_sha256=told.run_sha256,
        rate_ceiling=ceiling,
        clock=told.clock.clock,
        clock_offset=int(told.offset.total_seconds()),
        clock_reason=ClockReason(told.clock.reason) if told.clock.reason else "",
        attribution=told.attribution,
    )


def _named(drive: Drive, told: PendingRun, report: StoredFile | None) -> bool | None:
    """Whether a report that Maillon does not read speaks of this drive; None when that cannot be told.

    Of a drive without number, it names the tool or the model at least: a shopping list proves nothing.
    """
    if report is None or told.entry != ErasureEntry.TYPED:
        return None
    number = told.run.serial_read or drive.serial
    return names_drive(report, number) if same_serial(number) else names_any(report, (told.run.tool, drive.model))


def _said_by(drive: Drive, told: PendingRun, report: StoredFile | None) -> ReportSays:
    """What a report that Maillon does not read says; that of a reset is no proof by itself, somebody saw the screen."""
    is_reset = told.run.method == ErasureMethod.RESET
    if report is None or is_reset or told.entry != ErasureEntry.TYPED or told.run.origin == ErasureOrigin.DONOR:
        return ReportSays.NOTHING_WRONG
    return says_of_erasing(report, told.run.serial_read or drive.serial)


def _ceiling(drive: Drive, told: PendingRun, limits: ValuesOfDay) -> int | None:
    """The rate that an overwriting of this drive does not go beyond; through a cable, that of the cable too."""
    if ErasureMethod(told.run.method) != ErasureMethod.OVERWRITE or told.run.origin == ErasureOrigin.DONOR:
        return None
    asked = [RATES[DriveKind(drive.kind)], *([RATE_USB] if told.found and USB in told.found.bus else [])]
    return min(limits[rate] for rate in asked)


@gate.one_transaction
def record_erasure(
    *,
    actor: Actor,
    drive: Drive,
    run: ToldRun,
    report: StoredFile | None = None,
    supersedes: Erasure | None = None,
    confirmed: bool = False,
    at: datetime | None = None,
) -> Erasure:
    """Record what a person typed of an erasure, with its report: when Maillon can read it, both say the same.

    A refused verdict is recorded too: it tells what happened. ``confirmed``: whoever records it has read again a
    report whose words raise a doubt. Raises Unknown, PermissionDenied, Refused.
    """
    read_ahead(report)
    held, stamp = held_drive(actor=actor, drive=drive), at or timezone.now()
    nameless = [] if same_serial(drive.serial) or same_serial(run.serial_read) else certificate_in(report)
    told = typed(drive, run, runs_or_none(report) or [one for one in nameless if not same_serial(one.serial)])
    return _erasure_kept(held, drive, told, report, actor=actor, at=stamp, supersedes=supersedes, confirmed=confirmed)


@gate.one_transaction
def record_log(
    *,
    actor: Actor,
    drive: Drive,
    report: StoredFile,
    clock: ClockTold = OF_HERE,
    disk: str = "",
    attribution: AttributionReason | str = "",
    runs: Sequence[LogRun] | None = None,
    supersedes: Erasure | None = None,
    states: Collection[DeviceState] = IN_THE_WORKSHOP,
    at: datetime | None = None,
) -> Erasure:
    """Record an erasure as the log of nwipe tells it, read here; ``clock``: how the clock of the computer stood.

    ``runs``: what was read before in a report that is no text, its PDF certificate.
    ``disk`` and ``attribution``: a log without number is about the drive that a person says, and why. ``states``: of a
    file that is sorted late, those of a device that left too.
    Raises Unknown, PermissionDenied, Refused.
    """
    held, stamp = held_drive(actor=actor, drive=drive, states=states), at or timezone.now()
    check_clock(held, clock, stamp)
    found = runs_or_none(report) if runs is None else runs
    told = read(drive, found, clock, disk=disk, attribution=attribution)
    return _erasure_kept(held, drive, told, report, actor=actor, at=stamp, supersedes=supersedes)


def judge_again(*, actor: Actor, drive: Drive, former: Erasure, at: datetime) -> Erasure:
    """Record of a drive whose inventory was completed what proved it before, with the verdict of its new facts.

    Raises Unknown, PermissionDenied, Refused.
    """
    held = held_drive(actor=actor, drive=drive, states=FOLLOWED_BY_FILES)
    runs = runs_or_none(former.report) or certificate_in(former.report)
    told = PendingRun(
        run=ToldRun(**{one.name: getattr(former, one.name) for one in fields(ToldRun)}),
        entry=ErasureEntry(former.entry),
        run_sha256=former.run_sha256,
        found=next((run for run in runs if fingerprint(run) == former.run_sha256), None),
        clock=ClockTold(ToolClock(former.clock), former.clock_reason),
        offset=timedelta(seconds=former.clock_offset),
        attribution=former.attribution,
    )
    given: dict[str, Any] = {"supersedes": former, "confirmed": not TO_CONFIRM.isdisjoint(former.differences)}
    return _erasure_kept(held, drive, told, former.report, actor=actor, at=at, **given)


def keep_donor_certificate(
    *, actor: Actor, drive: Drive, tool: str, finished_at: datetime, report: StoredFile, at: datetime | None = None
) -> Erasure:
    """Keep the certificate a donor gave with a drive: it is shown, and never counts.

    Raises Unknown, PermissionDenied, Refused.
    """
    run = ToldRun(
        method=ErasureMethod.OVERWRITE,
        tool=tool,
        finished_at=finished_at,
        claimed=Claim.ERASED,
        origin=ErasureOrigin.DONOR,
    )
    certificate: Erasure = record_erasure(actor=actor, drive=drive, run=run, report=report, at=at)
    return certificate


def keep(rows: Sequence[Erasure], actor: Actor, *, confirmed: bool = False) -> list[Erasure]:
    """Write them, when none of them proves a second drive, nor one destroyed before, nor raises a doubt that nobody
    lifts. Raises Refused.
    """
    if not confirmed and (doubts := _to_confirm(rows)):
        raise Refused(doubts)
    destroyed = Destruction.objects.current().filter(drive__in=[row.drive_id for row in rows])
    when = dict(destroyed.values_list("drive", "destroyed_at"))
    late = [
        row.device_id for row in rows if row.finished_at and row.finished_at > when.get(row.drive_id, row.finished_at)
    ]
    if late:
        raise Refused(dict.fromkeys(late, (DESTROYED_BEFORE,)))
    if taken := claims.used(rows, actor):
        raise Refused({pk: (reason,) for pk, reason in taken.items()})
    return Erasure.objects.bulk_create(rows)


def _to_confirm(rows: Sequence[Erasure]) -> dict[int, tuple[Reason, ...]]:
    asked = {ReportDifference.FAILURE_WORDS: FAILURE_WORDS, ReportDifference.NO_ERASURE_WORD: NO_ERASURE_WORD}
    accepted = [row for row in rows if row.outcome == ErasureOutcome.ACCEPTED]
    found = {row.device_id: tuple(why for code, why in asked.items() if code in row.differences) for row in accepted}
    return {device: reasons for device, reasons in found.items() if reasons}


def _erasure_kept(
    held: Device,
    drive: Drive,
    told: PendingRun,
    report: StoredFile | None,
    *,
    actor: Actor,
    at: datetime,
    supersedes: Erasure | None = None,
    confirmed: bool = False,
) -> Erasure:
    if supersedes is not None:
        may_supersede(held, supersedes, stay=drive.stay)
    erasure = judged(held, drive, told, report, actor=actor, at=at, limits=parameters_on(timezone.localdate(at)))
    erasure.supersedes = supersedes
    return keep([erasure], actor, confirmed=confirmed)[0]
