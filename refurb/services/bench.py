"""The bench: test the functions of a device, grade it, note its repairs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from refurb.enums import ON_THE_BENCH, CheckResult, CosmeticGrade, DeviceState, PartKind
from refurb.grading import Measure, Unmeasurable, compute
from refurb.models.bench import Grading, TestResult, TestRun
from refurb.models.device import Device
from refurb.models.reference import Checklist, GradingScale
from refurb.models.stock import Repair
from refurb.part_words import say_a_drive_put_in
from refurb.services import boards
from refurb.services.locked_devices import about, held_device, held_devices
from refurb.services.parts import KEEPS_ITS_DRIVE, REPAIRED_IN
from refurb.verdict import failing

NO_CHECKLIST = Reason("no_checklist", "Aucune liste de tests n’est en vigueur pour ce type.", "l’équipe technique")
NO_SCALE = Reason("no_scale", "Aucune grille de classement n’est en vigueur pour ce type.", "l’équipe technique")
SCALE_OF_ANOTHER_TYPE = Reason("scale_type", "Cette grille ne vaut pas pour ce type d’appareil.", field="scale")
UNKNOWN_FUNCTION = Reason("unknown_function", "Une fonction testée n’est pas dans la liste de ce type.")
NAMED_DRIVE = Reason(
    "named_drive",
    "Un disque se nomme et se prouve\u00a0: «\u00a0Monter une pièce\u00a0» s’il vient du stock, sinon «\u00a0Ajouter un"
    " stockage\u00a0». Rien n’a été monté\u00a0? Choisissez «\u00a0Autre pièce\u00a0».",
    field="kind",
)
SAID_DRIVE = Reason(
    "said_drive",
    "Ces mots disent un disque posé\u00a0: «\u00a0Monter une pièce\u00a0» s’il vient du stock, sinon «\u00a0Ajouter un"
    " stockage\u00a0». Rien n’a été monté\u00a0? Dites ce qui a été fait\u00a0: vérifié, retiré, refixé.",
    field="work",
)


@dataclass(frozen=True)
class Look:
    """What is seen of one device when it is graded."""

    measures: Mapping[str, Measure]
    cosmetic: CosmeticGrade | str


@gate.one_transaction
def record_test_run(
    *, actor: Actor, device: Device, results: Mapping[str, CheckResult | str], at: datetime | None = None
) -> TestRun:
    """Record tests against the checklist of the day: ``{function code: ok | fail | not_applicable}``.

    Functions not given keep the result of the previous run of this stay, named as carried over; so after a repair
    only what it touched is tested again. Raises Unknown, PermissionDenied, Refused.
    """
    return record_test_runs(actor=actor, devices=[device], results=results, at=at)[0]


@gate.one_transaction
def record_test_runs(
    *, actor: Actor, devices: Iterable[Device], results: Mapping[str, CheckResult | str], at: datetime | None = None
) -> list[TestRun]:
    """The same results for several devices of one type tested together, by their keys; all or none.

    Raises as ``record_test_run``.
    """
    held = held_devices(actor=actor, devices=devices, states=ON_THE_BENCH)
    stamp = at or timezone.now()
    type_ = _one_type(held)
    checklist = Checklist.objects.filter(type=type_).on(timezone.localdate(stamp)).first()
    if checklist is None:
        raise Refused(dict.fromkeys(held, (NO_CHECKLIST,)))
    functions = checklist.as_functions()
    if set(results) - {function.code for function in functions}:
        raise Refused(dict.fromkeys(held, (UNKNOWN_FUNCTION,)))
    before = _latest(TestRun, held, "results")
    runs, rows = [], []
    for pk, row in held.items():
        previous = before.get(pk)
        carried = {}
        if previous is not None and previous.checklist_id == checklist.pk:
            carried = {old.function: old for old in previous.results.all() if old.function not in results}
        known = {code: CheckResult(old.result) for code, old in carried.items()}
        known |= {code: CheckResult(result) for code, result in results.items()}
        missing = failing(functions, known)
        run = TestRun(
            **about(row, actor, stamp), supersedes=previous, checklist=checklist, passed=not missing, failing=missing
        )
        runs.append(run)
        rows += [
            TestResult(
                run=run,
                function=function.code,
                result=known[function.code],
                carried_from_id=(old.carried_from_id or old.run_id) if (old := carried.get(function.code)) else None,
            )
            for function in functions
            if function.code in known
        ]
    TestRun.objects.bulk_create(runs)
    TestResult.objects.bulk_create(rows)
    return runs


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
    seen = {device.pk: Look(measures, cosmetic)}
    return grade_devices(actor=actor, devices=[device], seen=seen, scale=scale, at=at)[0]


@gate.one_transaction
def grade_devices(
    *,
    actor: Actor,
    devices: Iterable[Device],
    seen: Mapping[int, Look],
    scale: GradingScale | None = None,
    at: datetime | None = None,
) -> list[Grading]:
    """The same for several devices of one type, each with what was seen of it, by their keys; all or none.

    Raises as ``grade_device``.
    """
    held = held_devices(actor=actor, devices=devices, states=ON_THE_BENCH)
    stamp = at or timezone.now()
    type_ = _one_type(held)
    scale = scale or GradingScale.objects.filter(types__contains=[type_]).on(timezone.localdate(stamp)).first()
    if scale is None:
        raise Refused(dict.fromkeys(held, (NO_SCALE,)))
    if type_ not in scale.types:
        raise Refused(dict.fromkeys(held, (SCALE_OF_ANOTHER_TYPE,)))
    before, rules = _latest(Grading, held), scale.as_scale()
    gradings, wrong = [], {}
    for pk, row in held.items():
        given = {**seen[pk].measures, "cosmetic": CosmeticGrade(seen[pk].cosmetic).value}
        try:
            grade = compute(rules, given)
        except Unmeasurable as error:
            wrong[pk] = tuple(Reason(f"measure_{name}", said, field=name) for name, said in error.measures.items())
            continue
        gradings.append(
            Grading(
                **about(row, actor, stamp),
                supersedes=before.get(pk),
                type=row.type,
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
                cosmetic=CosmeticGrade(seen[pk].cosmetic),
            )
        )
    if wrong:
        raise Refused(wrong)
    return Grading.objects.bulk_create(gradings)


@gate.one_transaction
def record_repair(
    *,
    actor: Actor,
    device: Device,
    kind: PartKind | str,
    work: str,
    cost: Decimal | None = None,
    minutes: int = 0,
    at: datetime | None = None,
) -> Repair:
    """Note a repair, on the bench or of what a household brought back; a part of the stock is fitted by ``fit_part``.

    ``cost`` in euros, of a part bought for it. Never a drive, in its words either, nor the board that is the storage of
    a phone or a tablet: each is named in the inventory, and proven there.

    Raises Unknown, PermissionDenied, Refused.
    """
    held = held_device(actor=actor, device=device, states=REPAIRED_IN)
    if kind == PartKind.STORAGE:
        raise Refused({held.pk: (KEEPS_ITS_DRIVE if held.state == DeviceState.RETURNED else NAMED_DRIVE,)})
    if boards.holds_its_storage(held, kind):
        returned = held.state == DeviceState.RETURNED
        raise Refused({held.pk: (boards.KEEPS_ITS_BOARD if returned else boards.NAMED_BOARD,)})
    if say_a_drive_put_in(work):
        raise Refused({held.pk: (KEEPS_ITS_DRIVE if held.state == DeviceState.RETURNED else SAID_DRIVE,)})
    return Repair.objects.create(
        **about(held, actor, at), kind=PartKind(kind), work=work.strip(), cost=cost, minutes=minutes
    )


def _one_type(held: Mapping[int, Device]) -> str:
    """The type of devices that are tested or graded together. Raises ValueError when there are several."""
    (type_,) = {row.type for row in held.values()}
    return type_


def _latest[E: (TestRun, Grading)](model: type[E], held: Mapping[int, Device], *prefetched: str) -> dict[int, E]:
    """``{device: the current row of its present stay}``, where there is one."""
    rows = model.objects.current().filter(device__in=held, stay=F("device__stay")).order_by("pk")
    return {row.device_id: row for row in rows.prefetch_related(*prefetched)}


def _plain(measure: Any) -> int | str:
    """A measure as JSON keeps it: a whole number as such, any other exactly, as text."""
    if isinstance(measure, Decimal):
        return int(measure) if measure == measure.to_integral_value() else str(measure)
    return measure if isinstance(measure, int) else str(measure)
