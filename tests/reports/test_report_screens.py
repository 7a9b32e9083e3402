"""The pages of reports in a real browser: accessible, whole at 320 pixels wide, usable without a mouse."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from reports.models import Report
from tests.donations.scene import laptops
from tests.reports.stories import OCTOBER, Story, paris
from tests.screens import Look, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_month_reads_at_any_width_and_axe_finds_nothing(open_page: Callable[..., Page]) -> None:
    story = Story()
    for device in story.lot(paris(10, 2), laptops(3)):
        story.receive(device, paris(10, 3))
    report = story.frozen()
    page = open_page()
    sign_in(page, story.pilot)
    look = Look(page)
    for name, arguments in (
        ("report_list", []),
        ("report_compute", []),
        ("report_detail", [report.reference]),
        ("report_publish", [report.reference]),
    ):
        look.at(reverse(f"reports:{name}", args=arguments))
    page.get_by_role("button", name="Publier").press("Enter")
    page.get_by_text("Le rapport est publié.").wait_for()
    assert Report.objects.get(month=OCTOBER).state == "published"
    page.get_by_label("Mois", exact=True).select_option("2025-10")
    page.get_by_role("button", name="Voir ce mois").press("Enter")
    assert page.title().startswith("Gisement d’octobre 2025")
