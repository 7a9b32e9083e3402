"""The grading scales as the files of the project give them, without a database."""

from typing import Any

from reference.families import family_of
from reference.files import read_family
from refurb.enums import CriterionKind
from refurb.grading import Cap, Condition, Criterion, GradeLevel, PointsStep, Scale
from refurb.models import GradingScale


def scales_of_the_files() -> dict[str, tuple[Scale, list[str]]]:
    """``{code: (scale, types)}``."""
    return {
        line.key["code"]: (_scale(line.key["code"], line.lines), line.told["types"])
        for line in read_family(family_of(GradingScale))
    }


def _scale(code: str, lines: dict[str, list[dict[str, Any]]]) -> Scale:
    return Scale(
        code,
        [_criterion(line) for line in lines["gradingcriterion"]],
        [Cap(**_when(line)) for line in lines["gradingcap"]],
        [GradeLevel(**line) for line in lines["gradinglevel"]],
    )


def _criterion(line: dict[str, Any]) -> Criterion:
    steps = tuple(PointsStep(**step) for step in line["steps"])
    return Criterion(**_when(line) | {"kind": CriterionKind(line["kind"]), "steps": steps})


def _when(line: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in line.items() if not name.startswith("when_")}
    return told | {"when": Condition(line["when_measure"], tuple(line["when_values"]))}
