"""What one cell says: days in all French spellings, identifiers, amounts, whole numbers."""

import csv
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.readers.cells import Unread, amount, cell_text, identifier, whole
from imports.readers.days import EPOCH, MONTHS, Period, period_of
from imports.readers.names import plain
from lists.spreadsheets import csv_lines

TODAY = date(2026, 11, 28)
THIRD = Period(2021, 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        *("3/2/2021", "03/02/2021", "03-02-21", "3.2.21", "03 02 2021", "2021-02-03", "2021/02/03", "20210203"),
        *("3 février 2021", "3 FEVRIER 2021", "03 fév. 2021", "3-févr.-21", "mercredi 3 février 2021", "44230"),
        *("2021-02-03 00:00", "2021-02-03T10:30:00", "03/02/2021 10:30", "44230,5", "  3 /2/2021".replace(" /", "/")),
    ],
)
def test_a_whole_day_is_read_however_it_is_written(text: str) -> None:
    assert period_of(text, today=TODAY) == THIRD
    assert THIRD.date == date(2021, 2, 3)


@pytest.mark.parametrize("text", ["février 2021", "fév-21", "Févr. 2021", "02/2021", "2-2021", "2021-02"])
def test_a_month_is_read_without_its_day(text: str) -> None:
    assert period_of(text, today=TODAY) == Period(2021, 2)


@pytest.mark.parametrize("text", ["2021", "2021,0", "2021.0"])
def test_a_year_is_read_alone(text: str) -> None:
    assert period_of(text, today=TODAY) == Period(2021)


def test_the_first_of_a_month_and_the_american_order_are_understood() -> None:
    assert period_of("1er mars 2019", today=TODAY) == Period(2019, 3, 1)
    assert period_of("6/24/22", today=TODAY) == Period(2022, 6, 24)


def test_a_year_of_two_figures_is_the_last_that_has_begun() -> None:
    assert period_of("01/01/26", today=TODAY) == Period(2026, 1, 1)
    assert period_of("01/01/27", today=TODAY) == Period(1927, 1, 1)


@pytest.mark.parametrize(
    "text", ["31/02/2021", "00/00/2021", "2021-13-13", "hier", "12", "9999999", "3 brumaire 2021", ""]
)
def test_what_is_no_day_is_not_read_as_one(text: str) -> None:
    assert period_of(text, today=TODAY) is None


@given(st.dates(date(1960, 1, 1), date(2026, 11, 28)))
def test_every_day_is_read_back_in_every_spelling(day: date) -> None:
    whole_day = Period(day.year, day.month, day.day)
    for text in (
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%d-%m-%Y}",
        day.isoformat(),
        f"{day.day} {MONTHS[day.month - 1][0]} {day.year}",
        str((day - EPOCH) // timedelta(days=1)),
    ):
        assert period_of(text, today=TODAY) == whole_day


@given(st.text(max_size=30))
def test_no_text_makes_the_reading_of_a_day_crash(text: str) -> None:
    found = period_of(text, today=TODAY)
    assert found is None or found.year > 0


@pytest.mark.parametrize(
    "text", ["6,37E+15", "6.37E+15", "6.37e15", "1,2E+09", "6.370000E+15", "123456.0", "123456,00"]
)
def test_a_number_that_a_spreadsheet_spoilt_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(Unread, match=r"abîmé par le tableur.*format Texte"):
        identifier(text)


@pytest.mark.parametrize("text", ["5CG8EXEM01", "123456", "5E10", "12E4", "CN-0EXEMP-03", "0012", "1.2.3"])
def test_a_true_identifier_is_kept_as_it_was_typed(text: str) -> None:
    assert identifier(text) == text


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("1\u00a0049,90 €", "1049.90"),
        ("1\u202f049,90 €", "1049.90"),
        ("649,00", "649"),
        ("649", "649"),
        ("1.049,90", "1049.90"),
        ("1,049.90", "1049.90"),
        ("125.000,5", "125000.5"),
        ("0", "0"),
        ("80 EUR", "80"),
    ],
)
def test_an_amount_is_read_with_the_signs_of_anywhere(text: str, euros: str) -> None:
    assert amount(text) == Decimal(euros)


@pytest.mark.parametrize("text", ["gratuit", "-5", "1 250 000", "12 pièces", "1,2,3,4", "€"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Unread):
        amount(text)


def test_a_quantity_is_a_whole_number_from_one() -> None:
    assert [whole(text) for text in ("28", "28,0", "1 200")] == [28, 28, 1200]
    for text in ("0", "2,5", "douze", "-1", ""):
        with pytest.raises(Unread):
            whole(text)


@pytest.mark.parametrize(
    "text", ["", "  ", "-", "–", "N/A", "#N/A", "#DIV/0!", "#REF!", "#NOM?", "#VALEUR!", "néant", "NC"]
)
def test_a_cell_that_says_that_there_is_nothing_says_nothing(text: str) -> None:
    assert cell_text(text) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('="01"', "01"),
        (' =" 01 " ', "01"),
        ("'=1+1", "=1+1"),
        ("' -5", "-5"),
        ("'\tLG", "LG"),
        ('\'="01"', "01"),
        ('Écran 24="LG"', 'Écran 24="LG"'),
        ('="a"="b"', '="a"="b"'),
        ("'s Hertogenbosch", "'s Hertogenbosch"),
    ],
)
def test_what_the_file_of_the_lines_left_out_adds_is_taken_off_a_whole_cell_and_nothing_else(
    text: str, said: str
) -> None:
    """A cell that it wrote says what it said at first, and so does what only looks like it inside a text."""
    assert cell_text(text) == said
    (_, line) = csv.reader(b"".join(csv_lines(["Cellule"], [[text]])).decode("utf-8-sig").splitlines(), delimiter=";")
    assert cell_text(line[0]) == said


@pytest.mark.parametrize("text", ["N° de série", "numéro série", "NUMERO DE SERIE", "No. de Série", "n°série"])
def test_a_name_is_the_same_without_accents_case_nor_signs(text: str) -> None:
    assert plain(text) == "numero serie"
