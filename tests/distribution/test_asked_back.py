"""What left with a file that its workshop had not sorted: it asks the point for it, and looks inside."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_working_days
from distribution.asked_back import due_on, late_before, with_asked_back
from distribution.enums import CONFORMS, SendBackReason
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.models import Device
from tests.distribution.shelves import Shelf, screen_of
from tests.distribution.test_files_waiting_along import set_aside, shown_in
from tests.pages import acting, done, read
from tests.refurb.devices import fresh
from tests.refurb.pages import page_of
from tests.refurb.test_files_unsorted import codes, without_storage

pytestmark = pytest.mark.django_db
BLOCK = "À renvoyer à l’atelier"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def ask_back(shelf: Shelf, device: Device) -> Device:
    return gate.apply(fresh(device), "ask_back", actor=shelf.technician)


def asked_back() -> set[Device]:
    return set(with_asked_back(Device.objects.all()).exclude(asked_back_at=None))


def todo_of_the_point(shelf: Shelf, device: Device) -> bool:
    page = read(acting(shelf.adviser), reverse("desk:home"))
    return BLOCK in page and str(device) in page.split(BLOCK)[1].split("</section>")[0]


def test_the_workshop_asks_from_the_page_and_the_point_learns_it_and_sends_it_back(shelf: Shelf) -> None:
    away = shelf.on_the_shelf(without_storage(shelf.bench))
    shown_in(shelf, away)
    page = read(acting(shelf.technician), page_of(away, "device_detail"))
    assert "Demander son retour" in page
    assert shelf.point.name in page

    done(acting(shelf.technician), page_of(away, "device_ask_back"))

    mail = Mail.objects.get(subject__contains="À renvoyer à l’atelier")
    assert mail.to == [shelf.adviser.user.email]
    assert "Demandé par l’atelier" in " ".join(mail.body.split("\n"))
    assert todo_of_the_point(shelf, away)
    assert "retour demandé par l’atelier, au plus tard le" in read(
        acting(shelf.adviser), page_of(away, "device_detail")
    )
    assert "Retour demandé par l’atelier" in read(acting(shelf.technician), page_of(away, "device_detail"))
    with pytest.raises(Refused) as refused:
        ask_back(shelf, away)
    assert codes(refused) == {"not_asked_back"}

    asked = read(acting(shelf.adviser), page_of(away, "device_send_back"))
    assert f'<option value="{SendBackReason.ASKED_BACK}" selected>' in asked
    done(acting(shelf.adviser), page_of(away, "device_send_back"), reason=SendBackReason.ASKED_BACK)
    assert fresh(away).state == "received"
    assert not todo_of_the_point(shelf, away)
    assert SendBackReason.ASKED_BACK in CONFORMS


def test_nothing_is_asked_back_of_what_no_file_waits_of_nor_said_to_be(shelf: Shelf) -> None:
    away = shelf.on_the_shelf(without_storage(shelf.bench))
    with pytest.raises(Refused) as refused:
        ask_back(shelf, away)
    assert codes(refused) == {"file_waits"}
    with pytest.raises(Refused, match="n’a pas demandé le retour") as refused:
        gate.apply(away, "send_back", actor=shelf.adviser, reason=SendBackReason.ASKED_BACK)
    assert codes(refused) == {"asked_before"}


def test_only_the_workshop_of_the_device_asks_for_it(shelf: Shelf) -> None:
    away = shelf.on_the_shelf(without_storage(shelf.bench))
    shown_in(shelf, away)
    for actor in (shelf.adviser, shelf.pilot):
        with pytest.raises(PermissionDenied):
            gate.apply(away, "ask_back", actor=actor)
    assert gate.apply(away, "ask_back", actor=shelf.manager).state == "available"


def test_what_is_asked_falls_once_the_file_is_set_aside_or_the_shipment_cancelled(shelf: Shelf) -> None:
    aside, cancelled = [shelf.shipped(shelf.allotted(without_storage(shelf.bench))) for _ in range(2)]
    late = shown_in(shelf, aside)
    shown_in(shelf, cancelled)
    for device in (aside, cancelled):
        ask_back(shelf, device)
    assert asked_back() == {aside, cancelled}
    set_aside(shelf, late)
    gate.apply(fresh(cancelled), "cancel_shipment", actor=shelf.technician)
    assert not asked_back()
    assert not todo_of_the_point(shelf, aside)


def test_what_is_reserved_is_released_first_and_keeps_being_asked_for(shelf: Shelf) -> None:
    reserved = shelf.reserved(shelf.on_the_shelf(without_storage(shelf.bench)))
    shown_in(shelf, reserved)
    ask_back(shelf, reserved)
    assert "libérez-le, puis renvoyez-le" in read(acting(shelf.adviser), page_of(reserved, "device_detail"))
    free = gate.apply(fresh(reserved), "release", actor=shelf.adviser)
    assert asked_back() == {free}


def test_a_file_of_a_screen_asks_for_the_desktop_it_goes_with(shelf: Shelf) -> None:
    desktop = shelf.on_the_shelf(shelf.desktop())
    screen = screen_of(desktop)
    shown_in(shelf, screen)
    with pytest.raises(Refused) as refused:
        ask_back(shelf, screen)
    assert "left_alone" in codes(refused)
    ask_back(shelf, desktop)
    assert desktop in asked_back()
    gate.apply(fresh(desktop), "send_back", actor=shelf.adviser, reason=SendBackReason.ASKED_BACK)
    assert (fresh(desktop).state, fresh(screen).state) == ("received", "received")


def test_it_is_late_after_as_many_working_days_as_its_day_says(shelf: Shelf) -> None:
    asked_at = timezone.now()
    due = due_on(asked_at)
    assert due == add_working_days(timezone.localdate(asked_at), 3)
    assert late_before(asked_at, 3) < asked_at
    assert late_before(asked_at + (due - timezone.localdate(asked_at)) + timedelta(days=4), 3) > asked_at
