"""The pages of a list of people in a real browser: accessible, whole at 320 pixels wide."""

from collections.abc import Callable
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from imports.services import begin_import, deposit_named
from prescriptions.models import Prescription
from prescriptions.people_list import PEOPLE
from tests.imports.files import csv_file
from tests.prescriptions.files import Circle, person
from tests.prescriptions.pages import page_of
from tests.screens import Look, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
LINES = (
    ("Nom", "Prénom", "Né(e) le", "Tél", "Ville", "Besoin", "Motif"),
    ("Essai-Sans-Fin-De-Nom", "Nadia", "07/03/1980", "06 99 00 00 01", "", "ordinateur et forfait", "études"),
    ("Vandewale", "Ali", "02/01/1990", "06 99 00 00 02", "", "", ""),
    ("Connue", "Zoé", "06/05/1970", "", "", "", ""),
    ("Durand", "Léo", "31/02/1980", "06 12", "Nulle-Part-sur-Mer", "", ""),
    ("Petit", "Rose", "01/01/1985", "2 85 07 59 350 123", "", "", ""),
)


def test_the_pages_of_a_list_read_at_any_width_and_axe_finds_nothing(open_page: Callable[..., Page]) -> None:
    circle = Circle()
    circle.household(**person(last_name="Connue", first_name="Zoé", birth_date=date(1970, 5, 6)))
    circle.household(**person(last_name="Vandewalle", first_name="Ali", birth_date=date(1990, 1, 2)))
    given = {"actor": circle.worker, "kind": PEOPLE, "organisation": circle.prescriber, "name": "ccas.csv"}
    source = deposit_named(content=csv_file(LINES), **given)
    page = open_page()
    sign_in(page, circle.worker)
    look = Look(page)
    shown = reverse("imports:import_detail", args=[source.pk])
    for url in (reverse("prescriptions:people_deposit"), shown):
        look.at(url)
    begin_import(source=source, actor=circle.worker)
    draft = Prescription.objects.earliest("pk")
    for url in (shown, page_of(draft, "prescription_detail"), page_of(draft, "prescription_home")):
        look.at(url)
