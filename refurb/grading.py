"""Grades computed from a scale and measures, and nothing else: no model, no clock. Several scales live side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from refurb.enums import CriterionKind

type Measure = Decimal | int | str
LETTER = 2
"""A grade that is longer is a word."""
UNSELLABLE = "unsellable"
WORDS = {"HC": "HC (hors catégorie)", UNSELLABLE: "Invendable"}
"""What the codes of the scales say to whoever never read a scale."""


def told_grade(grade: str) -> str:
    """A grade as people read it: « B », « Premium », « Invendable »."""
    return WORDS.get(grade) or (grade if len(grade) <= LETTER else grade.title())


def named_grade(grade: str) -> str:
    """The same where no title says that it is one: « Grade B », « Premium »."""
    return f"Grade {grade}" if 0 < len(grade) <= LETTER else told_grade(grade)


def best_first(grade: str) -> tuple[bool, bool, bool, str]:
    """Where a grade stands: a word above the letters, what is not sold under them; what has none comes last."""
    return not grade, grade == UNSELLABLE, len(grade) <= LETTER, grade


class Unmeasurable(ValueError):
    """Measures that are missing or make no sense; ``measures`` gives a French sentence for each, by code."""

    def __init__(self, measures: Mapping[str, str]) -> None:
        self.measures = dict(measures)
        super().__init__(" ".join(self.measures.values()))


@dataclass(frozen=True)
class PointsStep:
    """Points from a threshold on (``at_least``, included) or for one ``value``."""

    points: Decimal
    at_least: Decimal | None = None
    value: str = ""


@dataclass(frozen=True)
class Condition:
    """True when a measure is one of ``values``; an empty measure is no condition."""

    measure: str = ""
    values: tuple[str, ...] = ()

    def holds(self, measures: Mapping[str, Measure]) -> bool:
        return not self.measure or str(measures.get(self.measure, "")) in self.values


@dataclass(frozen=True)
class Criterion:
    """One line of the sum: which measure it reads, when it counts, how it turns it into points."""

    code: str
    label: str
    kind: CriterionKind
    measure: str
    unit: str = ""
    when: Condition = Condition()
    steps: tuple[PointsStep, ...] = ()
    factor: Decimal = Decimal(1)
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True)
class Cap:
    """A grade that cannot be passed when a condition holds and, if named, a measure is below a threshold."""

    code: str
    label: str
    grade: str
    when: Condition = Condition()
    below_measure: str = ""
    below: Decimal | None = None

    def holds(self, measures: Mapping[str, Measure]) -> bool:
        if not self.when.holds(measures):
            return False
        return self.below is None or _number(measures[self.below_measure]) < self.below


@dataclass(frozen=True)
class GradeLevel:
    """One grade and the lowest score that gives it; None for the lowest grade, which has no floor."""

    grade: str
    label: str
    at_least: Decimal | None = None


@dataclass(frozen=True)
class Scale:
    """A scale as it is computed with: criteria in order, caps, levels from the best to the lowest."""

    code: str
    criteria: Sequence[Criterion]
    caps: Sequence[Cap]
    levels: Sequence[GradeLevel]


@dataclass(frozen=True)
class ScoreLine:
    """One line of the sum, kept with the grade."""

    code: str
    label: str
    measure: str
    points: Decimal


@dataclass(frozen=True)
class Grade:
    """A grade and how it was reached: the sum line by line, the grade of the score, the caps that lowered it."""

    grade: str
    label: str
    score: Decimal
    uncapped: str
    lines: tuple[ScoreLine, ...]
    caps: tuple[Cap, ...]


def compute(scale: Scale, measures: Mapping[str, Measure]) -> Grade:
    """Grade a device: sum the points, read the level, apply the caps.

    Raises Unmeasurable when a measure the scale needs is missing or out of its bounds.
    Source of the rule: domaine §2.4; the thresholds are rows of the scale.
    """
    wrong: dict[str, str] = {}
    lines = []
    for criterion in scale.criteria:
        if criterion.when.measure and criterion.when.measure not in measures:
            wrong[criterion.when.measure] = f"Il manque\u00a0: {criterion.label}."
        elif criterion.when.holds(measures):
            try:
                lines.append(_line(criterion, measures))
            except ValueError as error:
                wrong[criterion.measure] = str(error)
    wrong |= _missing_for_caps(scale, measures)
    if wrong:
        raise Unmeasurable(wrong)
    score = sum((line.points for line in lines), Decimal(0))
    reached = next(rank for rank, level in enumerate(scale.levels) if level.at_least is None or score >= level.at_least)
    ranks = {level.grade: rank for rank, level in enumerate(scale.levels)}
    lowering = tuple(cap for cap in scale.caps if ranks[cap.grade] > reached and cap.holds(measures))
    final = scale.levels[max([reached, *(ranks[cap.grade] for cap in lowering)])]
    return Grade(final.grade, final.label, score, scale.levels[reached].grade, tuple(lines), lowering)


def _missing_for_caps(scale: Scale, measures: Mapping[str, Measure]) -> dict[str, str]:
    needed = {name for cap in scale.caps for name in (cap.when.measure, cap.below_measure) if name}
    return {name: f"Il manque une mesure\u00a0: {name}." for name in sorted(needed) if measures.get(name, "") == ""}


def _line(criterion: Criterion, measures: Mapping[str, Measure]) -> ScoreLine:
    given = measures.get(criterion.measure, "")
    if given == "":
        raise ValueError(f"Il manque\u00a0: {criterion.label}.")
    if criterion.kind == CriterionKind.CHOICE:
        points = {step.value: step.points for step in criterion.steps}.get(str(given))
        if points is None:
            raise ValueError(f"{criterion.label}\u00a0: valeur inconnue «\u00a0{given}\u00a0».")
        return ScoreLine(criterion.code, criterion.label, str(given), points)
    number = _number(given)
    outside = (criterion.minimum is not None and number < criterion.minimum) or (
        criterion.maximum is not None and number > criterion.maximum
    )
    if outside:
        raise ValueError(f"{criterion.label}\u00a0: entre {criterion.minimum} et {criterion.maximum}.")
    return ScoreLine(criterion.code, criterion.label, str(given), _points(criterion, number))


def _points(criterion: Criterion, number: Decimal) -> Decimal:
    if criterion.kind != CriterionKind.BANDS:
        return number * criterion.factor
    reached = [step for step in criterion.steps if step.at_least is not None and number >= step.at_least]
    if not reached:
        raise ValueError(f"{criterion.label}\u00a0: aucun palier pour {number}.")
    return max(reached, key=lambda step: step.at_least or Decimal(0)).points


def _number(given: Any) -> Decimal:
    try:
        number = Decimal(str(given))
    except InvalidOperation:
        raise ValueError(f"«\u00a0{given}\u00a0» n’est pas un nombre.") from None
    if not number.is_finite():
        raise ValueError(f"«\u00a0{given}\u00a0» n’est pas un nombre.")
    return number
