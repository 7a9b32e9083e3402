"""SIREN and SIRET numbers."""

import pytest
from django.core.exceptions import ValidationError

from network.siret import clean, is_siren, is_siret, validate_siret


@pytest.mark.parametrize("number", ["732829320", "356000000", "200093201", "245900758"])
def test_a_true_siren_passes(number: str) -> None:
    assert is_siren(number)


@pytest.mark.parametrize(
    "number", ["732829321", "73282932", "7328293200", "73282932A", "000000000", "", "７３２８２９３２０"]
)
def test_a_false_siren_is_refused(number: str) -> None:
    assert not is_siren(number)


@pytest.mark.parametrize("number", ["73282932000074", "35600000000048"])
def test_a_true_siret_passes(number: str) -> None:
    assert is_siret(number)


def test_an_establishment_of_la_poste_passes_when_its_digits_add_up_to_a_multiple_of_five() -> None:
    assert is_siret("35600000000006")
    assert not is_siret("35600000000007")


def test_the_rule_of_la_poste_serves_no_other_company() -> None:
    number = "73282932000013"
    assert sum(map(int, number)) % 5 == 0
    assert not is_siret(number)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("123", "14 chiffres"),
        ("7328293200007A", "14 chiffres"),
        ("73282932000075", "clé de contrôle"),
        ("73282932100074", "clé de contrôle"),
    ],
)
def test_the_validator_says_why_it_refuses(number: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        validate_siret(number)


def test_the_spaces_people_write_are_taken_away() -> None:
    assert clean("732 829 320\u00a000074") == "73282932000074"
