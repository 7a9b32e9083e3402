"""The pages of reports in a real browser: accessible, whole at 320 pixels wide, usable without a mouse."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from donations.services.donations import qualify_donation
from reports.models import Report
from reports.months import PARIS
from tests.donations.scene import laptops
from tests.reports.stories import DECEMBER, NOVEMBER, OCTOBER, Story, paris
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


def test_the_year_reads_at_any_width_axe_finds_nothing_and_it_is_closed_by_the_keyboard(
    open_page: Callable[..., Page],
) -> None:
    story = Story()
    for device in story.lot(paris(10, 2), laptops(3)):
        story.reject(story.receive(device, paris(10, 3)), paris(10, 4))
    refused = story.announced(paris(10, 5), laptops(4))
    qualify_donation(
        actor=story.pilot, donation=refused, rulings=story.scene.rulings(refused, accept={0: 1}), at=paris(10, 6)
    )
    after = datetime(2026, 1, 2, 12, tzinfo=PARIS)
    *_, december = (story.published(month, after) for month in (OCTOBER, NOVEMBER, DECEMBER))
    page = open_page()
    sign_in(page, story.pilot)
    look = Look(page)
    for name, arguments in (
        ("year_detail", [2025]),
        ("year_refusals", [2025, "atelier", "broken"]),
        ("year_refusals", [2025, "lignes", "tous"]),
        ("report_close_year", [december.reference]),
    ):
        look.at(reverse(f"reports:{name}", args=arguments))
    page.get_by_role("button", name="Arrêter le bilan de l’année").press("Enter")
    page.get_by_text("Le bilan de l’année est arrêté").wait_for()
    assert page.title().startswith("Bilan de l’année 2025")
    assert page.get_by_role("link", name="Arrêter le bilan").count() == 0
