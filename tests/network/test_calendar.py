"""Working days: holidays of each year, and the deadlines counted over them."""

from datetime import date, timedelta

import pytest

from calendars.working_days import add_months, add_working_days, easter, holidays, is_working_day, working_days_between


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1818, 3, 22), (1943, 4, 25), (2000, 4, 23), (2008, 3, 23), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28)],
)
def test_easter_falls_where_the_almanac_says(year: int, month: int, day: int) -> None:
    assert easter(year) == date(year, month, day)


def test_a_year_has_eleven_holidays_in_order() -> None:
    found = holidays(2026)

    assert list(found) == sorted(found)
    assert len(found) == 11
    assert found[date(2026, 4, 6)] == "Lundi de Pâques"
    assert found[date(2026, 5, 14)] == "Ascension"
    assert found[date(2026, 5, 25)] == "Lundi de Pentecôte"


def test_two_holidays_on_one_day_keep_both_names() -> None:
    assert holidays(2008)[date(2008, 5, 1)] == "Fête du Travail et Ascension"
    assert len(holidays(2008)) == 10


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 4, 3), True),  # Good Friday is worked outside Alsace-Moselle
        (date(2026, 4, 4), False),
        (date(2026, 4, 5), False),
        (date(2026, 4, 6), False),
        (date(2026, 4, 7), True),
        (date(2026, 7, 14), False),
    ],
)
def test_a_working_day_is_a_weekday_that_is_no_holiday(day: date, *, worked: bool) -> None:
    assert is_working_day(day) is worked


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (date(2026, 4, 2), 1, date(2026, 4, 3)),
        (date(2026, 4, 3), 1, date(2026, 4, 7)),
        (date(2026, 4, 4), 1, date(2026, 4, 7)),
        (date(2026, 4, 4), 0, date(2026, 4, 7)),
        (date(2026, 4, 7), 0, date(2026, 4, 7)),
        (date(2026, 12, 23), 5, date(2026, 12, 31)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
        (date(2026, 4, 7), -1, date(2026, 4, 3)),
        (date(2027, 1, 4), -5, date(2026, 12, 24)),
    ],
)
def test_a_deadline_jumps_over_week_ends_and_holidays(start: date, number: int, end: date) -> None:
    assert add_working_days(start, number) == end


def test_counting_undoes_adding() -> None:
    first = date(2026, 3, 30)
    for shift in range(60):
        start = first + timedelta(days=shift)
        for number in (1, 5, 10, 25):
            assert working_days_between(start, add_working_days(start, number)) == number


def test_counting_backwards_gives_the_opposite() -> None:
    friday, tuesday = date(2026, 4, 3), date(2026, 4, 7)

    assert working_days_between(friday, tuesday) == 1
    assert working_days_between(tuesday, friday) == -1
    assert working_days_between(tuesday, tuesday) == 0


@pytest.mark.parametrize(
    ("day", "number", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2028, 2, 29), 24, date(2030, 2, 28)),
        (date(2026, 11, 25), 36, date(2029, 11, 25)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -13, date(2024, 12, 15)),
    ],
)
def test_months_are_counted_as_people_count_them(day: date, number: int, later: date) -> None:
    assert add_months(day, number) == later
