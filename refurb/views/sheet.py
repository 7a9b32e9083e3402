"""What proves a device, as its pages show it: storage and erasures in words, tests, the sum of the grade, the price."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.formats import number_format

from conventions.models import PriceCeiling
from lifecycle.history import Past
from refurb.enums import (
    ENDED,
    EXPECTED,
    IN_THE_WORKSHOP,
    ON_THE_BENCH,
    SOLDERED_STORAGE,
    CheckResult,
    DeviceState,
    DriveKind,
    ErasureOutcome,
    OperatingSystem,
    PanelState,
    RemovalDestination,
)
from refurb.enums.hardware import OF_NWIPE
from refurb.inside_passport import told_by
from refurb.models import (
    ChecklistFunction,
    Defect,
    Destruction,
    Device,
    Drive,
    DriveRemoval,
    Erasure,
    FileDismissal,
    Grading,
    HardwareReport,
    Repair,
    StorageAbsence,
    TestRun,
)
from refurb.services.parts import REPAIRED_IN, TAKEN_OUT_IN
from refurb.services.resorting import SORTED_AGAIN_IN
from typography.french import moment

BY = "recorded_by__user"
IN_WHICH = "recorded_by__organisation"
MEASURED = {**dict(DriveKind.choices), **dict(OperatingSystem.choices), **dict(PanelState.choices)}
"""The measures that are a code, in words."""
POINTS, MANY = "points", 2


def measured(measure: str, unit: str) -> str:
    """A measure in words, or in figures with its unit: « 8 Go », « 4 700 points », « -1 point »."""
    try:
        figure = Decimal(measure)
    except InvalidOperation:
        return MEASURED.get(measure, measure)
    whole = figure == figure.to_integral_value()
    said = number_format(figure, 0 if whole else None, use_l10n=True, force_grouping=True)
    one = unit.removesuffix("s") if unit == POINTS and abs(figure) < MANY else unit
    return f"{said}\N{NO-BREAK SPACE}{one}" if one else said


@dataclass
class DriveSheet:
    """One drive with all that was done to it, newest first."""

    row: Drive
    erasures: list[Erasure] = field(default_factory=list)
    destructions: list[Destruction] = field(default_factory=list)
    removal: DriveRemoval | None = None
    undone: list[DriveRemoval] = field(default_factory=list)
    read_in: HardwareReport | None = None

    @property
    def proven(self) -> bool:
        return not self.row.is_unproven and not self.misfits

    @property
    def misfits(self) -> bool:
        """It was written down while its device, still at the workshop, was called something else."""
        device = self.row.device
        here = device.state in IN_THE_WORKSHOP and device.stay == self.row.stay and self.in_place
        internal = self.row.kind == DriveKind.INTERNAL
        return here and self.row.kind != DriveKind.CARD and internal != (device.type in SOLDERED_STORAGE)

    @property
    def mistaken(self) -> bool:
        return self.removal is not None and self.removal.destination == RemovalDestination.MISTAKE

    @property
    def destroyed(self) -> bool:
        """It exists no more: nothing is left to be done to it."""
        return any(row.is_current for row in self.destructions)

    @property
    def in_place(self) -> bool:
        return self.removal is None

    @property
    def astray(self) -> bool:
        """Out of its device, gone with it or not found there again, and nothing proves it empty."""
        return self.row.is_missing

    @property
    def told_late(self) -> list[Erasure]:
        """The erasures that were written down once it had left for the recycler inside its device."""
        device = self.row.device
        if device.state != DeviceState.RECYCLED or device.ended_at is None or not self.in_place:
            return []
        left_at = device.ended_at
        return [one for one in self.erasures if one.outcome == ErasureOutcome.ACCEPTED and one.recorded_at > left_at]

    @property
    def may_be_proven(self) -> bool:
        """An erasure or a destruction may be recorded now: its device is at the workshop, or it is out of it."""
        here = self.row.device.state in IN_THE_WORKSHOP and not self.is_earlier
        return here or self.astray or self.row.is_contested

    @property
    def is_earlier(self) -> bool:
        """Of a stay before the present one."""
        return self.row.stay < self.row.device.stay

    @property
    def came_out_now(self) -> bool:
        """It was said to be out since the last arrival: that may still be undone."""
        arrived = self.row.device.received_at
        recent = self.removal is not None and arrived is not None and self.removal.recorded_at >= arrived
        return recent or not self.is_earlier

    @property
    def standing(self) -> str:
        """Where it stands, in words."""
        if self.mistaken:
            return "Inventorié par erreur"
        if self.misfits:
            return "D’un autre type d’appareil, à corriger"
        if self.proven:
            return "Détruit" if self.destroyed else "Effacement prouvé"
        if not self.in_place:
            return "Retiré, à effacer ou détruire" if self.astray else "Retiré, prouvé vide depuis"
        if self.is_earlier:
            return "Pas retrouvé depuis, à effacer ou détruire" if self.astray else "Inventorié de nouveau depuis"
        if self.astray:
            return "Parti avec l’appareil, certificat de destruction attendu"
        if any(row.is_current for row in self.erasures):
            return "Effacement non prouvé"
        return "À effacer ou détruire"


@dataclass
class Sheet:
    """All the evidence of the present stay, and the drives of earlier ones, which count no more."""

    device: Device
    at: datetime
    drives: list[DriveSheet]
    earlier: list[DriveSheet]
    absence: StorageAbsence | None
    run: TestRun | None
    results: list[tuple[ChecklistFunction, Any]]
    grading: Grading | None
    ceiling: PriceCeiling | None
    repairs: list[Repair]
    defects: list[Defect]
    files: list[HardwareReport]

    @property
    def happened(self) -> list[Past]:
        """What is no move of the device and belongs to its life: erasures written down once it had left."""
        return [
            Past(
                f"Effacement de {drive.row} noté après le départ chez le recycleur, et terminé avant, le"
                f" {moment(erasure.finished_at)}",
                erasure.recorded_at,
                told_by(erasure.recorded_by),
            )
            for drive in (*self.drives, *self.earlier)
            for erasure in drive.told_late
            if erasure.finished_at is not None
        ]

    @property
    def owed(self) -> list[DriveSheet]:
        """The drives of earlier stays of which nobody proved anything, nor said what became of them."""
        return [drive for drive in self.earlier if drive.astray]

    @property
    def sorts_again(self) -> bool:
        """A file may be said to be another machine's now."""
        return self.device.state in SORTED_AGAIN_IN and any(one.withdrawn_at is None for one in self.files)

    @property
    def is_repaired(self) -> bool:
        """A repair may be noted and a part fitted now: on the bench, or of what a household brought back."""
        return self.device.state in REPAIRED_IN

    @property
    def gives_parts(self) -> bool:
        """A part that was fitted may be taken out now."""
        return self.device.state in TAKEN_OUT_IN

    @property
    def cost(self) -> Decimal | None:
        """What the parts that are in the device cost, in euros; None when none was bought."""
        costs = [one.cost for one in self.repairs if one.cost is not None and one.out_on is None]
        return sum(costs, Decimal(0)) if costs else None

    @property
    def is_over(self) -> bool:
        """Nothing will be done to it any more."""
        return self.device.state in ENDED

    @property
    def may_be_priced(self) -> bool:
        """A price is there, or may come."""
        return self.device.price is not None or self.device.state in (*EXPECTED, *ON_THE_BENCH)

    @property
    def caps(self) -> list[str]:
        """What lowered the grade, in words."""
        return [cap["label"] for cap in self.grading.caps] if self.grading else []

    @property
    def faults(self) -> list[str]:
        """The functions that were not tried, and the essential ones that did not pass."""
        failing = set(self.run.failing) if self.run else set()
        return [function.label for function, _ in self.results if function.code in failing]

    @property
    def sum_lines(self) -> list[dict[str, str]]:
        """The sum of the grade, line by line, each measure in words."""
        if self.grading is None:
            return []
        units = {criterion.code: criterion.unit for criterion in self.grading.scale.criteria.all()}
        return [
            {**line, "measure": measured(line["measure"], units.get(line["code"], ""))} for line in self.grading.lines
        ]


