"""The addresses of an appointment, one whose hour has come, and the household's own page once it is opened."""

import re
from datetime import date, timedelta
from time import sleep

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from distribution.models import Appointment
from lifecycle import gate
from prescriptions.models import Household
from refurb.models import Device
from tests.distribution.hours import need_of
from tests.distribution.shelves import Shelf
from tests.pages import Following

YEAR = "1984"


def page_of(appointment: Appointment, name: str = "detail") -> str:
    return reverse(f"distribution:appointment_{name}", args=[appointment.reference])


def booking(device: Device) -> str:
    return reverse("distribution:appointment_book", args=[need_of(device).reference])


def booking_of(appointment: Appointment) -> str:
    return reverse("distribution:appointment_book", args=[appointment.need.reference])


def past(shelf: Shelf, device: Device, *, told: bool = True) -> Appointment:
    """One whose hour has just come, of which its household knew, unless it was not ``told``."""
    begins = timezone.now() + timedelta(milliseconds=400)
    hour = {"starts_at": begins, "ends_at": begins + timedelta(minutes=30), "seat": 1, "places": 1}
    new = Appointment(need=need_of(device), point=shelf.point)
    made: Appointment = gate.create(new, "book", actor=shelf.adviser, told_at=begins if told else None, **hour)
    sleep(max(0.0, (begins - timezone.now()).total_seconds()))
    return made


def own(device: Device) -> str:
    """Its page, once its file holds this day of birth."""
    prescription = need_of(device).prescription
    Household.objects.filter(pk=prescription.household_id).update(birth_date=date(1984, 5, 6))
    paper = prescription.papers.first()
    assert paper is not None
    return reverse("prescriptions:own_page", args=[paper.document.public_code])


def opened_page(url: str) -> tuple[Client, str]:
    client = Following()
    return client, client.post(url, {"year": YEAR}).content.decode()


def kept(page: str) -> dict[str, str]:
    """What the first form of the section holds."""
    return dict(re.findall(r'<input type="hidden" name="(pass|need|hour)" value="([^"]*)"', page))
