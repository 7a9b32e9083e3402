"""What is noted of a letter is judged once it is held, and follows its turn; a mistake taken back is told again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from desk.todo.letters import letters_to_post
from distribution.letters import write_appointment_letter
from distribution.models import Appointment
from lifecycle import gate
from lifecycle.exceptions import Refused
from prescriptions.enums import ContactChannel, ContactOutcome
from prescriptions.enums.letters import MessageFate
from prescriptions.models import HouseholdMessage, MessageNote, PromisedContact
from prescriptions.services.contacts import tell_household, write_letter
from prescriptions.services.letters import note_letter_back, post_letters, take_back_note
from tests.distribution.hours import booked
from tests.distribution.shelves import Shelf
from tests.distribution.test_hours_by_letter import by_letter, once_it_arrives
from tests.distribution.test_letters_that_come_back import is_known, told_by_letter
from tests.pages import acting, read
from tests.prescriptions.files import Circle, again
from tests.races import at_once

LETTERS = {"contact_channel": ContactChannel.LETTER, "address": "3 rue des Écoles", "postcode": "59000"}


def printed(circle: Circle) -> HouseholdMessage:
    prescription = circle.accepted(household=circle.household(**LETTERS))
    return write_letter(actor=circle.worker, prescription=prescription)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_note_a_letter_once() -> None:
    circle = Circle()
    letter = printed(circle)

    def post(fate: MessageFate) -> int:
        return post_letters(actor=circle.worker, letters=[letter.pk], fate=fate)

    assert sorted(at_once(lambda: post(MessageFate.POSTED), lambda: post(MessageFate.POSTED))) == [0, 1]
    ends: list[Any] = at_once(
        lambda: take_back_note(actor=circle.worker, letter=letter),
        lambda: take_back_note(actor=circle.worker, letter=letter),
    )
    assert [isinstance(end, Refused) for end in ends].count(True) == 1
    assert post(MessageFate.POSTED) == 1
    ends = at_once(
        lambda: take_back_note(actor=circle.worker, letter=letter),
        lambda: note_letter_back(actor=circle.worker, letter=letter, fate=MessageFate.UNKNOWN),
    )
    assert [isinstance(end, Refused) for end in ends].count(True) == 1


@pytest.mark.django_db
def test_an_hour_known_by_a_letter_that_did_not_leave_is_to_be_told_again(shelf: Shelf) -> None:
    made, letter = told_by_letter(shelf)
    assert is_known(made)
    take_back_note(actor=shelf.adviser, letter=letter)
    assert not is_known(made)
    assert made.pk in Appointment.objects.to_tell(timezone.now()).values_list("pk", flat=True)
    post_letters(actor=shelf.adviser, letters=[letter.pk], fate=MessageFate.POSTED)
    gate.apply(again(made), "tell", actor=shelf.adviser)
    assert is_known(made)


@pytest.mark.django_db
def test_a_letter_noted_not_needed_by_mistake_takes_nothing_that_is_known(shelf: Shelf) -> None:
    device = by_letter(shelf)
    made = booked(shelf, device, once_it_arrives(shelf, device))
    letter = write_appointment_letter(actor=shelf.adviser, appointment=made)
    post_letters(actor=shelf.adviser, letters=[letter.pk], fate=MessageFate.DROPPED)
    gate.apply(again(made), "tell", actor=shelf.adviser)
    take_back_note(actor=shelf.adviser, letter=letter)
    assert is_known(made), "somebody called"


@pytest.mark.django_db
@pytest.mark.parametrize("fate", [MessageFate.POSTED, MessageFate.GIVEN])
def test_the_news_of_a_request_told_by_a_letter_that_did_not_leave_is_to_be_told_again(fate: MessageFate) -> None:
    circle = Circle()
    prescription = circle.accepted(household=circle.household(**LETTERS))
    letter = write_letter(actor=circle.worker, prescription=prescription)
    post_letters(actor=circle.worker, letters=[letter.pk], fate=fate)
    tell_household(actor=circle.worker, prescription=prescription)
    take_back_note(actor=circle.worker, letter=letter)
    contact = PromisedContact.objects.get(prescription=prescription)
    assert (contact.outcome, contact.settled_at) == ("", None)
    post_letters(actor=circle.worker, letters=[letter.pk], fate=fate)
    tell_household(actor=circle.worker, prescription=prescription)
    assert again(contact).outcome == ContactOutcome.TOLD


@pytest.mark.django_db
def test_the_database_refuses_a_note_that_does_not_follow_the_turn_of_its_letter() -> None:
    circle = Circle()
    letter = printed(circle)

    def note(fate: MessageFate, turn: int) -> None:
        with transaction.atomic():
            MessageNote.of(letter, fate, by=circle.worker, at=timezone.now(), turn=turn).save()

    for fate, turn in (("posted", 1), ("misnoted", 0), ("unknown", 0)):
        with pytest.raises(IntegrityError, match="ne vient pas après"):
            note(MessageFate(fate), turn)
    note(MessageFate.POSTED, 0)
    note(MessageFate.MISNOTED, 0)
    for fate, turn in (("given", 0), ("unknown", 0), ("unclaimed", 1), ("misnoted", 1), ("posted", 2)):
        with pytest.raises(IntegrityError, match="ne vient pas après"):
            note(MessageFate(fate), turn)
    note(MessageFate.GIVEN, 1)
    with pytest.raises(IntegrityError, match="ne vient pas après"):
        note(MessageFate.UNCLAIMED, 1)


@pytest.mark.django_db
def test_a_letter_is_late_once_a_whole_working_day_has_passed() -> None:
    circle = Circle()
    letter = printed(circle)
    friday = datetime(2027, 1, 8, 16, tzinfo=timezone.get_default_timezone())
    for days, late in ((0, 0), (2, 0), (3, 0), (4, 1)):
        at = friday + timedelta(days=days)
        block = letters_to_post(circle.worker, at)
        past = HouseholdMessage.objects.filter(pk=letter.pk)
        shift = friday - letter.written_at
        assert block.late is not None
        bound = dict(block.late.children)["written_at__lt"]
        assert past.filter(written_at__lt=bound - shift).count() == late, days


@pytest.mark.django_db
def test_a_letter_is_found_by_the_reference_of_its_file_and_a_list_that_is_cut_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    circle = Circle()
    first, second = printed(circle), printed(circle)
    assert first.letter is not None
    client, page = acting(circle.worker), reverse("prescriptions:letter_list")
    papers = [reverse("prescriptions:message_letter", args=[one.pk]) for one in (first, second)]
    found = read(client, f"{page}?dossier={first.letter.values['reference'].lower()}")
    assert [paper in found for paper in papers] == [True, False]
    assert "plus anciennes sont ici" not in read(client, page)
    assert papers[0] not in read(client, f"{page}?dossier=X")
    monkeypatch.setattr("prescriptions.views.letters.MOST_LISTED", 1)
    cut = read(client, page)
    assert "plus anciennes sont ici" in cut
    assert [paper in cut for paper in papers] == [True, False]
