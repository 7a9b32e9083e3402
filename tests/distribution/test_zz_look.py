from datetime import timedelta
import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page
from refurb.models import Device
from tests.distribution.hours import booked, opened, next_hours
from tests.distribution.shelves import Shelf
from tests.distribution.test_appointment_pages import booking, own, page_of, past, YEAR
from tests.screens import sign_in
pytestmark = pytest.mark.django_db

def test_look(shelf: Shelf, page: Page) -> None:
    opened(shelf, places=2)
    a, b, c, d = (shelf.reserved() for _ in range(4))
    hour = next_hours(shelf, a)[0].starts_at
    made = booked(shelf, a, hour); booked(shelf, b, hour); p = past(shelf, c)
    Device.objects.filter(pk=a.pk).update(place="E4")
    sign_in(page, shelf.adviser)
    day = f"?jour={timezone.localdate(hour):%Y-%m-%d}"
    urls = {"home": reverse("desk:home"), "detail": page_of(made), "move": page_of(made, "move"), "book": booking(d), "day": reverse("distribution:appointment_day") + day, "today": reverse("distribution:appointment_day"), "hours": reverse("distribution:point_hours", args=[shelf.point.reference]), "device": reverse("refurb:device_detail", args=[d.reference])}
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for name, url in urls.items():
            page.goto(url); page.screenshot(path=f"/tmp/look-{name}-{width}.png", full_page=True)
    sign_in(page, shelf.pilot)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(urls["hours"]); page.screenshot(path=f"/tmp/look-hours-pilot-{width}.png", full_page=True)
    page.set_viewport_size({"width": 320, "height": 900})
    page.context.clear_cookies()
    page.goto(own(d))
    page.get_by_label("Votre année de naissance").fill(YEAR)
    page.get_by_role("button", name="Voir ma demande").click()
    page.screenshot(path="/tmp/look-own-1.png", full_page=True)
    page.get_by_role("button", name="Prendre ce rendez-vous").click()
    page.screenshot(path="/tmp/look-own-2.png", full_page=True)
