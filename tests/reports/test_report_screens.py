"""The pages of reports in a real browser: accessible, whole at 320 pixels wide, usable without a mouse."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from reports.models import Report
from tests.network.factories import PASSWORD
from tests.refurb.donations import laptops
from tests.reports.stories import OCTOBER, Story, paris

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("width", [1280, 320])
def test_the_month_reads_at_any_width_and_axe_finds_nothing(open_page: Callable[..., Page], width: int) -> None:
    story = Story()
    for device in story.lot(paris(10, 2), laptops(3)):
        story.receive(device, paris(10, 3))
    report = story.frozen()
    page = open_page(viewport={"width": width, "height": 900})
    page.goto(reverse("account_login"))
    page.fill("input[name=login]", story.pilot.user.email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    for name, arguments in (
        ("report_list", []),
        ("report_compute", []),
        ("report_detail", [report.reference]),
        ("report_publish", [report.reference]),
    ):
        page.goto(reverse(f"reports:{name}", args=arguments))
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Publier").press("Enter")
    page.get_by_text("Le rapport est publié.").wait_for()
    assert Report.objects.get(month=OCTOBER).state == "published"
    page.get_by_label("Mois", exact=True).select_option("2025-10")
    page.get_by_role("button", name="Voir ce mois").press("Enter")
    assert page.title().startswith("Gisement d’octobre 2025")
