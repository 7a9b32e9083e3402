"""The one table of dated numbers: what apps declare in their ``parameters``, along time, with who says so."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Func, Q
from django.utils.formats import number_format

from calendars.expressions import DayOf
from reference.dated import Dated, DatedQuerySet, read_once
from reference.registry import Declaration, Number, declared_codes, declared_parameters

UNIT_LENGTH = 20
SAME_ALONE = frozenset({"mois", "Mo/s"})
"""The words of units that end in s and keep it after 1."""


class DateRange(Func):
    """The days of a row as one range, both ends included."""

    function = "daterange"
    output_field = DateRangeField()


class ParameterQuerySet(DatedQuerySet):
    """Reads of parameters: apps ask the declared ones, in ``reference.parameters``."""

    @read_once
    def value_of(self, code: str, day: date) -> Decimal | None:
        """What the row in force on ``day`` says of this code; None where there is none."""
        return self.on(day).filter(code=code).values_list("value", flat=True).first()

    @read_once
    def row_of(self, code: str, day: date) -> "Parameter | None":
        """The row in force on ``day`` for this code."""
        return self.on(day).filter(code=code).first()

    def values_of(self, code: str, day: date | DayOf) -> Any:
        """The value in force on ``day``, or on that of a row, for this code, for a subquery."""
        return self.on(day).filter(code=code).values("value")[:1]

    def codes(self) -> list[tuple[str, str]]:
        """``(code, unit)`` of what is written, each once."""
        return list(self.order_by("code").values_list("code", "unit").distinct())

    @read_once
    def values_on(self, day: date) -> dict[str, Decimal]:
        """``{code: value}`` of the rows in force on ``day``; one query."""
        return dict(self.on(day).order_by().values_list("code", "value"))


class Parameter(Dated):
    """The value of one declared code from one day on. Two rows of a code never hold on the same day.

    The database knows which codes are declared, the least and the largest value of each (``known``).
    """

    code = models.CharField("paramètre", max_length=60, choices=declared_codes)
    value = models.DecimalField("valeur", max_digits=10, decimal_places=2)
    unit = models.CharField("unité", max_length=UNIT_LENGTH, editable=False)

    objects = ParameterQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "paramètre daté"
        verbose_name_plural = "paramètres datés"
        ordering = ("code", "-valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("code", "valid_from"), name="reference_parameter_once"),
            ExclusionConstraint(
                name="reference_parameter_apart",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (
                        DateRange("valid_from", "valid_to", RangeBoundary(inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(condition=~Q(unit=""), name="reference_parameter_unit"),
        )

    def __str__(self) -> str:
        return f"{self.get_code_display()}\u00a0: {self.spelt}"

    @property
    def spelt(self) -> str:
        """« 10 jours ouvrés »."""
        return counted_in_french(self.value, self.unit)

    @property
    def declared(self) -> Declaration | None:
        """What the app that reads it says of it; None of a code that nobody reads any more."""
        return declared_parameters().get(self.code)

    def clean(self) -> None:
        """The value is one of its kind. Raises ValidationError, beside the field."""
        declared = self.declared
        if declared is None:
            raise ValidationError({"code": f"Aucun paramètre n’a le code «\u00a0{self.code}\u00a0»."})
        if self.value is not None and (fault := fault_of(declared, self.value)):
            raise ValidationError({"value": fault})

    def save(self, **options: Any) -> None:
        """The unit is the one that is declared: nobody types it."""
        if self.declared is not None:
            self.unit = self.declared.unit
        super().save(**options)


def fault_of(declared: Declaration, value: Decimal) -> str:
    """Why a value is none of this parameter, in a French sentence; empty when it is one."""
    if declared.is_whole and value % 1:
        return f"Un nombre entier\u00a0: ce paramètre compte des {declared.unit}."
    if value < declared.least:
        return f"Au moins {counted_in_french(Decimal(declared.least), declared.unit)}."
    if declared.highest is not None and value > declared.highest:
        return f"Au plus {counted_in_french(Decimal(declared.highest), declared.unit)}."
    return ""


def number_in_french(value: Decimal) -> str:
    """A number in French, without zeros that say nothing."""
    return number_format(without_zeros(value))


def without_zeros(value: Decimal) -> Number:
    """The same number as one types it: 5 and not 5.00."""
    return value.normalize() if value % 1 else int(value)


def unit_in_french(value: Decimal, unit: str) -> str:
    """A unit, declared in the plural, as it is written after a number: « 1 jour ouvré », « 2 jours ouvrés »."""
    if abs(value) >= 2:
        return unit
    return " ".join(word if word in SAME_ALONE else word.removesuffix("s") for word in unit.split(" "))


def counted_in_french(value: Decimal, unit: str) -> str:
    """« 10 jours ouvrés », « 1 jour ouvré »."""
    return f"{number_in_french(value)}\u00a0{unit_in_french(value, unit)}"
