"""Working days in France."""

from datetime import date

import pytest

from desk.demo.calendar import easter, holidays, is_worked, months_before, working_day


@pytest.mark.parametrize("day", [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25)])
def test_easter_falls_on_the_day_that_calendars_print(day: date) -> None:
    assert easter(day.year) == day


def test_eleven_days_a_year_are_not_worked() -> None:
    assert len(holidays(2026)) == 11
    assert date(2026, 5, 14) in holidays(2026)  # Ascension
    assert not is_worked(date(2026, 5, 25))  # Whit Monday


def test_working_days_are_counted_over_weekends_and_holidays() -> None:
    assert working_day(date(2025, 11, 8)) == date(2025, 11, 10)
    assert working_day(date(2025, 11, 10), 1) == date(2025, 11, 12)
    assert working_day(date(2025, 11, 12), -1) == date(2025, 11, 10)
    assert working_day(date(2025, 11, 9), -1) == date(2025, 11, 7)


def test_months_before_the_end_of_a_long_month_end_with_the_short_one() -> None:
    assert months_before(date(2025, 10, 31), 8) == date(2025, 2, 28)
    assert months_before(date(2025, 3, 15), 8) == date(2024, 7, 15)
