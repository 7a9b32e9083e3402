"""In what two people look alike, as their names are really written; and in what they do not."""

from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prescriptions.enums import DoubleSign
from prescriptions.likeness import Traits, swapped, words_of

S = DoubleSign
BORN = date(1980, 3, 7)


@dataclass
class Person:
    last_name: str = ""
    first_name: str = ""
    birth_date: date | None = None
    phone_key: str = ""
    email: str = ""
    address_key: str = ""


def in_common(one: Person, other: Person) -> set[DoubleSign]:
    mine, theirs = Traits.of(one), Traits.of(other)
    assert mine.in_common(theirs) == theirs.in_common(mine)
    return set(mine.in_common(theirs))


def of_names(one: tuple[str, str], other: tuple[str, str]) -> set[DoubleSign]:
    return in_common(Person(*one), Person(*other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Nédélec", "Yves"), ("NEDELEC", "yves")),
        (("De Smet", "Luc"), ("Desmet", "Luc")),
        (("D’Hondt", "Anne"), ("Dhondt", "Anne")),
        (("D'Hondt", "Anne"), ("d hondt", "ANNE")),
        (("Lecœur", "Zoé"), ("LECOEUR", "Zoe")),
        (("Strauß", "Ida"), ("Strauss", "Ida")),
        (("Martin", "Camille"), ("Camille", "Martin")),
        (("Martin-Petit", "Jean-Luc"), ("Martin Petit", "Jean Luc")),
    ],
)
def test_a_name_is_the_same_however_it_is_written(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert of_names(one, other) == {S.NAME}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Nédellec", "Yves"), ("NEDELEC", "Yves")),
        (("Vandewale", "Inès"), ("Vandewalle", "Ines")),
        (("Martin", "Camille"), ("Martin-Petit", "Camille")),
        (("Petit", "Camille"), ("Martin Petit", "Camille")),
        (("El Amrani", "Nora"), ("Amrani", "Nora")),
        (("Lefebvre", "Paul"), ("Lefèvre", "Paul")),
        (("Benali", "Mohamed"), ("Benali", "Mohammed")),
        (("Roux", "Jean"), ("Roux", "Jean-Pierre")),
        (("Vandewale Martin", "Inès"), ("Vandewalle", "Inès")),
    ],
)
def test_a_name_spelt_otherwise_or_one_of_two_is_near(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert of_names(one, other) == {S.NEAR_NAME}


@pytest.mark.parametrize(
    ("one", "other"), [(("Durand", "Paul"), ("Durand", "Marie")), (("Vandewale", "Paul"), ("Vandewalle", "Marie"))]
)
def test_another_first_name_leaves_the_surname(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert of_names(one, other) == {S.SURNAME}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Martin", "Camille"), ("Bernard", "Camille")),
        (("Li", "Wei"), ("Le", "Wei")),
        (("De Smet", "Luc"), ("De Backer", "Luc")),
        (("Van Damme", "Luc"), ("Van Houtte", "Luc")),
        (("Ben Salah", "Ali"), ("Ben Youssef", "Ali")),
        (("Martin", ""), ("", "")),
        (("", ""), ("", "")),
        (("–", "’"), ("’", "–")),
    ],
)
def test_another_surname_is_no_sign(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert of_names(one, other) == set()


def test_a_day_and_a_month_that_changed_places_are_seen() -> None:
    turned = BORN.replace(month=7, day=3)
    assert in_common(Person(birth_date=BORN), Person(birth_date=BORN)) == {S.BIRTH_DATE}
    assert in_common(Person(birth_date=BORN), Person(birth_date=turned)) == {S.BIRTH_SWAPPED}
    assert in_common(Person(birth_date=BORN), Person(birth_date=turned.replace(year=1981))) == set()
    assert in_common(Person(birth_date=date(1980, 3, 25)), Person(birth_date=date(1980, 3, 24))) == set()


def test_what_is_blank_on_both_sides_is_in_common_with_nobody() -> None:
    assert in_common(Person("Martin", "A"), Person("Bernard", "B")) == set()


def test_telephone_mail_and_address_are_signs_of_their_own() -> None:
    one = Person("A", "B", None, "0699000001", "a@exemple.test", "12 rue")
    assert in_common(one, Person("C", "D", None, "0699000001", "a@exemple.test", "12 rue")) == {
        S.PHONE,
        S.EMAIL,
        S.ADDRESS,
    }


@given(st.dates())
def test_swapping_a_date_twice_gives_it_back(day: date) -> None:
    other = swapped(day)
    assert other is None or (other != day and swapped(other) == day)


NAMES = st.text(alphabet="abcdeéèœ' -dlmnt’ØßLİ", max_size=18)


@given(NAMES, NAMES, NAMES, NAMES)
def test_any_two_names_compare_alike_both_ways_and_to_themselves(a: str, b: str, c: str, d: str) -> None:
    of_names((a, b), (c, d))
    assert of_names((a, b), (a, b)) == ({S.NAME} if words_of(f"{a} {b}") else set())
