"""Appointments that nobody can keep: at hours that stop, at a point that shuts, after too many absences."""

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from desk.todo.appointments import appointment_blocks
from desk.todo.blocks import first_of
from distribution.machine import appointment_rules
from distribution.models import Appointment, PointClosure, PointOpening
from distribution.parameters import MISSED_APPOINTMENTS
from distribution.services import appointments
from refurb.models import Device, DistributionPoint
from tests.distribution.appointment_pages import booking, opened_page, own, page_of, past
from tests.distribution.hours import booked, next_hours, opened
from tests.distribution.shelves import Shelf
from tests.pages import acting, answered, done, read

pytestmark = pytest.mark.django_db


def test_what_is_booked_at_hours_that_stop_or_at_a_point_that_shuts_is_to_be_moved(shelf: Shelf) -> None:
    openings, pilot = opened(shelf), acting(shelf.pilot)
    device = shelf.reserved()
    made = booked(shelf, device, known=True)

    def todo() -> list[int]:
        return [first_of(block).count for block in appointment_blocks(shelf.adviser, timezone.now())]

    assert todo() == [0, 0]
    for one in openings:
        done(pilot, reverse("distribution:point_hours_stop", args=[shelf.point.reference, one.pk]))
    page = read(pilot, reverse("distribution:point_hours", args=[shelf.point.reference]))
    assert "1\u00a0rendez-vous déjà pris est à déplacer" in page
    assert todo() == [0, 1]
    page = read(acting(shelf.adviser), page_of(made))
    assert "ne reçoit plus à cette heure" in page
    assert f'href="{page_of(made, "move")}"' in page
    PointOpening.objects.update(valid_to=None)
    assert todo() == [0, 0]
    DistributionPoint.objects.filter(pk=shelf.point.pk).update(is_active=False)
    assert todo() == [0, 1]
    assert next_hours(shelf, Device.objects.get(pk=device.pk)) == []


def test_after_too_many_absences_pages_say_who_can_do_what_and_offer_no_hour(
    shelf: Shelf, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    missed = past(shelf, device)
    done(acting(shelf.adviser), page_of(missed, "miss"))
    assert booking(device) in read(acting(shelf.adviser), reverse("refurb:device_detail", args=[device.reference]))
    monkeypatch.setattr(appointment_rules, "not_received", lambda **asked: Q(pk=None))  # whatever the hour of the test
    monkeypatch.setattr(type(MISSED_APPOINTMENTS), "on", lambda self, day: 1)
    client = acting(shelf.adviser)
    for page in (read(client, booking(device)), read(client, page_of(missed))):
        assert "libérez l’appareil, puis réservez-le de nouveau" in page
        assert reverse("refurb:device_detail", args=[device.reference]) in page
    assert 'name="starts_at"' not in read(client, booking(device))
    assert booking(device) not in read(client, reverse("refurb:device_detail", args=[device.reference]))
    assert "plus d’autre heure" in read(client, reverse("desk:home"))
    _, page = opened_page(own(device))
    assert 'name="starts_at"' not in page
    assert "aucun autre ne se prend ici" in page


def test_a_closure_counts_what_is_to_be_moved_as_the_first_page_lists_it(shelf: Shelf, device: Device) -> None:
    past(shelf, device)
    url, today = reverse("distribution:point_hours", args=[shelf.point.reference]), f"{timezone.localdate():%Y-%m-%d}"
    done(acting(shelf.pilot), url, closure="1", **{"f-first_day": today, "f-last_day": today, "f-reason": "works"})
    assert "à déplacer" not in read(acting(shelf.pilot), url)
    assert not Appointment.objects.to_move(timezone.now()).exists()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "9" * 4300, "\0"])
def test_absurd_closures_break_nothing(shelf: Shelf, day: str) -> None:
    url = reverse("distribution:point_hours", args=[shelf.point.reference])
    said = {"closure": "1", "f-first_day": day, "f-last_day": day, "f-reason": "works"}
    answered(acting(shelf.pilot), url, **said)
    assert not PointClosure.objects.exists()
    opening = {"o-weekday": "1", "o-starts_at": "14:00", "o-ends_at": "17:00", "o-minutes": "30", "o-places": "2"}
    answered(acting(shelf.pilot), url, **opening, **{"o-valid_from": day})
    assert not PointOpening.objects.exists()


def test_the_last_absence_says_before_that_it_is_and_proposes_nothing_after(
    shelf: Shelf, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = acting(shelf.adviser)
    for module in (appointment_rules, appointments):
        monkeypatch.setattr(module, "not_received", lambda **asked: Q(pk=None))  # whatever the hour of the test
    first = past(shelf, device)
    assert "dernière absence" not in read(client, page_of(first, "miss"))
    said = client.post(page_of(first, "miss"), {}, follow=True).text
    assert "Proposez-lui un autre rendez-vous" in said
    second = past(shelf, device)
    assert "dernière absence" in read(client, page_of(second, "miss"))
    said = client.post(page_of(second, "miss"), {}, follow=True).text
    assert "C’était son dernier rendez-vous" in said
    assert "Proposez-lui" not in said
