"""The bench: test the functions of a device, grade it, note its repairs."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from refurb.enums import ON_THE_BENCH, CheckResult, CosmeticGrade, DeviceState, PartKind
from refurb.grading import Measure, Unmeasurable, compute
from refurb.models.device import Device
from refurb.models.evidence import Grading, TestResult, TestRun
from refurb.models.reference import Checklist, GradingScale
from refurb.models.stock import Part, Repair
from refurb.services.evidence import held_device
from refurb.verdict import failing

NO_CHECKLIST = Reason("no_checklist", "Aucune liste de tests n’est en vigueur pour ce type.", "l’équipe technique")
NO_SCALE = Reason("no_scale", "Aucune grille de classement n’est en vigueur pour ce type.", "l’équipe technique")
SCALE_OF_ANOTHER_TYPE = Reason("scale_type", "Cette grille ne vaut pas pour ce type d’appareil.", field="scale")
UNKNOWN_FUNCTION = Reason("unknown_function", "Une fonction testée n’est pas dans la liste de ce type.")
NOT_ENOUGH_PARTS = Reason("not_enough_parts", "Il ne reste pas assez de cette pièce en stock.", field="part")


@gate.one_transaction
def record_test_run(
    *, actor: Actor, device: Device, results: Mapping[str, CheckResult | str], at: datetime | None = None
) -> TestRun:
    """Record tests against the checklist of the day: ``{function code: ok | fail | not_applicable}``.

    Functions not given keep the result of the previous run of this stay, named as carried over; so after a repair
    only what it touched is tested again. Raises Unknown, PermissionDenied, Refused.
    """
    held, stamp = held_device(actor=actor, device=device, states=ON_THE_BENCH), at or timezone.now()
    checklist = Checklist.objects.filter(type=held.type).on(timezone.localdate(stamp)).first()
    if checklist is None:
        raise Refused({held.pk: (NO_CHECKLIST,)})
    functions = checklist.as_functions()
    codes = [function.code for function in functions]
    if set(results) - set(codes):
        raise Refused({held.pk: (UNKNOWN_FUNCTION,)})
    previous = TestRun.objects.current().filter(device=held, stay=held.stay).order_by("-pk").first()
    carried = {}
    if previous is not None and previous.checklist_id == checklist.pk:
        carried = {row.function: row for row in previous.results.all() if row.function not in results}
    known = {code: CheckResult(row.result) for code, row in carried.items()}
    known |= {code: CheckResult(result) for code, result in results.items()}
    missing = failing(functions, known)
    run = TestRun.objects.create(
        device=held,
        stay=held.stay,
        recorded_at=stamp,
        recorded_by_id=actor.pk,
        supersedes=previous,
        checklist=checklist,
        passed=not missing,
        failing=missing,
    )
    TestResult.objects.bulk_create(
        TestResult(
            run=run,
            function=code,
            result=known[code],
            carried_from_id=(carried[code].carried_from_id or previous.pk) if code in carried and previous else None,
        )
        for code in codes
        if code in known
    )
    return run


@gate.one_transaction
def grade_device(
    *,
    actor: Actor,
    device: Device,
    measures: Mapping[str, Measure],
    cosmetic: CosmeticGrade | str,
    scale: GradingScale | None = None,
    at: datetime | None = None,
) -> Grading:
    """Compute the grade by a scale: the one given, or the newest in force for the type. A newer one supersedes.

    Raises Unknown, PermissionDenied, Refused (one reason per measure that is missing or out of bounds).
    """
    held, stamp = held_device(actor=actor, device=device, states=ON_THE_BENCH), at or timezone.now()
    day = timezone.localdate(stamp)
    scale = scale or GradingScale.objects.filter(types__contains=[held.type]).on(day).first()
    if scale is None:
        raise Refused({held.pk: (NO_SCALE,)})
    if held.type not in scale.types:
        raise Refused({held.pk: (SCALE_OF_ANOTHER_TYPE,)})
    given = {**measures, "cosmetic": CosmeticGrade(cosmetic).value}
    try:
        grade = compute(scale.as_scale(), given)
    except Unmeasurable as error:
        wrong = tuple(Reason(f"measure_{name}", said, field=name) for name, said in error.measures.items())
        raise Refused({held.pk: wrong}) from None
    return Grading.objects.create(
        device=held,
        stay=held.stay,
        recorded_at=stamp,
        recorded_by_id=actor.pk,
        supersedes=Grading.objects.current().filter(device=held, stay=held.stay).order_by("-pk").first(),
        type=held.type,
        scale=scale,
        measures={name: _plain(measure) for name, measure in given.items()},
        lines=[
            {"code": line.code, "label": line.label, "measure": line.measure, "points": _plain(line.points)}
            for line in grade.lines
        ],
        score=grade.score,
        uncapped=grade.uncapped,
        caps=[{"code": cap.code, "label": cap.label, "grade": cap.grade} for cap in grade.caps],
        grade=grade.grade,
        label=grade.label,
        cosmetic=CosmeticGrade(cosmetic),
    )


@gate.one_transaction
def record_repair(
    *,
    actor: Actor,
    device: Device,
    kind: PartKind | str,
    work: str,
    part: Part | None = None,
    quantity: int = 1,
    cost: Decimal | None = None,
    minutes: int = 0,
    at: datetime | None = None,
) -> Repair:
    """Note a repair, on the bench or of what a household brought back, with the part taken from the stock if any.

    ``cost`` in euros, of a part bought.

    Raises Unknown, PermissionDenied, Refused.
    """
    held = held_device(actor=actor, device=device, states=(*ON_THE_BENCH, DeviceState.RETURNED))
    if part is not None:
        ours = Part.objects.filter(workshop=held.workshop_id, pk=part.pk)
        ours.select_for_update(no_key=True).first()  # two repairs never use the same part
        if not ours.in_stock(quantity).exists():
            raise Refused({held.pk: (NOT_ENOUGH_PARTS,)})
    return Repair.objects.create(
        device=held,
        stay=held.stay,
        recorded_at=at or timezone.now(),
        recorded_by_id=actor.pk,
        kind=PartKind(kind),
        work=work.strip(),
        part=part,
        quantity=quantity if part is not None else 0,
        cost=cost,
        minutes=minutes,
    )


def _plain(measure: Any) -> int | str:
    """A measure as JSON keeps it: a whole number as such, any other exactly, as text."""
    if isinstance(measure, Decimal):
        return int(measure) if measure == measure.to_integral_value() else str(measure)
    return measure if isinstance(measure, int) else str(measure)
