"""What is typed on the page of a device that is being reconditioned: each block records itself once it is filled in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import QueryDict
from django.utils import timezone

from lifecycle import gate
from lifecycle.acting import refuse
from lifecycle.exceptions import Refused
from network.requests import Request
from refurb.enums import SOLDERED_STORAGE, DriveKind, ErasureOutcome
from refurb.forms.bench import GradingForm
from refurb.forms.evidence import ErasureForm
from refurb.forms.parts import DefectsForm
from refurb.forms.reconditioning import (
    ChecksForm,
    DeviceIdentityForm,
    LogForm,
    MeasuresForm,
    NewDriveForm,
    NoStorageForm,
)
from refurb.grading import Unmeasurable, compute
from refurb.models import Checklist, Device, Drive, Erasure, GradingScale
from refurb.services import bench, defects, erasures, evidence, likeness
from refurb.views.bench import known_measures, measured_lines
from refurb.views.sheet import DriveSheet, Sheet, sheet_of
from typography.french import plural

IDENTITY, STORAGE, CHECKS, DEFECTS, GRADE, PRICE = "identite", "stockage", "tests", "defauts", "grade", "prix"
BLOCKS = frozenset({IDENTITY, STORAGE, CHECKS, GRADE})
"""What is folded once it is done; the price is what the page ends with."""
NO_DATA = QueryDict()
PROPOSED = "proposed-"
"""Begins the name of the box of the page that says what was proposed of the identity, by field."""


@dataclass
class BenchBlock:
    """One small form of the page: where it stands, what it is about, and what it does once it is right."""

    anchor: str
    line: str
    form: forms.Form
    do: Callable[[forms.Form], str]
    warns: bool = False

    @property
    def is_filled(self) -> bool:
        """Something was typed in it; a block that was not on the page that was sent is left alone."""
        sent = any(name.startswith(f"{self.form.prefix}-") for name in (*self.form.data, *self.form.files))
        return self.form.is_bound and sent and self.form.has_changed()


@dataclass
class DriveBlocks:
    """One drive of the page, and the two ways to prove it while it is not."""

    sheet: DriveSheet
    log: forms.Form | None = None
    run: forms.Form | None = None


@dataclass
class Workbench:
    """All the blocks of one device; bound to what was posted, or empty.

    ``accepts``: whether what the page proposed and nobody touched is accepted by this press; else it stays proposed.
    """

    request: Request
    device: Device
    data: QueryDict | None = None
    files: Any = None
    accepts: bool = True
    sheet: Sheet = field(init=False)
    scale: GradingScale | None = field(init=False)
    alike: likeness.Likeness = field(init=False)
    blocks: dict[str, BenchBlock] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.actor = self.request.membership
        self.sheet = sheet_of(self.device)
        self.bound = {"data": self.data, "files": self.files}
        day = timezone.localdate()
        self.scale = GradingScale.objects.filter(types__contains=[self.device.type]).on(day).first()
        self.checklist = Checklist.objects.filter(type=self.device.type).on(day).first()
        self._add_identity()
        for drive in self.unproven():
            self._add_drive(drive.row)
        if not self.device.never_held_data:
            self._add_new_drive()
        self._add_defects(day)
        self._add_tests_and_grade()

    def unproven(self) -> Iterator[DriveSheet]:
        """The drives in place that nothing proves empty."""
        return (drive for drive in self.sheet.drives if drive.in_place and not drive.proven)

    @property
    def drives(self) -> list[DriveBlocks]:
        """Each drive, with the forms that would prove it."""
        return [
            DriveBlocks(sheet, self.form_of(f"log{sheet.row.pk}"), self.form_of(f"run{sheet.row.pk}"))
            for sheet in self.sheet.drives
        ]

    def form_of(self, name: str) -> forms.Form | None:
        """The form of a block; None when the page has not that block."""
        return self.blocks[name].form if name in self.blocks else None

    def filled(self) -> dict[str, BenchBlock]:
        """The blocks in which something was typed, in the order of the page."""
        return {name: block for name, block in self.blocks.items() if block.is_filled}

    def record(self, block: BenchBlock) -> str:
        """Record one block; what it says, empty when the form is wrong. A refusal goes into the form."""
        if not block.form.is_valid():
            return ""
        try:
            return block.do(block.form)
        except Refused as refused:
            refuse(block.form, refused, self.device, self.actor)
            return ""

    def _add_identity(self) -> None:
        def describe(form: Any) -> str:
            likeness.describe_alike(actor=self.actor, device=self.device, facts=form.cleaned_data)
            return "Identité de l’appareil enregistrée."

        read = Device.objects.get(pk=self.device.pk)
        self.alike = likeness.likeness_of(read)
        identity: Any = DeviceIdentityForm(self._said_of(read), prefix="identity", instance=read, alike=self.alike)
        self.blocks["identity"] = BenchBlock(IDENTITY, "identité", identity, describe)

    def _said_of(self, read: Device) -> QueryDict | None:
        """What was posted of the identity, without what was only proposed: that stays as it is written now.

        What is accepted is what the page told and is still proposed; the rest nobody read on this machine.
        """
        if self.data is None:
            return None
        said, now = self.data.copy(), self.alike.values
        for name in DeviceIdentityForm.base_fields:
            told, typed = said.get(f"{PROPOSED}{name}"), said.get(f"identity-{name}", "").strip()
            if told and typed == told and not (self.accepts and str(now.get(name)) == told):
                said[f"identity-{name}"] = str(getattr(read, name) or "")
        return said

    def _add_drive(self, drive: Drive) -> None:
        def read(form: Any) -> str:
            given = {"report": form.stored, "clock": form.told_clock()}
            return self._verdict_sentence(erasures.record_log(actor=self.actor, drive=drive, **given))

        def typed(form: Any) -> str:
            given = {"run": form.run(), "report": form.stored, "confirmed": form.cleaned_data["confirmed"]}
            return self._verdict_sentence(erasures.record_erasure(actor=self.actor, drive=drive, **given))

        run = ErasureForm(**self.bound, prefix=f"run{drive.pk}", by=self.actor, drive=drive)
        if drive.kind != DriveKind.INTERNAL:
            log = LogForm(**self.bound, prefix=f"log{drive.pk}", by=self.actor, drive=drive)
            self.blocks[f"log{drive.pk}"] = BenchBlock(STORAGE, f"{drive}", log, read)
        self.blocks[f"run{drive.pk}"] = BenchBlock(STORAGE, f"{drive}, à la main", run, typed)

    def _add_new_drive(self) -> None:
        def inventory(form: Any) -> str:
            drive = evidence.record_drive(actor=self.actor, device=self.device, **form.drive())
            if form.run is None:
                return "Stockage inventorié."
            given = {"report": form.stored, "clock": form.told_clock()}
            return self._verdict_sentence(erasures.record_log(actor=self.actor, drive=drive, **given))

        def attest(form: Any) -> str:
            evidence.attest_no_storage(actor=self.actor, device=self.device, reason=form.cleaned_data["reason"])
            return "Absence de stockage attestée."

        new = NewDriveForm(**self.bound, prefix="new", by=self.actor, device=self.device)
        if self.device.type in SOLDERED_STORAGE:
            new.initial["kind"] = DriveKind.CARD.value if self.sheet.drives else DriveKind.INTERNAL.value
        self.blocks["new"] = BenchBlock(STORAGE, "un stockage à ajouter", new, gate.one_transaction(inventory))
        if self.device.type not in SOLDERED_STORAGE and not self.sheet.drives and self.sheet.absence is None:
            absence = NoStorageForm(self.data, prefix="none")
            self.blocks["none"] = BenchBlock(STORAGE, "aucun stockage", absence, attest)

    def _add_defects(self, day: date) -> None:
        def note(form: Any) -> str:
            words = form.cleaned_data["words"]
            noted = defects.note_defects(actor=self.actor, device=self.device, words=words)
            return f"Défaut{plural(len(noted))} noté{plural(len(noted))}\u00a0: {', '.join(map(str, noted))}."

        noted = {defect.word.code for defect in self.sheet.defects}
        words = [word for word in defects.words_of(self.device.type, day) if word.code not in noted]
        if words:
            form = DefectsForm(self.data, prefix="defects", words=words)
            self.blocks["defects"] = BenchBlock(DEFECTS, "défauts", form, note)

    def _add_tests_and_grade(self) -> None:
        def test(form: Any) -> str:
            run = bench.record_test_run(actor=self.actor, device=self.device, results=form.results())
            return "Tests enregistrés\u00a0: tout ce qui est essentiel marche." if run.passed else FAULTY

        def grade(form: Any) -> str:
            graded = bench.grade_device(
                actor=self.actor,
                device=self.device,
                measures=form.measures(),
                cosmetic=form.cleaned_data["cosmetic"],
                scale=self.scale,
            )
            return f"Grade enregistré\u00a0: {graded.label}."

        if self.checklist is not None:
            checks = ChecksForm(self.data, prefix="checks", checklist=self.checklist)
            self.blocks["checks"] = BenchBlock(CHECKS, "tests", checks, test)
        if self.scale is not None:
            known = known_measures(self.device)
            given = {"scale": self.scale.as_scale(), "initial": known, "processor": self.device.processor}
            measures = MeasuresForm(self.data, prefix="grade", memory=self._memory(), **given)
            self.blocks["grade"] = BenchBlock(GRADE, "grade", measures, grade)

    def _memory(self) -> Callable[[], int | None] | None:
        """What the identity says of the memory, as it is typed or written; None where it asks for none."""
        identity: Any = self.form_of("identity")
        if "memory_gb" not in identity.fields:
            return None

        def read() -> int | None:
            typed: dict[str, Any] = identity.cleaned_data if identity.is_bound and not identity.is_valid() else {}
            written = Device.objects.values_list("memory_gb", flat=True).get(pk=self.device.pk)
            return typed.get("memory_gb") or written

        return read

    def _verdict_sentence(self, erasure: Erasure) -> str:
        """The verdict at once, with its reasons: an erasure that proves nothing is recorded too."""
        if erasure.outcome == ErasureOutcome.ACCEPTED:
            return " ".join(filter(None, (PROVEN, erasure.to_look_at)))
        return " ".join(filter(None, (UNPROVEN, *erasure.refusal_labels, erasure.to_look_at)))

    def computed(self) -> dict[str, Any] | None:
        """The grade that the measures on the page would give, with its sum; None when one is missing."""
        form = self.form_of("grade")
        if not isinstance(form, GradingForm) or self.scale is None or not form.is_bound or not form.is_valid():
            return None
        measures = {**form.measures(), "cosmetic": form.cleaned_data["cosmetic"]}
        try:
            scale = self.scale.as_scale()
            return measured_lines(compute(scale, measures), scale)
        except Unmeasurable:
            return None


FAULTY = "Tests enregistrés\u00a0: une fonction reste à tester, ou une essentielle est en défaut."
PROVEN = "Effacement enregistré\u00a0: la preuve est acceptée."
UNPROVEN = "Effacement enregistré, mais il ne prouve rien."


def tell(request: Request, said: str) -> None:
    """What a block did, at the top of the page."""
    level = messages.WARNING if said == FAULTY or said.startswith((UNPROVEN, f"{PROVEN} ")) else messages.SUCCESS
    messages.add_message(request, level, said)


def lacking(device: Device, actor: Any, price: Decimal | None, ceiling: Decimal | None) -> list[tuple[str, str]]:
    """What still keeps the device from being reconditioned: the block that solves it, and the sentence."""
    values: dict[str, Any] = {} if price is None else {"price": price, "price_ceiling": ceiling}
    seen = Device.objects.filter(pk=device.pk)
    reasons = gate.preview(seen, "recondition", actor=actor, **values).refused.get(device.pk, ())
    return [(WHERE.get(reason.code, PRICE), reason.sentence) for reason in reasons]


WHERE = {
    "storage_inventoried": STORAGE,
    "drives_proven": STORAGE,
    "drives_found": STORAGE,
    "storage_fits": STORAGE,
    "internal_works": STORAGE,
    "tested": CHECKS,
    "tests_passed": CHECKS,
    "graded": GRADE,
    "identified": IDENTITY,
}
"""The block of the page that solves each reason; the others are about the price."""
