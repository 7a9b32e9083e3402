import asyncio

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page

from config.database import SERVING_ROLE
from tests.browser import Watch

pytestmark = [pytest.mark.urls("tests.config.pages"), pytest.mark.django_db(transaction=True)]


def test_a_page_is_served_with_its_style_sheet_and_the_database(page: Page) -> None:
    response = page.goto("/good")
    assert response is not None
    assert response.ok
    assert page.locator("p").evaluate("element => getComputedStyle(element).position") == "absolute"
    assert page.locator("p").text_content() == str(get_user_model().objects.count())


def test_the_site_that_a_browser_visits_has_the_rights_of_the_role_that_serves(page: Page) -> None:
    page.goto("/role")
    assert page.locator("p").text_content() == SERVING_ROLE


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("/inline-script", "Content Security Policy"),
        ("/lost-style", "stylesheet: 404"),
        ("/elsewhere", "ailleurs.example"),
    ],
)
def test_a_page_that_goes_wrong_is_heard(page: Page, watch: Watch, address: str, fault: str) -> None:
    page.goto(address)
    page.wait_for_timeout(200)
    assert any(fault in said for said in watch.faults), watch.faults
    watch.faults.clear()


def test_a_page_that_is_refused_is_not_a_fault(page: Page) -> None:
    response = page.goto("/nowhere")
    assert response is not None
    assert response.status == 404


def test_no_event_loop_is_left_by_the_browser() -> None:
    assert asyncio.run(asyncio.sleep(0, "done")) == "done"
