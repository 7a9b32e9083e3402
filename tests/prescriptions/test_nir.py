"""A social security number is told apart from the other numbers people write."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from prescriptions.enums import FactKind
from prescriptions.models import Household
from prescriptions.nir import holds_nir, key_of, validate_no_nir
from prescriptions.services.households import create_household, edit_household
from prescriptions.services.prescriptions import create_prescription, write_story
from tests.prescriptions.files import Circle, person

SHAPE = "2850759350123"
WITH_KEY = f"{SHAPE}{key_of(SHAPE):02}"
WRONG_KEY = f"{SHAPE}{key_of(SHAPE) % 97 + 1:02}"
CORSICAN = "285072A350123"

HELD = [
    SHAPE,
    WITH_KEY,
    f"n° {SHAPE}, à classer",
    "2 85 07 59 350 123",
    f"2 85 07 59 350 123 {key_of(SHAPE):02}",
    "2.85.07.59.350.123",
    "2\N{NO-BREAK SPACE}85\N{NO-BREAK SPACE}07\N{NO-BREAK SPACE}59\N{NO-BREAK SPACE}350\N{NO-BREAK SPACE}123",
    CORSICAN,
    CORSICAN.lower(),
    f"{CORSICAN}{key_of(CORSICAN):02}",
]
FREE = [
    "",
    "06 99 00 12 34",
    "+33 6 99 00 12 34",
    WRONG_KEY,
    f"{SHAPE}1234",
    "0285075935012",
    "35 678901 234567 8",
    "59 000 Lille, 3 enfants, 2 adultes",
    "2851359350123",
]


@pytest.mark.parametrize("text", HELD)
def test_a_number_of_that_shape_is_found(text: str) -> None:
    assert holds_nir(text)
    with pytest.raises(ValidationError, match="sécurité sociale"):
        validate_no_nir(text)


@pytest.mark.parametrize("text", FREE)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not holds_nir(text)
    validate_no_nir(text)


@pytest.mark.django_db
@pytest.mark.parametrize("text", [*HELD, *FREE])
def test_the_database_tells_it_as_the_code_does(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prescriptions_holds_nir(%s)", [text])
        assert cursor.fetchone() == (holds_nir(text),)


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["last_name", "first_name", "phone", "address"])
def test_a_household_is_not_opened_with_one_and_the_field_is_named(field: str) -> None:
    circle = Circle()
    with pytest.raises(ValidationError) as refused:
        create_household(actor=circle.worker, **person(**{field: SHAPE}))
    assert list(refused.value.message_dict) == [field]
    household = circle.household()
    with pytest.raises(ValidationError) as refused:
        edit_household(actor=circle.worker, household=household, **{field: SHAPE})
    assert list(refused.value.message_dict) == [field]


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["last_name", "first_name", "phone", "email", "address"])
def test_the_database_refuses_one_whoever_writes_it(field: str) -> None:
    household = Circle().household()
    with pytest.raises(IntegrityError, match=f"prescriptions_household_nir_{field}"), transaction.atomic():
        Household.objects.filter(pk=household.pk).update(**{field: SHAPE})


@pytest.mark.django_db
def test_free_words_refuse_one_too() -> None:
    circle = Circle()
    household = circle.household()
    prescription = circle.draft(household=household)
    refused: list[Any] = [
        lambda: create_prescription(actor=circle.worker, household=household, story=f"Voir {SHAPE}"),
        lambda: create_prescription(actor=circle.worker, household=household, comment=SHAPE),
        lambda: write_story(actor=circle.worker, prescription=prescription, text=WITH_KEY),
        lambda: circle.see_fact(prescription, FactKind.JOB_SEEKER, note=SHAPE),
        lambda: circle.see_fact(prescription, FactKind.JOB_SEEKER, proof=SHAPE),
    ]
    for attempt in refused:
        with pytest.raises(ValidationError, match="sécurité sociale"):
            attempt()
