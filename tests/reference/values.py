"""Dated values as tests write them."""

from datetime import date
from decimal import Decimal
from typing import Any

from reference.models import Parameter
from reference.parameters import DatedParameter

SAID: dict[str, Any] = {"source": "Comité technique", "checked_on": date(2026, 1, 1)}
LONG_AGO = date(2020, 1, 1)


def make_value(
    asked: DatedParameter[Any], value: int | Decimal, since: date = LONG_AGO, until: date | None = None
) -> Parameter:
    """A value in force from ``since`` on, in place of those there are."""
    Parameter.objects.filter(code=asked.code, valid_from__gte=since).delete()
    return Parameter.objects.create(code=asked.code, value=value, valid_from=since, valid_to=until, **SAID)


def set_value(asked: DatedParameter[Any], value: int | Decimal) -> None:
    """The one value of a parameter, whatever was written."""
    Parameter.objects.filter(code=asked.code).delete()
    make_value(asked, value)
