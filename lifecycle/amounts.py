"""Amounts as people type them in French: a comma, spaces between thousands, the unit after the number or not."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from typography.french import written_number

BOUNDS: dict[type, str] = {
    MinValueValidator: "Donnez un nombre supérieur ou égal à {}.",
    MaxValueValidator: "Donnez un nombre inférieur ou égal à {}.",
}
"""What is said of a number out of its bounds, which are written as the pages write them."""
SPACES = dict.fromkeys(map(ord, " \t\u00a0\u202f"))


class AmountField(forms.DecimalField):
    """A decimal number, in ``unit``: « 1 234,50 € » is read as the pages write it, and « 1234.5 » as well."""

    unit = "€"

    def __init__(self, **given: Any) -> None:
        given.setdefault("localize", True)
        given.setdefault("widget", forms.TextInput({"inputmode": "decimal"}))
        super().__init__(**given)
        for bound in self.validators:
            if isinstance(bound, (MinValueValidator, MaxValueValidator)) and not callable(bound.limit_value):
                bound.message = BOUNDS[type(bound)].format(written_number(bound.limit_value))

    def to_python(self, value: Any) -> Any:
        """The number; raises ValidationError for anything else, another unit included."""
        if isinstance(value, str):
            typed = value.translate(SPACES)
            value = typed.removesuffix(self.unit) or typed
        return super().to_python(value)


class WeightField(AmountField):
    unit = "kg"


class CapacityField(AmountField):
    unit = "Go"


class ShareField(AmountField):
    unit = "%"


class NumberField(AmountField):
    """A number of what the page says beside it: « 6 » and not « 6,00 »."""

    unit = ""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal) and value.is_finite():
            return value.normalize() if value % 1 else int(value)
        return super().prepare_value(value)
