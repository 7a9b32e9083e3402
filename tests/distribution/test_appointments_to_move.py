"""Appointments that nobody can keep: at hours that stop, at a point that shuts, after too many absences."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from desk.todo.appointments import appointment_blocks
from desk.todo.blocks import first_of
from distribution.machine import appointment_rules
from distribution.models import Appointment, PointClosure, PointOpening
from distribution.parameters import MISSED_APPOINTMENTS
from lifecycle import gate
from refurb.models import Device, DistributionPoint
from tests.distribution.appointment_pages import booking, opened_page, own, page_of, past
from tests.distribution.hours import booked, need_of, next_hours, opened
from tests.distribution.shelves import Shelf
from tests.pages import acting, answered, done, read
from typography.french import day

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


def test_an_opening_is_stopped_only_after_a_page_that_says_what_it_leaves_to_be_moved(shelf: Shelf) -> None:
    openings, pilot = opened(shelf), acting(shelf.pilot)
    made = booked(shelf, shelf.reserved(), known=True)
    taken = next(one for one in openings if one.weekday == timezone.localdate(made.starts_at).weekday())
    free = next(one for one in openings if one != taken)
    hours = reverse("distribution:point_hours", args=[shelf.point.reference])
    stop = reverse("distribution:point_hours_stop", args=[shelf.point.reference, taken.pk])
    assert f'href="{stop}"' in read(pilot, hours)
    page = read(pilot, stop)
    assert f"Aujourd’hui, {day(timezone.localdate())}, en est le dernier jour" in page
    assert f"1\u00a0rendez-vous déjà pris est à ces heures, le {day(made.starts_at)}" in page
    assert "Il reste pris" in page
    other = reverse("distribution:point_hours_stop", args=[shelf.point.reference, free.pk])
    assert "Aucun rendez-vous n’est pris à ces heures" in read(pilot, other)
    assert not PointOpening.objects.exclude(valid_to=None).exists()
    assert acting(shelf.adviser).get(stop).status_code == 403
    assert done(pilot, stop) == hours
    assert "1\u00a0rendez-vous déjà pris est à déplacer" in read(pilot, hours)
    assert list(PointOpening.objects.exclude(valid_to=None)) == [taken]
    assert "Déjà arrêtée" in read(pilot, stop)


def test_an_opening_that_ended_keeps_its_day_whoever_stops_it_again(shelf: Shelf) -> None:
    opening, yesterday = opened(shelf)[0], timezone.localdate() - timedelta(days=1)
    PointOpening.objects.filter(pk=opening.pk).update(valid_to=yesterday)
    done(acting(shelf.pilot), reverse("distribution:point_hours_stop", args=[shelf.point.reference, opening.pk]))
    opening.refresh_from_db()
    assert opening.valid_to == yesterday


def test_an_opening_to_come_says_that_it_will_not_be(shelf: Shelf) -> None:
    begins = timezone.localdate() + timedelta(days=30)
    opening = opened(shelf, valid_from=begins)[0]
    stop = reverse("distribution:point_hours_stop", args=[shelf.point.reference, opening.pk])
    assert f"Elle devait commencer le {day(begins)}" in read(acting(shelf.pilot), stop)
    done(acting(shelf.pilot), stop)
    assert not PointOpening.objects.filter(pk=opening.pk).exists()


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


def test_after_the_last_absence_no_page_of_the_need_leads_to_another_hour_and_each_says_who_may_give_one(
    shelf: Shelf, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appointment_rules, "not_received", lambda **asked: Q(pk=None))  # whatever the hour of the test
    need = need_of(device)
    worker = need.prescription.worker
    needed = reverse("prescriptions:need_detail", args=[need.reference])
    client = acting(shelf.adviser)
    gate.apply(past(shelf, device), "miss", actor=shelf.adviser)
    assert booking(device) in read(client, needed)

    gate.apply(past(shelf, device), "miss", actor=shelf.adviser)

    page = read(client, needed)
    assert booking(device) not in page
    assert "libérez-le, puis réservez-le de nouveau" in page
    assert reverse("distribution:device_release", args=[device.reference]) in page
    page = read(client, reverse("refurb:device_detail", args=[device.reference]))
    assert booking(device) not in page
    assert "libérez l’appareil, puis réservez-le de nouveau" in page
    theirs = read(acting(worker), needed)
    assert f"le conseiller de {shelf.point} le libère" in theirs
    assert reverse("distribution:device_release", args=[device.reference]) not in theirs
    held = shelf.reserve(gate.apply(device, "release", actor=shelf.adviser), need)
    assert booking(held) in read(client, needed)
    assert "Trop de rendez-vous" not in read(client, needed)


def test_a_closure_counts_what_is_to_be_moved_as_the_first_page_lists_it(shelf: Shelf, device: Device) -> None:
    past(shelf, device)
    url, today = reverse("distribution:point_hours", args=[shelf.point.reference]), f"{timezone.localdate():%Y-%m-%d}"
    done(acting(shelf.pilot), url, closure="1", **{"f-first_day": today, "f-last_day": today, "f-reason": "works"})
    assert "à déplacer" not in read(acting(shelf.pilot), url)
    assert not Appointment.objects.to_move(timezone.now()).exists()


@pytest.mark.parametrize("wrong", ["9999-12-31", "0001-01-01", "9" * 4300, "\0"])
def test_absurd_closures_break_nothing(shelf: Shelf, wrong: str) -> None:
    url = reverse("distribution:point_hours", args=[shelf.point.reference])
    said = {"closure": "1", "f-first_day": wrong, "f-last_day": wrong, "f-reason": "works"}
    answered(acting(shelf.pilot), url, **said)
    assert not PointClosure.objects.exists()
    opening = {"o-weekday": "1", "o-starts_at": "14:00", "o-ends_at": "17:00", "o-minutes": "30", "o-places": "2"}
    answered(acting(shelf.pilot), url, **opening, **{"o-valid_from": wrong})
    assert not PointOpening.objects.exists()


def test_the_last_absence_says_before_that_it_is_and_proposes_nothing_after(
    shelf: Shelf, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = acting(shelf.adviser)
    monkeypatch.setattr(appointment_rules, "not_received", lambda **asked: Q(pk=None))  # whatever the hour of the test
    first = past(shelf, device)
    assert "dernière absence" not in read(client, page_of(first, "miss"))
    said = client.post(page_of(first, "miss"), {}, follow=True).text
    assert "Proposez-lui un autre rendez-vous" in said
    second = past(shelf, device)
    assert "dernière absence" in read(client, page_of(second, "miss"))
    said = client.post(page_of(second, "miss"), {}, follow=True).text
    assert "C’était son dernier rendez-vous" in said
    assert "Proposez-lui" not in said
