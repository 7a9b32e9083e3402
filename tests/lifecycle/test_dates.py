"""Days as French writes them: the first of a month is « 1er »."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template

from typography.french import day, full_day, written_day, written_moment


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


def test_a_day_of_the_week_and_an_hour_are_said_in_full() -> None:
    given = datetime(2026, 11, 30, 23, 5, tzinfo=UTC)
    assert full_day(given) == "mardi 1er\u00a0décembre 2026"
    assert full_day(None) == ""
    assert written_moment(given) == "1er\u00a0décembre 2026 à 0\u00a0h\u00a005"
    assert Template("{% load dates %}{{ given|full_day }}").render(Context({"given": given})) == full_day(given)
