"""Days as French writes them: the first of a month is « 1er »."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template

from lifecycle.french import day, written_day


@pytest.mark.parametrize(
    ("given", "short", "long"),
    [
        (date(2027, 1, 1), "1er\u00a0janv. 2027", "1er\u00a0janvier 2027"),
        (date(2026, 11, 24), "24\u00a0nov. 2026", "24\u00a0novembre 2026"),
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), "1er\u00a0août 2026", "1er\u00a0août 2026"),
        (None, "", ""),
    ],
)
def test_a_day_is_written_as_in_a_letter_or_in_short(given: date | None, short: str, long: str) -> None:
    assert (day(given), written_day(given)) == (short, long)
    page = Template("{% load dates %}{{ given|day }}{{ given|written_day }}").render(Context({"given": given}))
    assert page == short + long
