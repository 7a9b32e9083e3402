"""Write the reference files in the database, again and again; what was checked later in the office is left alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction

from network.services.reference import Written, write_dated, write_lines, write_numbers
from refurb.grading import Scale
from refurb.models.deed import DeedText, fingerprint
from refurb.models.reference import (
    Checklist,
    ChecklistFunction,
    GradingCap,
    GradingCriterion,
    GradingLevel,
    GradingScale,
    GradingStep,
)
from refurb.models.terms import DistributionTerm, ErasureLimit, WarrantyText
from refurb.models.threshold import LegalThreshold
from refurb.readers.reference import ChecklistRow, FunctionRow, Reference, ScaleRow, ThresholdRow, read_reference


@transaction.atomic
def load_reference(reference: Reference) -> list[Written]:
    """Write everything the files say; run again, it changes only what differs."""
    deeds, scales, checklists, warranties = map(Written.of, (DeedText, GradingScale, Checklist, WarrantyText))
    thresholds = write_lines(
        LegalThreshold, (({"code": row.code}, _value(row), row.dates) for row in reference.thresholds)
    )
    terms = write_numbers(DistributionTerm, reference.terms)
    limits = write_numbers(ErasureLimit, reference.limits)
    for deed in reference.deeds:
        told: dict[str, Any] = {"title": deed.title, "body": deed.body, "sha256": fingerprint(deed.body)}
        told["valid_from"] = deed.dates.valid_from
        write_dated(deeds, DeedText, {"version": deed.version}, told, deed.dates, by_date=False)
    for warranty in reference.warranties:
        told = {"body": warranty.body, "valid_from": warranty.dates.valid_from}
        write_dated(warranties, WarrantyText, {"version": warranty.version}, told, warranty.dates, by_date=False)
    for scale in reference.scales:
        _write_scale(scales, scale)
    for checklist in reference.checklists:
        _write_checklist(checklists, checklist)
    return [thresholds, deeds, scales, checklists, terms, limits, warranties]


def load_refurb_reference() -> list[Written]:
    """Load the files of the app: thresholds, texts, scales, checklists, durations. Raises ReferenceFileError."""
    return load_reference(read_reference())


def _value(row: ThresholdRow) -> dict[str, Any]:
    return {"label": row.label, "value": row.value, "unit": row.unit}


def _write_scale(written: Written, row: ScaleRow) -> None:
    told = {"name": row.name, "types": row.types, "note": row.note, "valid_from": row.dates.valid_from}
    differs: Callable[[GradingScale], bool] = lambda scale: _said(scale.as_scale()) != _said(row.scale)  # noqa: E731
    key, before = {"code": row.code}, written.created
    scale, ours = write_dated(written, GradingScale, key, told, row.dates, by_date=False, differs=differs)
    if written.created == before:
        if not ours or not differs(scale):
            return
        for kind in (scale.criteria, scale.caps, scale.levels):
            kind.all().delete()
    _write_lines(scale, row.scale)


def _write_lines(scale: GradingScale, rules: Scale) -> None:
    lines = GradingCriterion.objects.bulk_create(
        GradingCriterion(
            scale=scale,
            position=position,
            code=criterion.code,
            label=criterion.label,
            kind=criterion.kind,
            measure=criterion.measure,
            unit=criterion.unit,
            when_measure=criterion.when.measure,
            when_values=list(criterion.when.values),
            factor=criterion.factor,
            minimum=criterion.minimum,
            maximum=criterion.maximum,
        )
        for position, criterion in enumerate(rules.criteria, start=1)
    )
    GradingStep.objects.bulk_create(
        GradingStep(criterion=line, at_least=step.at_least, value=step.value, points=step.points)
        for line, criterion in zip(lines, rules.criteria, strict=True)
        for step in criterion.steps
    )
    GradingCap.objects.bulk_create(
        GradingCap(
            scale=scale,
            position=position,
            code=cap.code,
            label=cap.label,
            when_measure=cap.when.measure,
            when_values=list(cap.when.values),
            below_measure=cap.below_measure,
            below=cap.below,
            grade=cap.grade,
        )
        for position, cap in enumerate(rules.caps, start=1)
    )
    GradingLevel.objects.bulk_create(
        GradingLevel(scale=scale, position=position, grade=level.grade, label=level.label, at_least=level.at_least)
        for position, level in enumerate(rules.levels, start=1)
    )


def _said(scale: Scale) -> tuple[object, ...]:
    """What a scale says, whatever the order of the steps of a line."""
    lines = [(replace(line, steps=()), frozenset(line.steps)) for line in scale.criteria]
    return lines, list(scale.caps), list(scale.levels)


def _write_checklist(written: Written, row: ChecklistRow) -> None:
    told = {"valid_from": row.dates.valid_from}
    key, before = {"type": row.type, "version": row.version}, written.created
    differs: Callable[[Checklist], bool] = lambda checklist: _functions(checklist) != row.functions  # noqa: E731
    checklist, ours = write_dated(written, Checklist, key, told, row.dates, by_date=False, differs=differs)
    if written.created == before:
        if not ours or not differs(checklist):
            return
        checklist.functions.all().delete()
    ChecklistFunction.objects.bulk_create(
        ChecklistFunction(
            checklist=checklist,
            position=position,
            code=function.code,
            label=function.label,
            essential=function.essential,
            not_applicable_when=function.not_applicable_when,
        )
        for position, function in enumerate(row.functions, start=1)
    )


def _functions(checklist: Checklist) -> list[FunctionRow]:
    lines = checklist.functions.all()
    return [FunctionRow(line.code, line.label, line.essential, line.not_applicable_when) for line in lines]
