"""One run about to be judged: what a person typed of it, or what the log of a tool says, and how its clock stood."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from donations.serials import same_serial
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from refurb.contradictions import ToldRun, completed, contradictions
from refurb.enums import (
    AttributionReason,
    ErasureEntry,
    ErasureOrigin,
    ErasureOutcome,
    HiddenSectors,
    ToolClock,
)
from refurb.models.device import Device
from refurb.models.drive import Drive
from refurb.models.erasure import Erasure
from refurb.parameters import CLOCK_DAYS
from refurb.readers.nwipe import LogRun
from refurb.services.nwipe import (
    OF_HERE,
    ClockTold,
    NotThisDrive,
    erasure_told,
    fingerprint,
    offset_of,
    run_about,
)
from refurb.verdict import MAY_HIDE_SECTORS

NOT_A_LOG = Reason(
    "not_a_log",
    "Ce fichier n’est pas un journal texte de nwipe\u00a0: saisissez l’effacement à la main, il sera marqué comme tel.",
    field="deposit",
)
REASON_NEEDED = Reason("clock_reason", "Dites pourquoi l’horloge n’était pas à l’heure d’ici.", field="clock_reason")
REALLY_NEEDED = Reason("clock_really", "Dites quand l’effacement s’est terminé en réalité.", field="really")
NOT_SO_LATE = "Une horloge fausse se déclare dans les {days} jours\u00a0: refaites l’effacement, l’horloge à l’heure."
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