def sheet_of(device: Device) -> Sheet:
    """Read the evidence of a device, in a constant number of queries."""
    now = timezone.now()
    drives = _drives(Drive.objects.current().filter(device=device).select_related("device").order_by("pk"))
    files = list(
        HardwareReport.objects.filter(device=device)
        .select_related("deposit__file", BY, IN_WHICH, "withdrawn_by__user", "withdrawn_by__organisation")
        .order_by("-pk")
    )
    _say_where_read(files, drives)
    here = {"device": device, "stay": device.stay}
    run = TestRun.objects.current().filter(**here).select_related("checklist", BY, IN_WHICH).order_by("-pk").first()
    grading = Grading.objects.current().filter(**here).select_related("scale", BY, IN_WHICH).order_by("-pk").first()
    return Sheet(
        device=device,
        at=now,
        drives=[drive for drive in drives if drive.row.stay == device.stay],
        earlier=[drive for drive in drives if drive.row.stay != device.stay],
        absence=_absences(here).order_by("-pk").first(),
        run=run,
        results=_results(run),
        grading=grading,
        ceiling=device.ceiling_on(timezone.localdate(now)) if device.is_under_ceiling_rule else None,
        repairs=_repairs(device),
        defects=list(Defect.objects.standing().filter(device=device)),
        files=[one for one in files if one.stay == device.stay],
    )


