"""Amounts as people type them in French, wherever a page asks for one."""

import ast
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import settings

from lifecycle.amounts import AmountField, CapacityField, NumberField, ShareField, WeightField


@pytest.mark.parametrize(
    "typed",
    ["1234,50", "1234.50", "1 234,50", "1\u00a0234,50\u00a0€", "1\u202f234,5 €", " 1234,5€ "],
)
def test_an_amount_is_read_as_the_pages_write_it(typed: str) -> None:
    assert AmountField(max_digits=8, decimal_places=2).clean(typed) == Decimal("1234.5")


def test_each_unit_may_be_typed_where_it_is_meant_and_another_is_refused() -> None:
    for field, typed in ((WeightField(), "2,4 kg"), (CapacityField(), "2,4 Go"), (ShareField(), "2,4 %")):
        assert field.clean(typed) == Decimal("2.4")
        with pytest.raises(forms.ValidationError, match="Saisissez un nombre"):
            field.clean("2,4 €")
    with pytest.raises(forms.ValidationError, match="Saisissez un nombre"):
        NumberField().clean("2,4 €")


def test_what_is_out_of_bounds_is_told_with_the_figures_of_the_pages() -> None:
    field = NumberField(min_value=Decimal("-2.00"), max_value=Decimal("100000.00"))
    half = NumberField(min_value=Decimal("0.50"))
    for asked, typed, told in (
        (field, "-3", "supérieur ou égal à −2."),
        (field, "100 001", "inférieur ou égal à 100\u202f000."),
        (half, "0", "supérieur ou égal à 0,5."),
    ):
        with pytest.raises(forms.ValidationError) as refused:
            asked.clean(typed)
        assert refused.value.messages == [f"Donnez un nombre {told}"]


@pytest.mark.parametrize("typed", ["1,234.50", "1.234,50", "€", "douze", "1-2", "--5", "1,2,3"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        AmountField(required=False).clean(typed)


def test_no_form_asks_for_an_amount_in_another_way() -> None:
    root = Path(settings.BASE_DIR)
    paths = [*root.glob("*/forms/**/*.py"), *root.glob("*/forms.py")]
    asking = {
        str(path.relative_to(root))
        for path in paths
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "DecimalField"
    }
    assert asking == set()
    assert len(paths) > 20


def test_a_whole_number_is_shown_without_its_zeros_and_typed_back_the_same() -> None:
    field = NumberField(decimal_places=2)
    assert [field.prepare_value(Decimal(given)) for given in ("6.00", "60.00", "2.50")] == [6, 60, Decimal("2.5")]
    assert field.clean("6") == 6
    assert field.prepare_value("6,0") == "6,0", "what is being typed stays"
