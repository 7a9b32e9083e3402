"""Write the reference files in the database, again and again; what was checked later in the office is left alone."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from refurb.grading import Scale
from refurb.models.deed import DeedText, fingerprint
from refurb.models.reference import (
    Checklist,
    ChecklistFunction,
    Dated,
    GradingCap,
    GradingCriterion,
    GradingLevel,
    GradingScale,
    GradingStep,
    PriceCeiling,
)
from refurb.models.threshold import LegalThreshold
from refurb.readers.reference import ChecklistRow, Dates, FunctionRow, Reference, ScaleRow


@dataclass
class Written:
    """What became of the rows of one file."""

    label: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0


@transaction.atomic
def load_reference(reference: Reference) -> list[Written]:
    """Write everything the files say; run again, it changes only what differs."""
    ceilings, thresholds, deeds, scales, checklists = (
        Written(str(model._meta.verbose_name_plural).capitalize())
        for model in (PriceCeiling, LegalThreshold, DeedText, GradingScale, Checklist)
    )
    for ceiling in reference.ceilings:
        told = {"amount": ceiling.amount, "condition": ceiling.condition}
        _write(ceilings, PriceCeiling, {"type": ceiling.type}, told, ceiling.dates)
    for threshold in reference.thresholds:
        told = {"label": threshold.label, "value": threshold.value, "unit": threshold.unit}
        _write(thresholds, LegalThreshold, {"code": threshold.code}, told, threshold.dates)
    for deed in reference.deeds:
        told = {"title": deed.title, "body": deed.body, "sha256": fingerprint(deed.body)}
        told["valid_from"] = deed.dates.valid_from
        _write(deeds, DeedText, {"version": deed.version}, told, deed.dates, by_date=False)
    for scale in reference.scales:
        _write_scale(scales, scale)
    for checklist in reference.checklists:
        _write_checklist(checklists, checklist)
    return [ceilings, thresholds, deeds, scales, checklists]


def _write[R: Dated](
    written: Written, model: type[R], key: dict[str, Any], told: dict[str, Any], dates: Dates, *, by_date: bool = True
) -> tuple[R, bool]:
    """The row and whether the file may rule it: not when someone checked it later than the file."""
    key = {**key, "valid_from": dates.valid_from} if by_date else key
    told = {**told, "valid_to": dates.valid_to, "source": dates.source, "checked_on": dates.checked_on}
    row: R | None = model._default_manager.filter(**key).first()  # type: ignore[assignment]
    if row is None:
        written.created += 1
        made: R = model._default_manager.create(**{"valid_from": dates.valid_from, **key, **told})  # type: ignore[assignment]
        return made, True
    if row.checked_on > dates.checked_on:
        written.unchanged += 1
        return row, False
    changed = [name for name, value in told.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, told[name])
    if changed:
        row.save(update_fields=changed)
    written.changed += bool(changed)
    written.unchanged += not changed
    return row, True


def _write_scale(written: Written, row: ScaleRow) -> None:
    told = {"name": row.name, "types": row.types, "note": row.note, "valid_from": row.dates.valid_from}
    scale, ours = _write(written, GradingScale, {"code": row.code}, told, row.dates, by_date=False)
    if not ours or _said(scale.as_scale()) == _said(row.scale):
        return
    for kind in (scale.criteria, scale.caps, scale.levels):
        kind.all().delete()
    _write_lines(scale, row.scale)


def _write_lines(scale: GradingScale, rules: Scale) -> None:
    for position, criterion in enumerate(rules.criteria, start=1):
        line = GradingCriterion.objects.create(
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
        GradingStep.objects.bulk_create(
            GradingStep(criterion=line, at_least=step.at_least, value=step.value, points=step.points)
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
    key = {"type": row.type, "version": row.version}
    checklist, ours = _write(written, Checklist, key, told, row.dates, by_date=False)
    known = [
        FunctionRow(one.code, one.label, one.essential, one.not_applicable_when) for one in checklist.functions.all()
    ]
    if not ours or known == row.functions:
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
