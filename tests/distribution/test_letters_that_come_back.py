"""A letter is posted by somebody, and may come back: what it told is then not known, and no other goes there."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from desk.todo.pages import page_for
from distribution.letters import write_appointment_letter
from distribution.models import Appointment
from distribution.models.appointment import not_known
from documents.enums import SendState
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.models import Membership
from prescriptions.enums import ContactChannel, ContactOutcome
from prescriptions.enums.letters import MessageFate
from prescriptions.models import HouseholdMessage, MessageNote, PromisedContact
from prescriptions.models.message import PRINTED
from prescriptions.reaching import channel_of, told_by
from prescriptions.services.contacts import tell_household, write_letter
from prescriptions.services.households import edit_household
from prescriptions.services.letters import note_letter_back, post_letters, take_back_note
from tests.distribution.appointment_pages import page_of
from tests.distribution.hours import booked, need_of
from tests.distribution.shelves import Shelf
from tests.distribution.test_hours_by_letter import by_letter, once_it_arrives
from tests.pages import acting, done, read
from tests.prescriptions.files import Circle, again

pytestmark = pytest.mark.django_db
LETTERS = reverse("prescriptions:letter_list")


def told_by_letter(shelf: Shelf, **person: object) -> tuple[Appointment, HouseholdMessage]:
    """An hour to come, its letter printed, posted, and noted as known."""
    device = by_letter(shelf, **person)
    made = booked(shelf, device, once_it_arrives(shelf, device))
    letter = write_appointment_letter(actor=shelf.adviser, appointment=made)
    assert post_letters(actor=shelf.adviser, letters=[letter.pk], fate=MessageFate.POSTED) == 1
    gate.apply(again(made), "tell", actor=shelf.adviser)
    return made, letter


def is_known(appointment: Appointment) -> bool:
    return not Appointment.objects.filter(not_known(), pk=appointment.pk).exists()


def waiting(actor: Membership) -> int:
    (block,) = (one for one in page_for(actor, timezone.now()).blocks if one.key == "lettres-a-poster")
    assert not callable(block.rows)
    return block.rows.count()


def test_a_letter_waits_in_the_work_of_whoever_printed_it_until_it_is_noted_posted(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device))
    worker = need_of(device).prescription.worker
    assert worker is not None
    client = acting(shelf.adviser)
    letter = write_appointment_letter(actor=shelf.adviser, appointment=made)
    assert (waiting(shelf.adviser), waiting(worker), waiting(Shelf().adviser)) == (1, 0, 0)
    assert "Lettres imprimées, à poster" in read(client, "/")
    page = read(client, LETTERS)
    paper = reverse("prescriptions:message_letter", args=[letter.pk])
    assert paper in page
    assert "3 rue des Écoles" not in page
    assert client.get(paper)["Content-Type"] == "application/pdf"
    with pytest.raises(Refused):
        note_letter_back(actor=shelf.adviser, letter=letter, fate=MessageFate.UNKNOWN)
    done(client, reverse("prescriptions:letters_posted"), row=[str(letter.pk)], fate="posted")
    assert waiting(shelf.adviser) == 0
    assert HouseholdMessage.objects.with_fate().get(pk=letter.pk).fate == "posted"
    assert post_letters(actor=shelf.adviser, letters=[letter.pk], fate=MessageFate.GIVEN) == 0, "it is noted once"
    with pytest.raises(PermissionDenied):
        post_letters(actor=shelf.technician, letters=[letter.pk], fate=MessageFate.POSTED)
    assert acting(Shelf().adviser).post(reverse("prescriptions:letter_back", args=[letter.pk])).status_code == 404
    with pytest.raises(DatabaseError), transaction.atomic():
        MessageNote.objects.update(fate=MessageFate.DROPPED)


def test_a_letter_noted_posted_by_mistake_is_to_be_posted_again_and_noted_once_more(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device))
    client = acting(shelf.adviser)
    letter = write_appointment_letter(actor=shelf.adviser, appointment=made)
    mistaken = reverse("prescriptions:letter_misnoted", args=[letter.pk])
    with pytest.raises(Refused, match="rien n’est noté"):
        take_back_note(actor=shelf.adviser, letter=letter)
    for turn, fate in enumerate((MessageFate.POSTED, MessageFate.DROPPED, MessageFate.GIVEN)):
        assert post_letters(actor=shelf.adviser, letters=[letter.pk], fate=fate) == 1
        assert (waiting(shelf.adviser), mistaken in read(client, LETTERS)) == (0, True)
        assert f"{fate.label}, le " in read(client, LETTERS)
        assert acting(Shelf().adviser).post(mistaken).status_code == 404
        with pytest.raises(PermissionDenied):
            take_back_note(actor=shelf.technician, letter=letter)
        done(client, mistaken)
        assert (waiting(shelf.adviser), mistaken in read(client, LETTERS)) == (1, False)
        assert HouseholdMessage.objects.with_fate().get(pk=letter.pk).fate == PRINTED
        assert MessageNote.objects.filter(message=letter, turn=turn).count() == 2
        with pytest.raises(Refused, match="personne n’a noté qu’elle est postée"):
            note_letter_back(actor=shelf.adviser, letter=letter, fate=MessageFate.UNKNOWN)

    post_letters(actor=shelf.adviser, letters=[letter.pk], fate=MessageFate.POSTED)
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageNote.of(letter, MessageFate.GIVEN, by=shelf.adviser, at=timezone.now(), turn=3).save()
    note_letter_back(actor=shelf.adviser, letter=letter, fate=MessageFate.UNKNOWN)
    with pytest.raises(Refused, match="elle est revenue"):
        take_back_note(actor=shelf.adviser, letter=letter)


def test_a_letter_may_be_said_to_come_back_for_three_months_from_the_day_it_was_noted_posted(shelf: Shelf) -> None:
    device = by_letter(shelf)
    letter = write_appointment_letter(
        actor=shelf.adviser, appointment=booked(shelf, device, once_it_arrives(shelf, device))
    )
    client, back = acting(shelf.adviser), reverse("prescriptions:letter_back", args=[letter.pk])
    for days, listed in ((89, True), (91, False)):
        noted = timezone.now() - timedelta(days=days)
        post_letters(actor=shelf.adviser, letters=[letter.pk], fate=MessageFate.POSTED, at=noted)
        assert (back in read(client, LETTERS)) is listed
        take_back_note(actor=shelf.adviser, letter=letter, at=noted)


def test_a_letter_noted_by_mistake_that_another_replaced_is_not_said_to_be_posted(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device))
    letter = write_appointment_letter(actor=shelf.adviser, appointment=made)
    post_letters(actor=shelf.adviser, letters=[letter.pk], fate=MessageFate.POSTED)
    prescription = made.need.prescription
    edit_household(actor=prescription.worker, household=prescription.household, last_name="Autrement")
    second = write_appointment_letter(actor=shelf.adviser, appointment=again(made))
    assert second.pk != letter.pk
    client = acting(shelf.adviser)
    done(client, reverse("prescriptions:letter_misnoted", args=[letter.pk]))
    assert "Elle n’est pas à poster pour autant" in read(client, LETTERS)
    assert waiting(shelf.adviser) == 1


def test_what_a_letter_that_comes_back_told_is_not_known_and_no_other_goes_there(shelf: Shelf) -> None:
    made, letter = told_by_letter(shelf)
    prescription = made.need.prescription
    household = prescription.household
    assert is_known(made)
    Mail.objects.all().delete()
    done(acting(shelf.adviser), reverse("prescriptions:letter_back", args=[letter.pk]), fate="unclaimed")
    assert not is_known(made)
    assert made.pk in Appointment.objects.to_tell(timezone.now()).values_list("pk", flat=True)
    assert "à prévenir" in read(acting(shelf.adviser), page_of(made))
    household = again(household)
    assert household.address_doubted_at is not None
    assert channel_of(household) == ContactChannel.WORKER, "nothing else reaches it"
    assert type(household).objects.filter(told_by(ContactChannel.WORKER), pk=household.pk).exists()
    mail = Mail.objects.get()
    assert mail.to == [prescription.worker.user.email]
    assert "pli non réclamé" in mail.body
    assert household.name not in mail.body
    with pytest.raises(Refused, match="revenue de l’adresse"):
        write_appointment_letter(actor=shelf.adviser, appointment=again(made))

    page = reverse("prescriptions:household_edit", args=[household.reference])
    client = acting(prescription.worker)
    assert "vérifiée avec le foyer" in read(client, page)
    edit_household(actor=prescription.worker, household=household, adults=3)
    assert again(household).address_doubted_at is not None, "another correction says nothing of it"
    edit_household(actor=prescription.worker, household=again(household), address_checked=True)
    assert channel_of(again(household)) == ContactChannel.LETTER
    assert "vérifiée avec le foyer" not in read(client, page)
    assert write_appointment_letter(actor=shelf.adviser, appointment=again(made)).pk != letter.pk
    gate.apply(again(made), "tell", actor=shelf.adviser)
    assert is_known(made)


def test_an_address_that_is_corrected_lifts_the_doubt_and_what_went_to_the_wrong_one_is_not_known(shelf: Shelf) -> None:
    made, letter = told_by_letter(shelf)
    worker, household = made.need.prescription.worker, made.need.prescription.household
    edit_household(actor=worker, household=household, adults=3)
    assert is_known(made)
    edit_household(actor=worker, household=again(household), address="5 rue des Écoles")
    assert not is_known(made), "it went to the wrong address"
    note_letter_back(actor=shelf.adviser, letter=letter, fate=MessageFate.UNKNOWN)
    assert again(household).address_doubted_at is None, "it came back from an address that is not theirs any more"
    second = write_appointment_letter(actor=shelf.adviser, appointment=again(made))
    assert second.pk != letter.pk
    gate.apply(again(made), "tell", actor=shelf.adviser)
    post_letters(actor=shelf.adviser, letters=[second.pk], fate=MessageFate.POSTED)
    note_letter_back(actor=shelf.adviser, letter=second, fate=MessageFate.UNKNOWN)
    assert again(household).address_doubted_at is not None
    edit_household(actor=worker, household=again(household), address="7 rue des Écoles")
    assert again(household).address_doubted_at is None


@pytest.mark.parametrize(
    ("told", "corrected"),
    [
        ({"contact_channel": ContactChannel.SMS, "phone": "0612345678"}, {"phone": "0612345679"}),
        ({"contact_channel": ContactChannel.EMAIL, "email": "un@exemple.fr"}, {"email": "deux@exemple.fr"}),
    ],
)
def test_an_hour_told_by_a_number_or_an_address_that_is_corrected_since_is_not_known(
    shelf: Shelf, settings: LazySettings, told: dict[str, str], corrected: dict[str, str]
) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    device = by_letter(shelf, **told)
    made = booked(shelf, device, once_it_arrives(shelf, device))
    carried = HouseholdMessage.objects.select_related("mail", "sms").latest("pk")
    left = carried.mail or carried.sms
    assert left is not None
    type(left)._default_manager.filter(pk=left.pk).update(delivery=SendState.SENT, sent_at=timezone.now())
    household, worker = made.need.prescription.household, made.need.prescription.worker
    edit_household(actor=worker, household=household, adults=4)
    assert is_known(made)
    edit_household(actor=worker, household=again(household), **corrected)
    assert not is_known(made)
    assert HouseholdMessage.objects.with_fate().get(pk=carried.pk).fate == MessageFate.ASTRAY
    gate.apply(again(made), "tell", actor=shelf.adviser)
    assert is_known(made), "somebody called"


def test_the_news_of_a_request_whose_letter_comes_back_is_to_be_told_again() -> None:
    circle = Circle()
    letters = {"contact_channel": ContactChannel.LETTER, "address": "3 rue des Écoles", "postcode": "59000"}
    prescription = circle.accepted(household=circle.household(**letters))
    letter = write_letter(actor=circle.worker, prescription=prescription)
    post_letters(actor=circle.worker, letters=[letter.pk], fate=MessageFate.POSTED)
    tell_household(actor=circle.worker, prescription=prescription)
    contact = PromisedContact.objects.get(prescription=prescription)
    assert contact.outcome == ContactOutcome.TOLD
    note_letter_back(actor=circle.worker, letter=letter, fate=MessageFate.UNKNOWN)
    contact = again(contact)
    assert (contact.outcome, contact.settled_at) == ("", None)
    assert contact.due_on > timezone.localdate()
    assert letter.pk in HouseholdMessage.objects.values_list("pk", flat=True), "what was written stays"
    with pytest.raises(Refused, match="revenue de l’adresse"):
        write_letter(actor=circle.worker, prescription=prescription)
