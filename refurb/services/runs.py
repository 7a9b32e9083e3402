"""The runs of nwipe that deposited files tell of: each proves a drive, or says why it does not.

A failure takes down the proof of a run that began before it ended: the later run decides.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from donations.serials import same_serial
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from refurb.enums import ErasureOutcome
from refurb.enums.hardware import OF_NWIPE, FileKind
from refurb.models.drive import Drive
from refurb.models.erasure import Erasure
from refurb.models.hardware import DepositedFile
from refurb.readers.certificate import read_certificate
from refurb.readers.nwipe import LogRun, NotNwipe
from refurb.services import erasures
from refurb.services.failures import belied_by
from refurb.services.nwipe import OF_HERE, ClockTold, erasure_told, fingerprint, offset_of, runs_or_none
from refurb.services.told import RunTold
from typography.french import plural

NAMELESS = (
    "Le rapport ne porte pas le numéro de série du disque\u00a0: sur la fiche d’établi, attribuez ce journal au disque"
    " dont il parle."
)
NAMELESS_PDF = (
    "Le certificat ne porte pas le numéro de série du disque, et un PDF ne s’attribue pas\u00a0: il faut le journal"
    " texte de nwipe."
)
ELSEWHERE = "non inventorié ici\u00a0: chacun se prouve sur l’appareil où il est monté."
BELIED = "Ce journal dit un échec plus récent que l’effacement qui prouvait ce disque\u00a0: il ne compte plus."


def prove(
    actor: Actor,
    deposits: Sequence[DepositedFile],
    present: Sequence[Drive],
    *,
    at: datetime,
    clocks: Mapping[int, ClockTold],
) -> tuple[list[RunTold], list[str]]:
    """Write what the logs say of the drives that are there; what became of each run, and what is besides."""
    by_number = {drive.serial_key or same_serial(drive.serial): drive for drive in present}
    told, notes = list[RunTold](), list[str]()
    for one in deposits:
        if one.kind not in OF_NWIPE:
            continue
        runs = runs_of_deposit(one)
        others = 0
        for run in {same_serial(run.serial) or run.name: run for run in runs}.values():
            number = same_serial(run.serial)
            drive = by_number.get(number) if number else None
            if drive is not None:
                told.append(_record_run(actor, drive, one, run, runs, at=at, clock=clocks.get(one.pk, OF_HERE)))
            elif number:
                others += 1
            else:
                nameless = NAMELESS_PDF if one.kind == FileKind.CERTIFICATE else NAMELESS
                told.append(RunTold(run.model or run.disk, False, (nameless,)))
        if others:
            s = plural(others)
            notes.append(f"{one.file.called}\u00a0: {others} autre{s} disque{s} de ce journal {ELSEWHERE}")
    return told, notes


def runs_of_deposit(one: DepositedFile) -> list[LogRun]:
    """The runs of which a log, or a certificate, tells."""
    if one.kind != FileKind.CERTIFICATE:
        return runs_or_none(one.file)
    try:
        return [read_certificate(one.text)]
    except NotNwipe:
        return []


def _record_run(
    actor: Actor,
    drive: Drive,
    one: DepositedFile,
    run: LogRun,
    runs: Sequence[LogRun],
    *,
    at: datetime,
    clock: ClockTold,
) -> RunTold:
    erased = erasure_told(run, capacity=drive.capacity, clock=clock.clock, offset=offset_of(runs, clock))
    proofs = Erasure.objects.accepted().filter(drive=drive, finished_at__gte=drive.arrived_at).count()
    belied = belied_by(erased, drive) if proofs else []
    if len(belied) < proofs:
        return RunTold(str(drive), True, ("Son effacement était déjà prouvé\u00a0: rien n’est ajouté.",))
    if Erasure.objects.current().filter(drive=drive, run_sha256=fingerprint(run)).exists():
        return RunTold(str(drive), False, ("Ce passage est déjà enregistré, et il ne prouve rien.",))
    try:
        told: dict[str, Any] = {"report": one.file, "runs": runs, "clock": clock, "at": at}
        row = erasures.record_runs(actor=actor, drive=drive, **told)
    except Refused as refused:
        return RunTold(str(drive), False, tuple(reason.sentence for reason in refused.all))
    is_proof = row.outcome == ErasureOutcome.ACCEPTED
    why = () if is_proof else (*([BELIED] if belied else []), *row.refusal_labels)
    return RunTold(str(drive), is_proof, tuple(why), is_written=True)
