"""The public pages of papers in a real browser: accessible, whole at 320 pixels wide, usable without a mouse."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from documents.services import freeze_document
from tests.screens import NARROW, Look

pytestmark = pytest.mark.django_db(transaction=True)


def test_anyone_verifies_a_paper_at_any_width_and_axe_finds_nothing(
    open_page: Callable[..., Page], paper_kind: str
) -> None:
    document = freeze_document(kind=paper_kind, owner=("device", 12), values={}, by=None)
    page = open_page(viewport=NARROW)

    look = Look(page)
    page.goto(reverse("documents:authenticity_form"))
    look.again()
    page.get_by_label("Code du document").fill("7K3M")
    page.get_by_role("button", name="Vérifier").press("Enter")
    page.get_by_role("alert").wait_for()
    look.again()
    page.get_by_label("Code du document").fill(document.public_code.lower())
    page.get_by_role("button", name="Vérifier").press("Enter")
    page.get_by_role("heading", name="Document authentique").wait_for()
    look.again()
    page.get_by_text("Vérifier soi-même").click()
    look.again()
    page.get_by_label("Empreinte à comparer").fill("0" * 64)
    page.get_by_role("button", name="Comparer").press("Enter")
    page.get_by_text("Différente").wait_for()
    look.again()