def set_aside_of(device: Device, *, in_words: bool) -> list[Past]:
    """The files that held it back and that a manager set aside; ``in_words``: with what he wrote. One query."""
    rows = FileDismissal.objects.filter(deposit__pointers__device=device, deposit__pointers__held_back=True)
    return [
        Past(
            f"Fichier {row.deposit.get_kind_display()} qui le retenait, écarté ({row.get_reason_display().lower()})"
            + (f"\u00a0: «\u00a0{row.words}\u00a0»" if in_words else ""),
            row.set_aside_at,
            told_by(row.set_aside_by),
        )
        for row in rows.select_related("deposit", "set_aside_by__organisation").order_by("pk")
    ]


def _absences(here: dict[str, Any]) -> Any:
    return StorageAbsence.objects.current().filter(**here).with_denial().select_related(BY, IN_WHICH)


def _repairs(device: Device) -> list[Repair]:
    """Those of this stay, and the parts of earlier ones that are still in the device."""
    here = Q(stay=device.stay) | Q(part__isnull=False, taken_out=None)
    rows = Repair.objects.current().filter(here, device=device)
    return list(rows.select_related("part", "taken_out", BY, IN_WHICH))


def _current(rows: Any) -> Any:
    """Each row with ``is_current``: no newer one supersedes it."""
    newer = rows.model._default_manager.filter(supersedes=OuterRef("pk"))
    return rows.annotate(is_current=~Exists(newer)).select_related(BY, IN_WHICH).order_by("-pk")


def _acts(rows: Any) -> Any:
    """The same of what was done to drives, each with the row that undid it, which is none itself."""
    undone = (f"superseded_by__{who}" for who in (BY, IN_WHICH))
    return _current(rows.filter(undone="")).select_related(BY, IN_WHICH, *undone)


def _drives(drives: Any) -> list[DriveSheet]:
    unproven = Exists(Drive.objects.unproven().filter(pk=OuterRef("pk")))
    missing = Exists(Drive.objects.missing_erasures().filter(pk=OuterRef("pk")))
    contested = Exists(Drive.objects.contested().filter(pk=OuterRef("pk")))
    rows = drives.annotate(is_unproven=unproven, is_missing=missing, is_contested=contested).prefetch_related(
        Prefetch("erasures", _current(Erasure.objects.select_related("report"))),
        Prefetch("destructions", _acts(Destruction.objects.select_related("recycler", "certificate"))),
        Prefetch("removals", _acts(DriveRemoval.objects.all())),
    )
    return [
        DriveSheet(
            row=row,
            erasures=list(row.erasures.all()),
            destructions=list(row.destructions.all()),
            removal=_first_current(row.removals.all()),
            undone=[one for one in row.removals.all() if one.undone_by],
        )
        for row in rows
    ]


def _say_where_read(files: Iterable[HardwareReport], drives: Iterable[DriveSheet]) -> None:
    """The first file in which the number of each drive was read, by a tool that is no report of erasure."""
    numbers = {
        (report.stay, drive.key): report
        for report in files
        if report.withdrawn_at is None and report.kind not in OF_NWIPE
        for drive in report.hardware_facts.fitted
        if drive.key
    }
    for drive in drives:
        drive.read_in = numbers.get((drive.row.stay, drive.row.serial_key))


def _first_current(rows: Iterable[Any]) -> Any:
    return next((row for row in rows if row.is_current), None)


def _results(run: TestRun | None) -> list[tuple[ChecklistFunction, Any]]:
    """Each function of the checklist with its result, or None when it was not looked at."""
    if run is None:
        return []
    found = {row.function: row for row in run.results.all()}
    return [(function, found.get(function.code)) for function in run.checklist.functions.all()]


def last_results(device: Device) -> dict[str, CheckResult]:
    """``{function: result}`` of the last run of this stay."""
    run = TestRun.objects.current().filter(device=device, stay=device.stay).order_by("-pk").first()
    return {row.function: CheckResult(row.result) for row in run.results.all()} if run else {}
