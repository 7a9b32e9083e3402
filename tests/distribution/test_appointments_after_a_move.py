"""A household that is expected at a point moves: whoever receives it there says whether it still comes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from desk.todo.appointments import appointment_blocks
from distribution.models import Appointment
from distribution.services import appointments
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.verification import verify_journals
from network.models import Epci
from prescriptions.services.households import edit_household, move_household
from refurb.models import Device
from tests.distribution.appointment_pages import page_of
from tests.distribution.hours import booked, need_of, next_hours
from tests.distribution.shelves import Shelf
from tests.network.factories import make_commune, make_epci
from tests.pages import acting, done, read
from tests.prescriptions.files import again

pytestmark = pytest.mark.django_db


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


def moves(device: Device, epci: Epci) -> Any:
    prescription = need_of(device).prescription
    return move_household(
        actor=prescription.worker,
        household=prescription.household,
        commune=make_commune(epci=epci),
        moved_on=timezone.localdate(),
    )


def to_follow(shelf: Shelf) -> list[str]:
    block = appointment_blocks(shelf.adviser, timezone.now())[1]
    return [block.line(row).about for row in block.rows]


def test_the_point_is_asked_by_mail_and_on_its_first_page_whether_the_household_still_comes(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device, known=True)
    assert to_follow(shelf) == []

    moved = moves(device, shelf.epci)

    assert any("rendez-vous" in said and str(shelf.point) in said for said in moved.told_to)
    assert any("le foyer a déménagé" in said for said in to_follow(shelf))
    mail = Mail.objects.get(subject__contains="le foyer a déménagé", about_pk=made.pk)
    assert shelf.adviser.user.email in mail.to
    assert page_of(made) in mail.body
    assert moved.last_name not in mail.subject + mail.body
    page = read(acting(shelf.adviser), page_of(made))
    assert "Le foyer a déménagé depuis que cette heure est fixée" in page
    worker = read(acting(need_of(device).prescription.worker), page_of(made))
    assert "Le foyer a déménagé depuis" in worker

    done(acting(shelf.adviser), page_of(made, "keep"))

    assert to_follow(shelf) == []
    assert "a déménagé depuis que" not in read(acting(shelf.adviser), page_of(made))
    assert codes(lambda: gate.apply(made, "keep", actor=shelf.adviser)) == {"to_keep"}
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_another_hour_or_none_answers_it_and_a_second_move_asks_again(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    moves(device, shelf.epci)
    later = [slot.starts_at for slot in next_hours(shelf, device) if slot.starts_at != made.starts_at][-1]
    appointments.move_appointment(actor=shelf.adviser, appointment=made, starts_at=later, known=True)
    assert to_follow(shelf) == []
    moves(device, shelf.epci)
    assert len(to_follow(shelf)) == 1
    appointments.cancel_appointment(actor=shelf.adviser, appointment=made, reason="point", known=True)
    assert not Appointment.objects.to_keep(timezone.now()).exists()


def test_what_is_corrected_of_its_file_or_an_hour_that_passed_asks_nothing(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    prescription = need_of(device).prescription
    edit_household(actor=prescription.worker, household=prescription.household, first_name="Camille")
    assert to_follow(shelf) == []
    moves(device, shelf.epci)
    assert not Appointment.objects.to_keep(made.starts_at + timedelta(minutes=1)).exists()
    count = Mail.objects.filter(subject__contains="le foyer a déménagé").count()
    edit_household(actor=prescription.worker, household=again(prescription.household), first_name="Dominique")
    assert Mail.objects.filter(subject__contains="le foyer a déménagé").count() == count


def test_an_hour_is_not_kept_for_a_device_that_would_not_be_handed_over(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    moves(device, make_epci())
    assert codes(lambda: gate.apply(made, "keep", actor=shelf.adviser)) == {"served_there"}
    assert "demandez d’abord une dérogation" in read(acting(shelf.adviser), page_of(made, "keep"))
    shelf.derogate(again(need_of(device)))
    gate.apply(made, "keep", actor=shelf.adviser)
    assert shelf.hand_over(device).state == "handed_over"
