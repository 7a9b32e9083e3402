"""The working days of the demonstration: those of the project, counted from a day that may not be one."""

from datetime import date

from demo.calendar import working_day


def test_a_day_that_is_not_worked_gives_way_to_the_next_one() -> None:
    assert working_day(date(2025, 11, 8)) == date(2025, 11, 10)
    assert working_day(date(2025, 11, 10)) == date(2025, 11, 10)
    assert working_day(date(2025, 11, 8), 1) == date(2025, 11, 12)


def test_working_days_are_counted_over_weekends_and_holidays() -> None:
    assert working_day(date(2025, 11, 10), 1) == date(2025, 11, 12)
    assert working_day(date(2025, 11, 12), -1) == date(2025, 11, 10)
    assert working_day(date(2025, 11, 9), -1) == date(2025, 11, 7)
