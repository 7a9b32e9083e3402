"""The pages on which two files are made one, in a real browser: accessible, whole at 320 pixels wide."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from prescriptions.services.doubles import answer_double
from prescriptions.services.joining import join_household
from tests.prescriptions.files import COMPUTER, Circle, person
from tests.prescriptions.pages import page_of
from tests.screens import Look, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_pages_that_join_two_files_read_at_any_width_and_axe_finds_nothing(open_page: Callable[..., Page]) -> None:
    circle = Circle()
    her = person(last_name="Essai-Sans-Fin-De-Nom", first_name="Nadia", birth_date="1980-03-07")
    kept = circle.submitted(COMPUTER, household=circle.household(**her)).household
    other = person(**her | {"phone": "0699000009", "email": "nadia@exemple.fr", "first_name": "Nadja"})
    beside = Circle(distributor=circle.distributor, commune=circle.commune)
    left = beside.submitted((("smartphone", "work"),), household=beside.household(**other)).household
    page = open_page()
    sign_in(page, circle.adviser)
    look = Look(page)
    look.at(page_of(left, "household_join"))
    look.at(f"{page_of(left, 'household_join')}?avec={kept.reference}")
    answer_double(actor=circle.adviser, household=left, other=kept, same=True)
    join_household(actor=circle.adviser, household=left, kept=kept)
    for url in (page_of(left, "household_detail"), page_of(kept, "household_part")):
        look.at(url)
