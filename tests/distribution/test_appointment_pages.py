"""The pages of appointments: three clicks at the counter, the morning's list, the household's own page."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from desk.todo.appointments import appointment_blocks
from desk.todo.blocks import first_of
from distribution.enums import AppointmentState
from distribution.forms.appointments import HourForm
from distribution.models import Appointment, PointClosure, PointOpening
from distribution.services.appointments import TO_READ, cancel_appointment
from distribution.slots import Slot
from distribution.views.own_appointment import CHOOSE
from lifecycle import gate
from network.enums import OrganisationKind, Role
from prescriptions import own_visit
from prescriptions.models import HouseholdAccess
from refurb.models import Device
from tests.distribution.appointment_pages import YEAR, booking, booking_of, kept, opened_page, own, page_of, past
from tests.distribution.hours import a_later_hour, booked, need_of, next_hours, opened
from tests.distribution.shelves import Shelf
from tests.network.factories import make_membership
from tests.pages import acting, answered, done, read, shown
from tests.prescriptions.files import again
from tests.screens import flaws, sign_in
from typography.french import full_day

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_tried")]
S = AppointmentState
EVIL = ("", "x", "9" * 4300, "2026-12-01T10:00:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+23:59", "a\0b")


# --- at the counter


def test_an_hour_that_no_household_can_reach_is_offered_and_not_ticked(shelf: Shelf) -> None:
    now = timezone.now()
    slots = [Slot(now + timedelta(minutes=wait), now + timedelta(minutes=wait + 30), 1) for wait in (1, 59, 61)]
    form = HourForm(slots=slots, ticked_from=now + TO_READ)
    assert form.fields["starts_at"].initial == slots[2].starts_at.isoformat()
    assert len(form.fields["starts_at"].choices) == 3  # type: ignore[attr-defined]
    assert HourForm(slots=slots[:2], ticked_from=now + TO_READ).fields["starts_at"].initial is None


def test_a_household_that_is_late_is_given_another_hour_without_an_absence(shelf: Shelf, device: Device) -> None:
    made = past(shelf, device)
    client, move = acting(shelf.adviser), page_of(made, "move")
    assert "Le foyer est en retard" in read(client, page_of(made))
    page = read(client, move)
    assert "Ce qui manque" not in page
    assert "trop proche" not in page
    hour = next_hours(shelf, device)[0].starts_at
    done(client, move, starts_at=hour.isoformat(), known="on", **shown(client, move))
    moved = again(made)
    assert (moved.state, moved.starts_at) == (S.BOOKED, hour)
    assert not moved.journal.filter(verb="miss").exists()
    assert "Le foyer est en retard" not in read(client, page_of(made))


def test_no_call_is_promised_for_an_hour_that_has_passed(shelf: Shelf, device: Device) -> None:
    made = past(shelf, device)
    client = acting(shelf.adviser)
    page = read(client, reverse("distribution:device_release", args=[device.reference]))
    assert "est à appeler" not in page
    assert "plus personne à appeler" in page
    gate.apply(device, "release", actor=shelf.adviser)
    assert again(made).state == S.CANCELLED
    assert not Appointment.objects.to_tell(timezone.now()).exists()
    page = read(client, page_of(made))
    assert "à prévenir" not in page
    assert "plus personne à appeler" in page


def test_a_call_is_promised_for_an_hour_to_come_and_is_there(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    client = acting(shelf.adviser)
    assert "est à appeler" in read(client, reverse("distribution:device_release", args=[device.reference]))
    gate.apply(device, "release", actor=shelf.adviser)
    assert "à prévenir" in read(client, page_of(made))
    assert Appointment.objects.to_tell(timezone.now()).get() == made


def test_once_its_device_is_handed_over_a_household_is_not_told_of_an_hour_given_up(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device, known=True)
    cancel_appointment(actor=shelf.adviser, appointment=made, reason="household")
    assert Appointment.objects.to_tell(timezone.now()).get() == made
    shelf.hand_over(device)
    assert not Appointment.objects.to_tell(timezone.now()).exists()
    assert "à prévenir" not in read(acting(shelf.adviser), page_of(made))


def test_what_was_missed_is_booked_again_or_released_from_its_page(shelf: Shelf, device: Device) -> None:
    made = past(shelf, device)
    client = acting(shelf.adviser)
    done(client, page_of(made, "miss"))
    page = read(client, page_of(made))
    assert booking_of(made) in page
    assert reverse("distribution:device_release", args=[device.reference]) in page


def test_three_clicks_fix_the_next_hour(shelf: Shelf, device: Device) -> None:
    client = acting(shelf.adviser)
    url = reverse("refurb:device_detail", args=[device.reference])
    assert booking(device) in read(client, url), "from the device"
    assert booking(device) in read(client, reverse("prescriptions:need_detail", args=[need_of(device).reference]))
    page = read(client, booking(device))
    first = next(one for one in next_hours(shelf, device) if one.starts_at >= timezone.now() + timedelta(hours=1))
    (ticked,) = re.findall(r'<input type="radio"[^>]*value="([^"]+)"[^>]*checked', page)
    assert ticked == first.starts_at.isoformat()

    done(client, booking(device), starts_at=ticked)

    made = Appointment.objects.get()
    assert made.starts_at == first.starts_at
    assert full_day(made.starts_at) in read(client, page_of(made))
    assert full_day(made.starts_at) in read(client, url)
    assert HouseholdAccess.objects.filter(what="appointment_book").exists()


@pytest.mark.parametrize("typed", EVIL)
def test_what_is_no_hour_is_said_at_its_field(shelf: Shelf, device: Device, typed: str) -> None:
    answered(acting(shelf.adviser), booking(device), starts_at=typed)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("day", ["x", "0001-01-01", "9999-12-31", "2026-02-31", "9" * 4300, "\0"])
def test_absurd_days_break_no_page(shelf: Shelf, device: Device, day: str) -> None:
    client = acting(shelf.adviser)
    for url in (
        booking(device),
        reverse("distribution:appointment_day"),
        reverse("distribution:appointment_day_paper"),
    ):
        assert client.get(url, {"jour": day}).status_code == 200


def test_an_hour_just_taken_by_another_is_told_and_the_next_ones_are_shown(shelf: Shelf, device: Device) -> None:
    client, other = acting(shelf.adviser), shelf.reserved()
    hour = next_hours(shelf, device)[0].starts_at
    booked(shelf, other, hour)
    page = answered(client, booking(device), starts_at=hour.isoformat())
    assert "vient d’être prise" in page
    assert next_hours(shelf, device)[0].starts_at.isoformat() in page


def test_a_point_that_says_no_hour_says_who_can(shelf: Shelf) -> None:
    page = read(acting(shelf.adviser), booking(shelf.reserved()))
    assert reverse("distribution:point_hours", args=[shelf.point.reference]) in page
    assert "Ce point n’a pas encore dit quand il reçoit" in page


def test_the_mornings_list_says_who_comes_with_what_is_ready_and_what_is_paid(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device)
    Device.objects.filter(pk=device.pk).update(place="E4")
    client, day = acting(shelf.adviser), f"{timezone.localdate(made.starts_at):%Y-%m-%d}"
    page = read(client, reverse("distribution:appointment_day"), jour=day)
    household = need_of(device).prescription.household
    for said in (household.last_name, str(device), "rangé à E4", "25", "pièce d’identité"):
        assert said in page
    assert HouseholdAccess.objects.filter(household=household, what="appointment_day").exists()
    paper = client.get(reverse("distribution:appointment_day_paper"), {"jour": day})
    assert paper.content.startswith(b"%PDF")
    assert household.last_name not in read(acting(shelf.stranger), reverse("distribution:appointment_day"), jour=day)


def test_once_its_device_is_handed_over_an_appointment_says_so_and_no_more_where_it_was_put(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device)
    Appointment.objects.filter(pk=made.pk).update(told_at=None)
    Device.objects.filter(pk=device.pk).update(place="E4")
    client = acting(shelf.adviser)
    assert "rangé à E4" in read(client, page_of(made))
    shelf.hand_over(Device.objects.get(pk=device.pk))
    page = read(client, page_of(made))
    assert "a reçu son appareil le" in page
    assert "rangé à" not in page
    assert "personne à appeler" not in page


def test_the_list_asks_as_many_queries_whatever_its_length(
    shelf: Shelf, device: Device, django_assert_max_num_queries: Any
) -> None:
    client, day = acting(shelf.adviser), timezone.localdate() + timedelta(days=4)
    for row in (device, shelf.reserved(), shelf.reserved()):
        booked(shelf, row)
    with django_assert_max_num_queries(14):
        read(client, reverse("distribution:appointment_day"), jour=f"{day:%Y-%m-%d}")


def test_an_absence_is_one_click_and_another_hour_is_then_proposed(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, next_hours(shelf, device)[0].starts_at)
    client = acting(shelf.adviser)
    assert "peut encore venir" in read(client, page_of(made, "miss"))
    missed_yesterday = past(shelf, shelf.reserved())
    done(client, page_of(missed_yesterday, "miss"))
    assert again(missed_yesterday).state == S.MISSED
    assert booking_of(missed_yesterday) in read(client, page_of(missed_yesterday))


@pytest.mark.parametrize(
    ("name", "data"), [("tell", {}), ("remind", {}), ("cancel", {"reason": "household", "known": "on"})]
)
def test_a_verb_is_done_from_its_page(shelf: Shelf, device: Device, name: str, data: dict[str, str]) -> None:
    made = booked(shelf, device, known=name == "remind")
    client = acting(shelf.adviser)
    read(client, page_of(made, name))
    held = shown(client, page_of(made, name))
    assert done(client, page_of(made, name), **data, **held) == page_of(made)
    assert made.journal.filter(verb=name).exists()


def test_it_is_moved_from_its_page(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device)
    hour = next_hours(shelf, device)[0].starts_at
    client, url = acting(shelf.adviser), page_of(made, "move")
    done(client, url, starts_at=hour.isoformat(), **shown(client, url))
    assert again(made).starts_at == hour


@pytest.mark.parametrize("carried", [{}, {"shown": ""}, {"shown": "x"}, {"shown": "2026-12-01T10:00:00+00:00"}])
def test_an_answer_that_does_not_carry_the_hour_that_was_shown_moves_and_gives_up_nothing(
    shelf: Shelf, device: Device, carried: dict[str, str]
) -> None:
    made = booked(shelf, device)
    hour = next_hours(shelf, device)[0].starts_at
    client = acting(shelf.adviser)
    for url, said in (
        (page_of(made, "move"), {"starts_at": hour.isoformat()}),
        (page_of(made, "cancel"), {"reason": "household"}),
    ):
        assert "Est-ce toujours ce que vous voulez" in answered(client, url, **said, **carried)
    assert (again(made).state, again(made).starts_at) == (S.BOOKED, made.starts_at)


# --- the hours of a point


def test_a_manager_opens_closes_and_stops_from_one_page(shelf: Shelf, device: Device) -> None:
    manager = make_membership(Role.MANAGER, OrganisationKind.DISTRIBUTOR, shelf.distributor)
    client, url = acting(manager), reverse("distribution:point_hours", args=[shelf.point.reference])
    today = f"{timezone.localdate():%Y-%m-%d}"
    said = {"o-weekday": "1", "o-starts_at": "14:00", "o-ends_at": "17:00", "o-minutes": "30", "o-places": "2"}
    done(client, url, **said, **{"o-valid_from": today})
    opening = PointOpening.objects.latest("pk")
    made = booked(shelf, device)
    day = f"{timezone.localdate(made.starts_at):%Y-%m-%d}"
    done(client, url, closure="1", **{"f-first_day": day, "f-last_day": day, "f-reason": "works"})
    assert "1\u00a0rendez-vous déjà pris est à déplacer" in read(client, url)
    done(client, reverse("distribution:point_hours_stop", args=[shelf.point.reference, opening.pk]))
    closure = PointClosure.objects.get()
    done(client, reverse("distribution:point_closure_lift", args=[shelf.point.reference, closure.pk]))
    assert not PointClosure.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"o-starts_at": "05:00"},
        {"o-ends_at": "23:00"},
        {"o-ends_at": "13:00"},
        {"o-minutes": "9" * 4300},
        {"o-places": "0"},
        {"o-weekday": "8"},
        {"o-valid_from": "0001-01-01"},
        {"o-valid_from": "99999-01-01"},
    ],
)
def test_absurd_hours_are_refused_at_their_field(shelf: Shelf, wrong: dict[str, str]) -> None:
    said = {"o-weekday": "1", "o-starts_at": "14:00", "o-ends_at": "17:00", "o-minutes": "30", "o-places": "2"}
    said |= {"o-valid_from": f"{timezone.localdate():%Y-%m-%d}"}
    answered(acting(shelf.pilot), reverse("distribution:point_hours", args=[shelf.point.reference]), **(said | wrong))
    assert not PointOpening.objects.exists()


def test_an_adviser_reads_the_hours_and_changes_none(shelf: Shelf, device: Device) -> None:
    client, url = acting(shelf.adviser), reverse("distribution:point_hours", args=[shelf.point.reference])
    assert "Ajouter une ouverture" not in read(client, url)
    assert client.post(url, {}).status_code == 403
    opening = PointOpening.objects.first()
    assert opening is not None
    stop = reverse("distribution:point_hours_stop", args=[shelf.point.reference, opening.pk])
    assert client.post(stop).status_code == 403


def test_a_technician_reads_the_hours_without_a_link_to_a_calendar_that_refuses_him(shelf: Shelf) -> None:
    hours, calendar = (
        reverse(f"distribution:{name}", args=[shelf.point.reference]) for name in ("point_hours", "point_calendar")
    )
    technician = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    assert acting(technician).get(calendar).status_code == 403
    assert calendar not in read(acting(technician), hours)
    assert calendar in read(acting(shelf.adviser), hours)


def test_the_calendar_of_a_point_holds_hours_and_references_alone(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device)
    response = acting(shelf.adviser).get(reverse("distribution:point_calendar", args=[shelf.point.reference]))
    told = response.content.decode()
    assert f"SUMMARY:Remise {made.reference}" in told
    household = need_of(device).prescription.household
    assert not any(secret in told for secret in (household.last_name, household.first_name, household.reference))
    foreign = acting(shelf.stranger).get(reverse("distribution:point_calendar", args=[shelf.point.reference]))
    assert made.reference not in foreign.content.decode()


# --- « À faire »


def test_what_is_somebody_s_to_do_is_on_the_first_page_until_it_is_done(shelf: Shelf, device: Device) -> None:
    def counts() -> list[int]:
        return [first_of(block).count for block in appointment_blocks(shelf.adviser, timezone.now())]

    def said() -> str:
        return read(acting(shelf.adviser), reverse("desk:home"))

    assert counts() == [0, 0]
    assert "sans rendez-vous" in said()
    opened = reverse("refurb:device_detail", args=[device.reference])
    assert opened in said()
    assert booking(device) in read(acting(shelf.adviser), opened)
    made = booked(shelf, device)
    assert counts() == [0, 1]
    assert "à lui dire" in said()
    assert "attendu le" in said()
    page = read(acting(shelf.adviser), page_of(made))
    assert "ne connaît pas ce rendez-vous" in page
    assert re.search(rf'btn-primary" href="{page_of(made, "tell")}"', page)
    done(acting(shelf.adviser), page_of(made, "tell"), **shown(acting(shelf.adviser), page_of(made, "tell")))
    assert counts() == [0, 0]
    day = timezone.localdate(made.starts_at)
    PointClosure.objects.create(
        point=shelf.point, first_day=day, last_day=day, reason="works", declared_by=shelf.adviser
    )
    assert counts() == [0, 1]
    assert "à déplacer" in said()
    past(shelf, shelf.reserved())
    assert counts() == [1, 1]


# --- the household's own page


def test_a_household_takes_moves_and_gives_up_its_hour_without_account_nor_script(shelf: Shelf, device: Device) -> None:
    url = own(device)
    client, page = opened_page(url)
    ask = f"{url}rendez-vous/"
    hours = re.findall(r'name="starts_at" value="([^"]+)"', page)
    assert len(hours) == 6
    assert f'<p class="todo"><strong>{CHOOSE}' in page, "the one thing to do is not to keep the sheet"
    notice = timezone.now() + timedelta(hours=24)
    assert all(datetime.fromisoformat(hour) > notice for hour in hours)

    page = client.post(ask, kept(page) | {"act": "book", "starts_at": hours[0]}).content.decode()
    made = Appointment.objects.get()
    assert made.starts_at == datetime.fromisoformat(hours[0])
    assert made.told_at is not None
    assert made.journal.get(verb="book").via.startswith("sheet")
    assert "C’est noté" in page
    assert CHOOSE not in page

    assert "Je viens" in page
    for _ in range(2):
        said = client.post(ask, kept(page) | {"act": "confirm"}).content.decode()
    assert "Vous avez dit que vous venez." in said
    assert "Je viens" not in said
    assert made.journal.filter(verb="confirm").count() == 1
    file = client.post(ask, kept(page) | {"act": "calendar"})
    assert file.headers["Content-Type"].startswith("text/calendar")
    page = client.post(ask, kept(page) | {"act": "move"}).content.decode()
    others = re.findall(r'name="starts_at" value="([^"]+)"', page)
    assert (hours[0] in others, len(others)) == (False, 6), "the hour it has is not another one"
    page = client.post(ask, kept(page) | {"act": "book", "starts_at": others[-1]}).content.decode()
    assert again(made).starts_at == datetime.fromisoformat(others[-1])
    page = client.post(ask, kept(page) | {"act": "cancel"}).content.decode()
    assert again(made).state == S.BOOKED, "it is asked again first"
    page = client.post(ask, kept(page) | {"act": "cancel_sure"}).content.decode()
    assert again(made).state == S.CANCELLED
    assert "reste mis de côté" in page
    assert not Appointment.objects.to_tell(timezone.now()).exists()
    household = need_of(device).prescription.household
    assert household.last_name not in page


def test_too_near_the_page_says_whom_to_call_and_the_verb_is_refused(shelf: Shelf, device: Device) -> None:
    soon = next_hours(shelf, device)[0].starts_at
    if soon > timezone.now() + timedelta(hours=23):
        pytest.skip("the next hour is a day away at this time of the day")
    made = booked(shelf, device, soon)
    client, page = opened_page(own(device))
    assert "trop tard pour changer" in page
    page = client.post(f"{own(device)}rendez-vous/", kept(page) | {"act": "cancel"}).content.decode()
    assert "appelez le point" in page
    assert again(made).state == S.BOOKED


def test_without_its_pass_with_another_s_or_an_old_one_the_page_asks_the_year_again(
    shelf: Shelf, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = shelf.reserved()
    url, theirs = own(device), own(other)
    client, page = opened_page(url)
    _, foreign = opened_page(theirs)
    hour = a_later_hour(shelf, device).isoformat()
    said = {"act": "book", "starts_at": hour, "need": need_of(device).reference}
    for given in ("", "x", kept(foreign)["pass"], kept(page)["pass"] + "x", "\0"):
        response = client.post(f"{url}rendez-vous/", said | {"pass": given}, follow=False)
        assert (response.status_code, response.headers.get("Location")) == (302, url)
    with monkeypatch.context() as patched:
        patched.setattr(own_visit, "HELD", -1)
        assert client.post(f"{url}rendez-vous/", said | {"pass": kept(page)["pass"]}, follow=False).status_code == 302
    assert client.get(f"{url}rendez-vous/").status_code == 302
    late = client.post(f"{url}rendez-vous/?langue=ar", said | {"pass": "x"}, follow=False)
    assert late.headers["Location"] == f"{url}?langue=ar"
    assert client.post(f"{url}rendez-vous/?langue=%00", said | {"pass": "x"}, follow=False).headers["Location"] == url
    foreign_need = said | {"pass": kept(page)["pass"], "need": need_of(other).reference}
    assert client.post(f"{url}rendez-vous/", foreign_need).status_code == 200
    assert not Appointment.objects.exists()


def test_once_the_page_is_closed_none_of_its_buttons_books_nor_opens_it_again(shelf: Shelf, device: Device) -> None:
    url, hour = own(device), a_later_hour(shelf, device).isoformat()
    client, page = opened_page(url)
    client.post(url, {"close": "1"}, follow=False)
    answer = client.post(f"{url}rendez-vous/", kept(page) | {"act": "book", "starts_at": hour}, follow=False)
    assert answer.headers["Location"] == url
    assert "Votre année de naissance" in client.get(url).content.decode()
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("typed", EVIL)
def test_absurd_hours_break_not_the_household_s_page(shelf: Shelf, device: Device, typed: str) -> None:
    url = own(device)
    client, page = opened_page(url)
    for act in ("book", "more", "move", typed):
        response = client.post(f"{url}rendez-vous/", kept(page) | {"act": act, "starts_at": typed, "after": typed})
        assert response.status_code == 200
    assert not Appointment.objects.exists()


def test_a_household_is_refused_in_words_that_are_its_own(shelf: Shelf, device: Device) -> None:
    url = own(device)
    client, page = opened_page(url)
    booked(shelf, shelf.reserved(), a_later_hour(shelf, device))
    taken = Appointment.objects.get().starts_at
    assert taken is not None
    ask = kept(page) | {"act": "book", "starts_at": taken.isoformat()}
    assert "Cette heure vient d’être prise" in client.post(f"{url}rendez-vous/", ask).content.decode()
    mine = Appointment.objects.get()
    release = reverse("distribution:device_release", args=[Device.objects.get(need=mine.need).reference])
    assert "Son rendez-vous du" in read(acting(shelf.adviser), release)
    release = reverse("distribution:device_release", args=[device.reference])
    assert "Son rendez-vous" not in read(acting(shelf.adviser), release)
    done(acting(shelf.adviser), release)
    refused = client.post(f"{url}rendez-vous/", ask).content.decode()
    assert "appelez votre travailleur social" in refused
    assert "réservez-en un" not in refused


def test_nothing_is_offered_to_a_household_for_which_nothing_is_put_aside(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.available()
    held = shelf.reserve(device)
    url = own(held)
    need = need_of(held)
    client = acting(shelf.adviser)
    done(client, reverse("distribution:device_release", args=[device.reference]))
    _, page = opened_page(url)
    assert "rendez-vous/" not in page
    assert need.reference not in page


# --- looked at


def test_its_pages_hold_at_320_and_wide(shelf: Shelf, device: Device, page: Page) -> None:
    made, other = booked(shelf, device), shelf.reserved()
    past(shelf, shelf.reserved())
    day = f"?jour={timezone.localdate(made.starts_at):%Y-%m-%d}"
    hours = reverse("distribution:point_hours", args=[shelf.point.reference])
    today = reverse("distribution:appointment_day")
    sign_in(page, shelf.adviser)
    for url in (page_of(made), page_of(made, "move"), booking(other), today, today + day, hours):
        page.goto(url)
        assert flaws(page) == [], url
    sign_in(page, shelf.pilot)
    opening = PointOpening.objects.get(weekday=timezone.localdate(made.starts_at).weekday())
    for url in (hours, reverse("distribution:point_hours_stop", args=[shelf.point.reference, opening.pk])):
        page.goto(url)
        assert flaws(page) == [], url


def test_the_household_s_page_holds_at_320_and_wide(shelf: Shelf, device: Device, page: Page) -> None:
    for row in (device, shelf.reserved()):
        page.goto(own(row))
        page.get_by_label("Votre année de naissance").fill(YEAR)
        page.get_by_role("button", name="Voir ma demande").click()
        assert flaws(page) == []
        page.get_by_role("button", name="Prendre ce rendez-vous").click()
        assert flaws(page) == []
