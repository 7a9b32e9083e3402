"""A parameter: a number of the law or of the field that changes on a date. Declared beside the rules that read it.

``REVIEW_DAYS = parameter("conventions.review_working_days", usual=10, unit="jours ouvrés", label="Relecture")``, then
``REVIEW_DAYS.on(day)``. The family, before the dot, is declared once by ``parameter_family``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ImproperlyConfigured
from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Subquery,
    Value,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from calendars.expressions import DayOf
from reference.models import Parameter
from reference.registry import REGISTRY, Declaration, ParameterFamily

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class InForce[N: (int, Decimal)]:
    """The value of a day with who says so. ``since``: its first day, None for the usual value."""

    value: N
    unit: str
    since: date | None
    source: str

    @property
    def told_source(self) -> str:
        """Its source as anybody reads it: what stands after « ; » is noted for those who keep the values."""
        return self.source.partition(";")[0].strip()


@dataclass(frozen=True, eq=False)
class DatedParameter[N: (int, Decimal)]:
    """One declared parameter; ``usual`` says whether it is a whole number or a decimal one."""

    declaration: Declaration
    usual: N

    @property
    def code(self) -> str:
        return self.declaration.code

    @property
    def unit(self) -> str:
        return self.declaration.unit

    @property
    def label(self) -> str:
        return self.declaration.label

    def __str__(self) -> str:
        return self.code

    def on(self, day: date) -> N:
        """The value in force on ``day``, in its unit; the usual one where no row says otherwise. One query."""
        found = Parameter.objects.value_of(self.code, day)
        return self.usual if found is None else self._number(found)

    def in_force(self, day: date) -> InForce[N]:
        """The value in force on ``day`` with its first day and its source. One query."""
        row = Parameter.objects.row_of(self.code, day)
        if row is None:
            return InForce(self.usual, self.unit, None, self.declaration.source)
        return InForce(self._number(row.value), self.unit, row.valid_from, row.source)

    def before(self, at: datetime) -> CombinedExpression:
        """For a number of days: the instant so many days before ``at``, inside a query that would be one more."""
        return Value(at, DateTimeField()) - self._days(timezone.localdate(at))

    def after(self, at: datetime) -> CombinedExpression:
        """For a number of days: the instant so many days after ``at``, inside a query that would be one more."""
        return Value(at, DateTimeField()) + self._days(timezone.localdate(at))

    def days_after(self, column: str) -> ExpressionWrapper:
        """For a number of days: so many after the instant in ``column``, by the value of its own day, as was told."""
        return ExpressionWrapper(F(column) + self._days(DayOf(OuterRef(column))), DateTimeField())

    def _days(self, day: date | DayOf) -> ExpressionWrapper:
        rows = Parameter.objects.values_of(self.code, day)
        number = Coalesce(Cast(Subquery(rows), IntegerField()), Value(self.usual), output_field=IntegerField())
        return ExpressionWrapper(number * Value(ONE_DAY, DurationField()), DurationField())

    def _number(self, value: Decimal) -> N:
        return int(value) if isinstance(self.usual, int) else value


class ValuesOfDay:
    """What every parameter is worth on one day, read in one query: ``values[REVIEW_DAYS]``."""

    def __init__(self, found: Mapping[str, Decimal]) -> None:
        self._found = found

    def __getitem__[N: (int, Decimal)](self, asked: DatedParameter[N]) -> N:
        value = self._found.get(asked.code)
        return asked.usual if value is None else asked._number(value)


def parameters_on(day: date) -> ValuesOfDay:
    """All the parameters of a day; one query."""
    return ValuesOfDay(Parameter.objects.values_on(day))


def parameter_family(
    code: str, *, slug: str, group: str, title: str, purpose: str, falls: tuple[tuple[str, ...], ...] = ()
) -> ParameterFamily:
    """Declare a family, once. ``slug``: its address among the pages of administration; ``falls``: full codes."""
    declared = ParameterFamily(code, slug, group, title, purpose, falls)
    if REGISTRY.parameter_families.setdefault(code, declared) != declared:
        raise ImproperlyConfigured(f"la famille «\u00a0{code}\u00a0» est déclarée deux fois")
    return declared


def parameter[N: (int, Decimal)](
    code: str, *, usual: N, unit: str, label: str, least: int = 1, most: int | None = None, source: str = ""
) -> DatedParameter[N]:
    """Declare a parameter and answer what reads it.

    ``unit``: French, plural (« jours ouvrés », « % »). ``most``: its largest value, that of its unit unless said.
    ``source``: who says the usual value, where the law does.
    Raises ImproperlyConfigured when another one has this code.
    """
    said = {"source": source} if source else {}
    declared = Declaration(code, usual, unit, label, least, most=most, **said)
    if REGISTRY.parameters.setdefault(code, declared) != declared:
        raise ImproperlyConfigured(f"le paramètre «\u00a0{code}\u00a0» est déclaré deux fois")
    return DatedParameter(declared, usual)
