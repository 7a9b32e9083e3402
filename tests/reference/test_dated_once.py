"""Dated rows read once for a long writing of history: the same answers, in fewer queries."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conventions.models import PriceCeiling
from conventions.parameters import NOTICE_DAYS, REVIEW_DAYS
from reference.dated import dated_rows_unchanging
from tests.reference.values import make_value

pytestmark = pytest.mark.django_db

SAID: dict[str, Any] = {"source": "test", "checked_on": date(2026, 1, 1)}


@pytest.fixture
def ceilings() -> None:
    for start, end, amount in ((date(2025, 1, 1), date(2025, 6, 30), 100), (date(2025, 7, 1), None, 120)):
        PriceCeiling.objects.create(type="laptop", amount=amount, valid_from=start, valid_to=end, **SAID)


def amounts(*days: date) -> list[Decimal | None]:
    return [PriceCeiling.objects.amounts_on(day).get("laptop") for day in days]


def test_each_day_has_its_own_row_on_both_sides_of_a_change(ceilings: None) -> None:
    days = (date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 30), date(2025, 7, 1), date(2026, 1, 1))
    asked = amounts(*days)
    with dated_rows_unchanging():
        assert amounts(*days) == asked == [None, 100, 100, 120, 120]
        assert amounts(*reversed(days)) == asked[::-1]


def test_a_row_is_read_once_between_two_changes(ceilings: None) -> None:
    with dated_rows_unchanging():
        amounts(date(2025, 7, 1))
        with CaptureQueriesContext(connection) as queries:
            amounts(date(2025, 8, 1), date(2026, 3, 1), date(2025, 7, 1))
        assert len(queries) == 0


def test_what_is_done_to_an_answer_is_not_told_to_the_next(ceilings: None) -> None:
    with dated_rows_unchanging():
        PriceCeiling.objects.amounts_on(date(2025, 8, 1)).clear()
        assert amounts(date(2025, 8, 1)) == [120]


def test_a_filtered_reading_and_another_code_have_their_own_answers(ceilings: None) -> None:
    make_value(REVIEW_DAYS, 1, date(2025, 1, 1))
    make_value(NOTICE_DAYS, 2, date(2025, 1, 1))
    with dated_rows_unchanging():
        day = date(2025, 8, 1)
        assert [REVIEW_DAYS.on(day), NOTICE_DAYS.on(day)] == [1, 2]
        assert amounts(day) == [120]
        assert PriceCeiling.objects.filter(type="tablet").amounts_on(day) == {}


def test_outside_of_the_block_a_row_that_changes_is_read_again(ceilings: None) -> None:
    day = date(2025, 8, 1)
    with dated_rows_unchanging():
        amounts(day)
    PriceCeiling.objects.filter(valid_to=None).update(amount=130)
    assert amounts(day) == [130]
