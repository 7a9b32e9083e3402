"""Erasures: what a report that is read, or a person who types, says of a run; the verdict is computed here."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from documents.enums import ContentType
from documents.models import StoredFile
from donations.serials import same_serial
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from reference.parameters import ValuesOfDay, parameters_on
from refurb import emails
from refurb.contradictions import ToldRun
from refurb.enums import (
    FOLLOWED_BY_FILES,
    TO_CONFIRM,
    AttributionReason,
    Claim,
    ClockReason,
    DriveKind,
    DriveSource,
    ErasureEntry,
    ErasureMethod,
    ErasureOrigin,
    ErasureOutcome,
    ErasureRefusal,
    ErasureVerification,
    HiddenSectors,
    ReportDifference,
    ReportSays,
    ToolClock,
)
from refurb.models.device import Device
from refurb.models.drive import Destruction, Drive
from refurb.models.erasure import Erasure
from refurb.parameters import RATE_USB, RATES
from refurb.readers.nwipe import LogRun
from refurb.report_words import KEPT, certificate_in, is_unread, names_any, names_drive, read_ahead, says_of_erasing
from refurb.services import claims, gone
from refurb.services.failures import belied_by, failed_later, failures_of
from refurb.services.locked_devices import (
    about,
    held_drive,
    left_for_recycling_at,
    left_the_workshop_at,
    may_supersede,
    paper_of_what_left,
)
from refurb.services.nwipe import (
    OF_HERE,
    ClockTold,
    fingerprint,
    runs_or_none,
)
from refurb.services.pending_runs import PendingRun, check_clock, read, typed
from refurb.verdict import Facts, judge_erasure
from typography.french import moment

DESTROYED_BEFORE = Reason(
    "destroyed_before", "Ce disque était déjà détruit à cette heure\u00a0: il ne s’efface plus.", field="finished_at"
)
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
WORDS_TOLD = {
    ErasureRefusal.MACHINE_FILE: ReportSays.MACHINE,
    ErasureRefusal.SAYS_NOT_ERASED: ReportSays.NOT_ERASED,
    ReportDifference.FAILURE_WORDS: ReportSays.DOUBT,
    ReportDifference.NO_ERASURE_WORD: ReportSays.NO_ERASURE,
}
"""What a verdict keeps of the words of a report."""


def judged(
    held: Device,
    drive: Drive,
    told: PendingRun,
    report: StoredFile | None,
    *,
    actor: Actor,
    at: datetime,
    limits: ValuesOfDay,
    failures: Sequence[Erasure] = (),
    supersedes: Erasure | None = None,
    former: Erasure | None = None,
) -> Erasure:
    """The row of an erasure, unsaved, with the verdict computed here, whatever the report claims.

    ``failures``: the runs on this drive that failed and stand. ``former``: what the words of the report said then, when
    it cannot be read now.
    """
    said = _of_its_kinds(told.run)
    words = {name: said.pop(name).strip() for name in ("tool", "tool_version", "standard", "operator")}
    ceiling = _ceiling(drive, told, limits) if former is None else former.rate_ceiling
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
            failed_later=failed_later(told.run, failures, supersedes),
            recorded_at=at,
            has_report=report is not None,
            rate_ceiling=ceiling,
            is_attributed=bool(told.attribution),
            is_read=told.entry in (ErasureEntry.READ, ErasureEntry.CHECKED),
            names_drive=_named(drive, told, report) if former is None else _named_then(former),
            report_says=_said_by(drive, told, report) if former is None else _said_then(former),
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
        differences=list(dict.fromkeys((*verdict.differences, *(_seen_then(former) if former else ())))),
        entry=told.entry,
        run_sha256=told.run_sha256,
        rate_ceiling=ceiling,
        clock=told.clock.clock,
        clock_offset=int(told.offset.total_seconds()),
        clock_reason=ClockReason(told.clock.reason) if told.clock.reason else "",
        attribution=told.attribution,
        supersedes=supersedes,
    )


def _of_its_kinds(run: ToldRun) -> dict[str, Any]:
    """What was told of a run, each word of a list as that list has it."""
    return vars(run) | {
        "origin": ErasureOrigin(run.origin),
        "method": ErasureMethod(run.method),
        "serial_read": run.serial_read.strip(),
        "verification": ErasureVerification(run.verification),
        "hidden_sectors": HiddenSectors(run.hidden_sectors),
        "claimed": Claim(run.claimed),
    }


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


def _named_then(former: Erasure) -> bool | None:
    is_missing = former.entry == ErasureEntry.TYPED and ErasureRefusal.SERIAL_MISSING in former.refusals
    return False if is_missing else None


def _said_then(former: Erasure) -> ReportSays:
    told = {*former.refusals, *former.differences}
    return next((says for code, says in WORDS_TOLD.items() if code in told), ReportSays.NOTHING_WRONG)


def _seen_then(former: Erasure) -> list[ReportDifference]:
    return [code for code in (ReportDifference.OTHER_BUS, ReportDifference.OTHER_MODEL) if code in former.differences]


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
    with gone.watched(held, stamp):
        return _erasure_kept(
            held, drive, told, report, actor=actor, at=stamp, supersedes=supersedes, confirmed=confirmed
        )


@gate.one_transaction
def record_log(
    *,
    actor: Actor,
    drive: Drive,
    report: StoredFile,
    clock: ClockTold = OF_HERE,
    disk: str = "",
    attribution: AttributionReason | str = "",
    at: datetime | None = None,
) -> Erasure:
    """Record an erasure as the log of nwipe tells it, read here; ``clock``: how the clock of the computer stood.

    ``disk`` and ``attribution``: a log without number is about the drive that a person says, and why.
    Raises Unknown, PermissionDenied, Refused.
    """
    held, stamp = held_drive(actor=actor, drive=drive), at or timezone.now()
    check_clock(held, clock, stamp)
    told = read(drive, runs_or_none(report), clock, disk=disk, attribution=attribution)
    with gone.watched(held, stamp):
        return _erasure_kept(held, drive, told, report, actor=actor, at=stamp)


@gate.one_transaction
def record_runs(
    *,
    actor: Actor,
    drive: Drive,
    report: StoredFile,
    runs: Sequence[LogRun],
    clock: ClockTold,
    at: datetime,
) -> Erasure:
    """The same of a file that is sorted, whose ``runs`` were read before: of a device that left too.

    Whoever sorts it tells what follows of all that its files say. Raises Unknown, PermissionDenied, Refused.
    """
    held = held_drive(actor=actor, drive=drive, states=FOLLOWED_BY_FILES)
    check_clock(held, clock, at)
    return _erasure_kept(held, drive, read(drive, runs, clock), report, actor=actor, at=at)


def judge_again(*, actor: Actor, drive: Drive, former: Erasure, at: datetime) -> Erasure:
    """Record of a drive whose inventory was completed what proved it before, with the verdict of its new facts.

    Its report was read ahead (``read_proofs_ahead``); when it could not be, its words are those of the former verdict.
    Raises Unknown, PermissionDenied, Refused.
    """
    held = held_drive(actor=actor, drive=drive, states=FOLLOWED_BY_FILES)
    is_kept = is_unread(former.report)
    runs = [] if is_kept else runs_or_none(former.report) or certificate_in(former.report)
    told = PendingRun(
        run=ToldRun(**{one.name: getattr(former, one.name) for one in fields(ToldRun)}),
        entry=ErasureEntry(former.entry),
        run_sha256=former.run_sha256,
        found=next((run for run in runs if fingerprint(run) == former.run_sha256), None),
        clock=ClockTold(ToolClock(former.clock), former.clock_reason),
        offset=timedelta(seconds=former.clock_offset),
        attribution=former.attribution,
    )
    may_supersede(held, former, stay=drive.stay)
    limits, then = parameters_on(timezone.localdate(at)), former if is_kept else None
    known: dict[str, Any] = {"failures": failures_of([drive])[drive.pk], "supersedes": former, "former": then}
    erasure = judged(held, drive, told, former.report, actor=actor, at=at, limits=limits, **known)
    return keep([erasure], actor, confirmed=not TO_CONFIRM.isdisjoint(former.differences))[0]


def read_proofs_ahead(device: Device) -> None:
    """Before a device is locked: the reports of what is judged again when the capacity of its drives changes."""
    changing = Q(drive__capacity=None) | Q(drive__supersedes__isnull=False, drive__supersedes__capacity=None)
    proofs = Erasure.objects.current().filter(changing, device=device, report__content_type=ContentType.PDF)
    for proof in proofs.select_related("report").order_by("-pk")[:KEPT]:
        read_ahead(proof.report)


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
    left_at, ended = left_for_recycling_at(held, drive), told.run.finished_at
    if left_at is not None and ended is not None and ended > left_at:
        raise Refused({held.pk: (_left_by_then(left_at),)})
    if unshown := paper_of_what_left(left_the_workshop_at(held, drive), report, "deposit"):
        raise Refused({held.pk: tuple(unshown)})
    limits, failures = parameters_on(timezone.localdate(at)), failures_of([drive])[drive.pk]
    belied = [row for row in belied_by(told.run, drive) if row != supersedes]
    rows = [
        judged(held, drive, told, report, actor=actor, at=at, limits=limits, failures=failures, supersedes=former)
        for former in ([] if supersedes is None and belied else [supersedes]) + belied
    ]
    kept = keep(rows, actor, confirmed=confirmed)[0]
    if left_at is not None and kept.outcome == ErasureOutcome.ACCEPTED:
        emails.erasure_told_late(kept, held, at)
    return kept


def _left_by_then(left_at: datetime) -> Reason:
    return Reason(
        "left_by_then",
        f"Ce disque est parti au recycleur avec l’appareil, le {moment(left_at)}\u00a0: l’atelier ne l’a pas effacé"
        " après. Son recycleur certifie sa destruction\u00a0; s’il n’est pas parti avec l’appareil, le responsable de"
        " l’atelier le dit d’abord sur la fiche («\u00a0Dire qu’il n’est pas dans cet appareil\u00a0»).",
        field="finished_at",
    )
