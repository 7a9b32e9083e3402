"""Days counted by the database as people count them: a month later is the same day of the next month, or its last."""

from typing import Any, Literal

from django.db.models import DateField, DateTimeField, F, Func, Value

type Unit = Literal["days", "months", "years"]


class Shifted(Func):
    """A day, so many days, months or years later; before it when the number is negative, which the row may say."""

    output_field = DateField()
    template = "((%(day)s)::date + make_interval(%(unit)s => %(number)s))::date"

    def __init__(self, day: Any, number: Any, unit: Unit = "days") -> None:
        known = number if hasattr(number, "resolve_expression") else Value(int(number))
        super().__init__(F(day) if isinstance(day, str) else day, known)
        self.unit = unit

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Compile the two expressions in the template."""
        day, number = self.source_expressions
        day_sql, day_params = compiler.compile(day)
        number_sql, number_params = compiler.compile(number)
        return self.template % {"day": day_sql, "number": number_sql, "unit": self.unit}, [*day_params, *number_params]


class Midnight(Func):
    """The instant a day begins, in local time."""

    output_field = DateTimeField()
    template = "((%(expressions)s)::timestamp AT TIME ZONE 'Europe/Paris')"


class DayOf(Func):
    """The day of an instant, in local time; of a row outside a subquery too, which ``TruncDate`` cannot read."""

    output_field = DateField()
    template = "((%(expressions)s) AT TIME ZONE 'Europe/Paris')::date"
