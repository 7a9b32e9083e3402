"""The pages of requests to exercise a right in a real browser: accessible, whole at 320 pixels wide."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from prescriptions.enums import RightKind
from tests.prescriptions.pages import page_of
from tests.prescriptions.rights import Desk
from tests.screens import Look, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_pages_of_the_officer_and_of_the_household_read_at_any_width_and_axe_finds_nothing(
    open_page: Callable[..., Page],
) -> None:
    desk = Desk()
    circle = desk.circle
    person = {"email": "a@exemple.test", "birth_date": "1980-01-02", "address": "9 rue des Lilas", "postcode": "59000"}
    prescription = circle.submitted(household=circle.household(**person))
    correction = desk.asked(RightKind.RECTIFICATION, prescription.household)
    access = desk.asked(household=prescription.household)
    erasure = desk.asked(RightKind.ERASURE, circle.submitted().household)
    stopped = desk.do(desk.asked(RightKind.OBJECTION), "ask_identity", doubt="contact", told_by="letter")
    page = open_page()
    look = Look(page)
    look.at(reverse("prescriptions:own_rights", args=[prescription.papers.get().document.public_code]))
    sign_in(page, desk.officer)
    urls = ["/", *(reverse(f"prescriptions:{name}") for name in ("rights_request_list", "rights_request_create"))]
    urls += [reverse("prescriptions:foreseen_list")]
    urls += [page_of(asked, "rights_request_detail") for asked in (correction, access, erasure, stopped)]
    urls += [page_of(access, f"rights_request_{verb}") for verb in ("ask_identity", "prolong", "refuse", "answer")]
    urls += [page_of(erasure, "rights_request_answer"), page_of(stopped, "rights_request_identify")]
    for url in urls:
        look.at(url)
    sign_in(page, circle.worker)
    for url in ("/", page_of(prescription.household, "household_rights"), page_of(correction, "rights_request_detail")):
        look.at(url)
