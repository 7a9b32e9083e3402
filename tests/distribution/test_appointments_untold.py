"""« Le foyer le sait », noted of the wrong appointment: nobody had called it, and somebody is to call it again."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from distribution.models import Appointment
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from prescriptions.models import Household, PromisedContact
from prescriptions.services.contacts import tell_household
from tests.distribution.appointment_pages import opened_page, own, page_of
from tests.distribution.hours import booked, need_of, opened
from tests.distribution.shelves import Shelf
from tests.distribution.test_appointments_followed import mailed
from tests.network.factories import make_membership
from tests.pages import acting, done, read, shown
from tests.prescriptions.files import COMPUTER, SKILLS, Circle, accepted_prescription, again, transferred

pytestmark = pytest.mark.django_db


def test_a_call_noted_on_the_wrong_appointment_is_to_be_made_again(shelf: Shelf) -> None:
    opened(shelf)
    made = booked(shelf, shelf.reserved())
    assert page_of(made, "untell") not in read(acting(shelf.adviser), page_of(made))
    with pytest.raises(PermissionDenied):
        gate.apply(made, "untell", actor=shelf.adviser)
    gate.apply(made, "tell", actor=shelf.adviser)
    gate.apply(made, "remind", actor=shelf.adviser)
    assert not Appointment.objects.to_tell(timezone.now()).exists()
    with pytest.raises((PermissionDenied, Unknown)):
        gate.apply(made, "untell", actor=shelf.stranger)

    done(acting(shelf.adviser), page_of(made, "untell"))

    now = Appointment.objects.to_tell(timezone.now()).get()
    assert (now.told_at, now.reminded_at) == (None, None)
    assert "Le foyer ne connaît pas ce rendez-vous" in read(acting(shelf.adviser), page_of(made))


def test_what_a_mail_told_stays_told_and_the_call_that_recalled_it_is_to_be_made_again(shelf: Shelf) -> None:
    made = booked(shelf, mailed(shelf))
    with pytest.raises(Refused, match="personne n’a noté"):
        gate.apply(made, "untell", actor=shelf.adviser)
    gate.apply(made, "remind", actor=shelf.adviser)
    now = gate.apply(made, "untell", actor=shelf.adviser)
    assert (now.told_at, now.reminded_at) == (made.told_at, None)


@pytest.mark.usefixtures("days_to_come")
def test_once_its_hour_has_passed_nobody_is_promised_to_be_called(shelf: Shelf) -> None:
    opened(shelf)
    made = booked(shelf, shelf.reserved())
    gate.apply(made, "tell", actor=shelf.adviser)
    with pytest.raises(Refused, match="est passée"):
        gate.apply(made, "untell", actor=shelf.adviser, at=made.starts_at)


def test_all_pages_say_the_same_way_of_who_prefers_one_that_its_file_does_not_allow(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved()
    household = need_of(device).prescription.household
    Household.objects.filter(pk=household.pk).update(contact_channel="sms", phone="", email="")
    assert "Sinon, votre travailleur social vous le dit" in opened_page(own(device))[1]
    made = booked(shelf, device)
    page = read(acting(shelf.adviser), page_of(made))
    assert "Son travailleur social, prévenu par courriel, le lui dit et le note" in page
    assert "À joindre par son travailleur social" in page
    assert "Par son travailleur social\u00a0: à lui dire" in read(acting(shelf.adviser), "/")


def test_the_worker_alone_through_whom_a_household_is_reached_is_asked_to_tell_it_its_hour(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved()
    prescription = need_of(device).prescription
    Household.objects.filter(pk=prescription.household_id).update(contact_channel="worker")
    worker, home = prescription.worker, "/"
    assert "Aucun foyer n’attend que vous lui disiez une heure." in read(acting(worker), home)
    made = booked(shelf, device)
    (told,) = Mail.objects.filter(about_machine="appointment", about_pk=made.pk)
    assert told.subject.startswith(f"Prescription {prescription.reference}")
    assert told.subject.endswith("un rendez-vous à dire au foyer")
    assert worker.user.email in " ".join(told.to)
    assert prescription.household.last_name not in told.body
    assert "Aucun foyer n’attend que vous lui disiez une heure." not in read(acting(worker), home)
    assert "Il n’est joint que par vous" in read(acting(worker), page_of(made))
    stranger = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    with pytest.raises(Unknown):
        gate.apply(made, "tell", actor=stranger)

    done(acting(worker), page_of(made, "tell"), **shown(acting(worker), page_of(made, "tell")))

    assert not Appointment.objects.to_tell(timezone.now()).exists()
    assert "Aucun foyer n’attend que vous lui disiez une heure." in read(acting(worker), home)


def test_the_worker_who_noted_it_of_the_wrong_household_takes_it_back(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved()
    prescription = need_of(device).prescription
    Household.objects.filter(pk=prescription.household_id).update(contact_channel="worker")
    made, worker = booked(shelf, device), prescription.worker
    assert page_of(made, "untell") not in read(acting(worker), page_of(made))
    done(acting(worker), page_of(made, "tell"), **shown(acting(worker), page_of(made, "tell")))
    assert page_of(made, "untell") in read(acting(worker), page_of(made))
    with pytest.raises(Unknown):
        gate.apply(made, "untell", actor=make_membership(Role.WORKER, OrganisationKind.PRESCRIBER))

    done(acting(worker), page_of(made, "untell"))

    assert Appointment.objects.to_tell(timezone.now()).get() == made
    assert "Il n’est joint que par vous" in read(acting(worker), page_of(made))


def test_the_worker_of_a_household_that_is_reached_otherwise_does_not_note_that_it_knows_its_hour(
    shelf: Shelf,
) -> None:
    opened(shelf)
    made = booked(shelf, shelf.reserved())
    worker = made.need.prescription.worker
    assert not Mail.objects.filter(about_machine="appointment", about_pk=made.pk).exists()
    with pytest.raises(PermissionDenied):
        gate.apply(made, "tell", actor=worker)
    gate.apply(made, "tell", actor=shelf.adviser)
    with pytest.raises(PermissionDenied):
        gate.apply(made, "untell", actor=worker)


def test_who_has_its_device_knows_that_it_is_accepted_unless_the_hand_over_is_undone(shelf: Shelf) -> None:
    around = {"commune": shelf.commune, "distributor": shelf.distributor}
    asked = accepted_prescription(needs=[*COMPUTER, *SKILLS], contact_channel="phone", **around)
    promised = PromisedContact.objects.to_keep().filter(prescription=asked)
    need = asked.needs.get(kind="computer")
    held = shelf.reserved(need=need)
    assert promised.exists(), "its device is put aside: that its request is accepted is still to be told"
    handed = shelf.hand_over(held)
    assert again(asked).state == "accepted"
    assert not promised.exists()
    gate.apply(handed, "undo_hand_over", actor=shelf.adviser, reason="entry")
    assert promised.exists(), "it was given nothing: nobody told it"


def test_an_hour_that_is_known_leaves_who_follows_the_household_now_to_be_told(shelf: Shelf) -> None:
    opened(shelf)
    device = shelf.reserved(need=shelf.need(contact_channel="phone"))
    asked, receiver = need_of(device).prescription, Circle()
    transferred(Circle(prescriber=asked.prescriber), asked, receiver.prescriber)
    to_tell = lambda: list(PromisedContact.objects.to_keep().values_list("about", "tells_transfer"))  # noqa: E731
    assert to_tell() == [("accepted", True)]
    made = booked(shelf, device)
    gate.apply(made, "tell", actor=shelf.adviser)
    assert to_tell() == [("transfer", False)]
    gate.apply(again(made), "untell", actor=shelf.adviser)
    assert to_tell() == [("accepted", True)], "both are to be told again, at once"
    gate.apply(again(made), "tell", actor=shelf.adviser)
    tell_household(actor=receiver.worker, prescription=asked)
    gate.apply(again(made), "untell", actor=shelf.adviser)
    assert to_tell() == [("accepted", False)], "who follows it was told"
