"""A household that is expected at a point moves: whoever receives it there says whether it still comes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from desk.todo.appointments import appointment_blocks
from distribution.appointments import MOVED_AWAY, expected, reach_of
from distribution.machine.appointment_rules import reminder_due, to_call_back
from distribution.models import Appointment
from distribution.services import appointments
from distribution.services.answers import confirm_appointment
from documents.models import Mail
from lifecycle import gate
from lifecycle.actors import SYSTEM, SignedLink
from lifecycle.exceptions import Refused
from lifecycle.requirements import Context
from lifecycle.verification import verify_journals
from network.models import Epci
from prescriptions.services.households import edit_household, move_household
from refurb.models import Device
from tests.distribution.appointment_pages import booking, kept, opened_page, own, page_of
from tests.distribution.hours import a_later_hour, booked, need_of, next_hours
from tests.distribution.shelves import Shelf
from tests.network.factories import make_commune, make_epci
from tests.pages import acting, done, read, shown
from tests.prescriptions.files import Circle, again
from tests.prescriptions.rights import Desk
from tests.prescriptions.test_restriction import restricted

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

    done(acting(shelf.adviser), page_of(made, "keep"), **shown(acting(shelf.adviser), page_of(made, "keep")))

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


def test_its_worker_reads_once_that_the_point_is_asked_and_not_when_it_corrects_something_later(
    shelf: Shelf, device: Device
) -> None:
    booked(shelf, device, known=True)
    assert any(str(shelf.point) in said for said in moves(device, shelf.epci).told_to)
    prescription = need_of(device).prescription
    edited = edit_household(actor=prescription.worker, household=again(prescription.household), first_name="Camille")
    assert edited.told_to == []


def test_under_a_limitation_the_point_is_asked_nothing_and_keeps_nothing(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    moves(device, shelf.epci)
    worker = acting(need_of(device).prescription.worker)
    assert "confirme cette heure" in read(worker, page_of(made))
    desk = Desk(Circle(shelf.prescriber, shelf.distributor, shelf.commune))
    restricted(desk, need_of(device).prescription.household)
    assert "confirme cette heure" not in read(worker, page_of(made))
    assert to_follow(shelf) == []
    assert codes(lambda: gate.apply(again(made), "keep", actor=shelf.adviser)) == {"not_restricted"}


def another(shelf: Shelf, made: Appointment, device: Device) -> Any:
    return [slot.starts_at for slot in next_hours(shelf, device) if slot.starts_at != made.starts_at][-1]


def by_itself(device: Device) -> SignedLink:
    return SignedLink("page", opens=("prescription", need_of(device).prescription_id))


def test_no_hour_is_given_nor_changed_for_a_device_that_would_not_be_handed_over_unless_by_a_derogation(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device, known=True)
    moves(device, make_epci())
    later = another(shelf, made, device)

    def move(actor: Any) -> Appointment:
        return appointments.move_appointment(actor=actor, appointment=again(made), starts_at=later, known=True)

    assert codes(lambda: move(shelf.adviser)) == {"served_there"}
    assert "demandez d’abord une dérogation" in read(acting(shelf.adviser), page_of(made, "move"))
    appointments.cancel_appointment(actor=shelf.adviser, appointment=made, reason="point", known=True)
    assert codes(lambda: booked(shelf, device, known=True)) == {"served_there"}
    assert "demandez d’abord une dérogation" in read(acting(shelf.adviser), booking(device))

    shelf.derogate(again(need_of(device)))

    assert booked(shelf, device, later, known=True).kept_at is not None
    assert shelf.hand_over(device).state == "handed_over"


def test_a_household_that_left_the_territory_takes_no_hour_alone_and_reads_whom_to_call(
    shelf: Shelf, device: Device
) -> None:
    moves(device, make_epci())
    hour = a_later_hour(shelf, device)
    taken = {"actor": by_itself(device), "need": need_of(device), "starts_at": hour}
    assert codes(lambda: appointments.book_appointment(**taken)) == {"served_there"}
    told = MOVED_AWAY.format(distributor=reach_of(shelf.distributor))
    assert expected(need_of(device)) == told

    page = opened_page(own(device))[1]

    assert told in page
    assert "starts_at" not in page
    assert "choisissez plus bas" not in page
    shelf.derogate(again(need_of(device)))
    assert appointments.book_appointment(**taken).state == "booked"
    assert told not in opened_page(own(device))[1]


def test_once_its_hour_is_fixed_it_gives_it_up_on_its_page_and_changes_it_by_a_call(
    shelf: Shelf, device: Device
) -> None:
    booked(shelf, device, known=True)
    url = own(device)
    assert "Changer d’heure" in opened_page(url)[1]
    moves(device, make_epci())
    page = opened_page(url)[1]
    assert MOVED_AWAY.format(distributor=reach_of(shelf.distributor)) in page
    assert "Changer d’heure" not in page
    assert "Annuler ce rendez-vous" in page
    assert kept(page)["need"] == need_of(device).reference


def test_an_hour_that_the_household_takes_alone_does_not_say_for_the_point_that_it_comes_there(
    shelf: Shelf, device: Device
) -> None:
    made = booked(shelf, device, known=True)
    moves(device, shelf.epci)
    link = by_itself(device)
    appointments.cancel_appointment(actor=link, appointment=made, reason="household")
    new = appointments.book_appointment(actor=link, need=need_of(device), starts_at=made.starts_at)
    assert Appointment.objects.to_keep(timezone.now()).get() == new
    assert any("le foyer a déménagé" in said for said in to_follow(shelf))

    gate.apply(new, "keep", actor=shelf.adviser)

    appointments.cancel_appointment(actor=link, appointment=again(new), reason="household")
    appointments.book_appointment(actor=link, need=need_of(device), starts_at=made.starts_at)
    assert not Appointment.objects.to_keep(timezone.now()).exists(), "the point said it since, of the hour before"


def test_the_point_is_written_to_when_the_first_hour_is_taken_alone_after_the_move(
    shelf: Shelf, device: Device
) -> None:
    moves(device, shelf.epci)
    about = Mail.objects.filter(subject__contains="le foyer a déménagé", about_machine="appointment")
    assert not about.exists()
    hour = a_later_hour(shelf, device)
    made = appointments.book_appointment(actor=by_itself(device), need=need_of(device), starts_at=hour)
    assert about.get().about_pk == made.pk
    assert len(to_follow(shelf)) == 1
    appointments.cancel_appointment(actor=shelf.adviser, appointment=made, reason="point", known=True)
    booked(shelf, device, hour, known=True)
    assert about.count() == 1, "the point that gives it knows"


def test_what_the_household_holds_says_whom_to_call_and_not_to_come_where_nothing_is_handed_to_it(
    shelf: Shelf, device: Device
) -> None:
    booked(shelf, device, known=True)
    url = own(device)
    assert "Je viens" in opened_page(url)[1]
    assert "On vous attend" in str(expected(need_of(device)))
    moves(device, make_epci())
    told = MOVED_AWAY.format(distributor=reach_of(shelf.distributor))

    assert expected(need_of(device)) == told

    page = opened_page(url)[1]
    assert "Je viens" not in page
    assert "On vous attend" not in page
    shelf.derogate(again(need_of(device)))
    assert "On vous attend" in str(expected(need_of(device)))


def test_a_household_that_moved_away_does_not_say_that_it_comes(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    moves(device, make_epci())
    assert codes(lambda: confirm_appointment(actor=by_itself(device), appointment=made)) == {"served_there"}
    shelf.derogate(again(need_of(device)))
    confirm_appointment(actor=by_itself(device), appointment=again(made))


def test_nobody_is_reminded_of_an_hour_at_which_nothing_is_handed_over(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)
    eve = made.starts_at - timedelta(days=1)
    reminded = Appointment.objects.filter(reminder_due(Context(eve, SYSTEM)) | to_call_back(eve))
    assert list(reminded) == [made]
    moves(device, make_epci())
    assert not reminded.all().exists()


def test_who_receives_a_household_that_moved_away_is_led_to_what_can_be_done(shelf: Shelf, device: Device) -> None:
    made = booked(shelf, device, known=True)

    moved = moves(device, make_epci())

    assert any("ne peut plus lui être remis, sauf dérogation" in said for said in moved.told_to)
    assert any("annulez, puis libérez-le" in said for said in to_follow(shelf))
    adviser = acting(shelf.adviser)
    page = read(adviser, page_of(made))
    assert "l’appareil mis de côté ne peut plus lui être remis" in page
    assert "Confirmer le point" not in page.partition('class="todo"')[2].partition("</div>")[0]

    appointments.cancel_appointment(actor=shelf.adviser, appointment=made, reason="point", known=True)

    assert any("libérez l’appareil" in said for said in to_follow(shelf))
    page = read(adviser, page_of(made))
    assert "Fixer un autre rendez-vous" not in page
    assert reverse("distribution:device_release", args=[device.reference]) in page
    assert reverse("distribution:derogation_ask", args=[need_of(device).reference]) in page
    assert adviser.get(reverse("distribution:derogation_ask", args=[need_of(device).reference])).status_code == 200
