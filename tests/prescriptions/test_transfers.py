"""A file offered to another prescriber: nothing moves before it says yes, and it reads no name before."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_working_days
from desk.todo.prescribers import todo_of
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.models import Comment
from lifecycle.registry import Move, Moved
from network.enums import OrganisationKind
from network.models import Membership
from network.services.memberships import close_membership
from prescriptions.enums import PrescriptionState, TransferRefusal
from prescriptions.machine.transfer_rules import NONE_ASKED, PRESCRIPTION_LIVE
from prescriptions.models import Household, HouseholdAccess, Prescription, PromisedContact, SocialStory, Transfer
from prescriptions.promises import promise_transferred
from prescriptions.services.contacts import tell_household, write_letter
from prescriptions.services.forgetting import forget_households
from prescriptions.services.households import edit_household
from prescriptions.services.needs import meet_need, start_need, unmeet_need, wait_again_need
from prescriptions.services.prescriptions import ask_completion_prescription, withdraw_prescription
from prescriptions.services.transfers import accept_transfer, ask_transfer, cancel_transfer, decline_transfer
from tests.network.factories import make_organisation
from tests.pages import acting, done, read
from tests.prescriptions.files import SKILLS, Circle, again, transferred
from tests.prescriptions.pages import page_of
from tests.prescriptions.rights import Desk
from tests.prescriptions.test_restriction import restricted
from typography.french import written_day

pytestmark = pytest.mark.django_db
SECRET = {"last_name": "Indicible", "email": "indicible@exemple.test", "phone": "0699887766"}


@pytest.fixture
def circle() -> Circle:
    return Circle()


@pytest.fixture
def receiver() -> Circle:
    beside = Circle()
    assert beside.worker
    return beside


def codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return [reason.code for reason in refused.value.all]


def offered(circle: Circle, receiver: Circle) -> Transfer:
    prescription = circle.accepted(household=circle.household(**SECRET), story="Ce qui ne regarde que nous")
    return ask_transfer(actor=circle.worker, prescription=prescription, prescriber=receiver.prescriber)


def waits(actor: Membership) -> list[Transfer]:
    block = next(one for one in todo_of(actor, timezone.now()).blocks if one.key == "dossiers-proposes")
    return list(block.rows)  # type: ignore[arg-type]


def test_nothing_moves_before_the_other_prescriber_says_yes(circle: Circle, receiver: Circle) -> None:
    transfer = offered(circle, receiver)
    prescription = transfer.prescription

    assert again(prescription).prescriber == circle.prescriber
    assert not Prescription.objects.visible_to(receiver.worker).exists()
    assert not Household.objects.visible_to(receiver.worker).exists()
    (offer,) = Mail.objects.filter(subject__contains="Un dossier vous est proposé")
    assert offer.to == [receiver.worker.user.email]
    assert transfer.asked_at is not None
    asked = timezone.localdate(transfer.asked_at)
    assert f"Le {written_day(asked)}, " in offer.body
    assert f"attendue au plus tard le {written_day(asked + timedelta(days=7))}" in offer.body
    assert waits(receiver.worker) == [transfer]
    assert waits(circle.worker) == []

    accept_transfer(actor=receiver.worker, transfer=transfer)

    moved = again(prescription)
    assert (moved.state, moved.prescriber, moved.worker) == (PrescriptionState.ACCEPTED, receiver.prescriber, None)
    assert again(moved.household).prescriber == receiver.prescriber
    assert moved.household.journal.get(verb="entrust").cause_machine == "prescription"
    assert moved.journal.latest("seq").cause_machine == "transfer"
    assert not Prescription.objects.visible_to(circle.worker).filter(pk=moved.pk).exists()
    assert not SocialStory.objects.visible_to(receiver.worker).exists()
    assert SocialStory.objects.visible_to(circle.worker).exists()
    assert waits(receiver.worker) == []


def test_the_household_is_told_of_its_new_worker_by_its_way_and_its_old_sheet_says_that_it_was_replaced(
    circle: Circle, receiver: Circle
) -> None:
    person = SECRET | {"contact_channel": "email", "birth_date": "1980-01-02"}
    prescription = circle.accepted(household=circle.household(**person))
    sheet = prescription.papers.latest("pk").document
    transfer = ask_transfer(actor=circle.worker, prescription=prescription, prescriber=receiver.prescriber)
    assert not Mail.objects.filter(to=[SECRET["email"]], subject__contains="travailleur social").exists()
    accept_transfer(actor=receiver.worker, transfer=transfer)

    mail = Mail.objects.filter(to=[SECRET["email"]]).latest("pk")
    assert mail.subject == "Votre travailleur social change"
    assert f"Votre nouveau travailleur social\u00a0: {receiver.prescriber.name}" in mail.body
    assert circle.prescriber.name not in mail.body
    assert "/ma-demande/" in mail.body
    told = PromisedContact.objects.latest("pk")
    assert (told.about, told.outcome) == ("transfer", "sent")
    found = Client().get(reverse("documents:authenticity", args=[sheet.public_code])).content.decode()
    assert "elle n’est plus à jour\u00a0: une autre, du" in found


def test_without_a_message_its_new_worker_tells_it_by_a_day_with_what_waited_to_be_told(
    circle: Circle, receiver: Circle
) -> None:
    told = circle.accepted(household=circle.household(contact_channel="phone"))
    tell_household(actor=circle.worker, prescription=told)
    waiting = circle.accepted(household=circle.household(contact_channel="phone"))
    for prescription in (told, waiting):
        transfer = ask_transfer(actor=circle.worker, prescription=prescription, prescriber=receiver.prescriber)
        accept_transfer(actor=receiver.worker, transfer=transfer)
    first, second = PromisedContact.objects.to_keep().order_by("prescription_id")
    assert (first.about, first.due_on) == ("transfer", add_working_days(timezone.localdate(), 3))
    assert (second.about, second.tells_transfer) == ("accepted", True)
    page = read(acting(receiver.worker), "/")
    assert "Un autre travailleur social suit sa demande\u00a0: Appel téléphonique" in page
    assert "Sa demande est acceptée. Un autre travailleur social suit sa demande\u00a0: Appel" in page
    Household.objects.filter(pk=waiting.household_id).update(address="1 rue du Test", postcode="59000")
    letter = write_letter(actor=receiver.worker, prescription=again(waiting)).letter
    assert letter is not None
    assert "nouveau travailleur social" in " ".join(letter.values["paragraphs"])
    assert "Un autre travailleur social suit sa demande" not in read(acting(circle.worker), "/")


def test_who_asked_to_be_left_alone_is_told_nothing_of_its_new_worker(circle: Circle) -> None:
    """No verb transfers such a file today: whatever would, nobody is told."""
    prescription = circle.accepted(household=circle.household(contact_channel="phone"))
    tell_household(actor=circle.worker, prescription=prescription)
    moved = [Moved(prescription.pk, "accepted", "accepted", 0)]
    move = Move("prescription", "transfer", circle.worker, timezone.now(), None, {}, moved)
    restricted(Desk(circle), prescription.household)
    promise_transferred(move)
    assert not PromisedContact.objects.filter(about="transfer").exists()


def test_the_base_knows_what_a_household_is_to_be_told_of(circle: Circle) -> None:
    circle.accepted()
    with pytest.raises(DatabaseError), transaction.atomic():
        PromisedContact.objects.update(about="weather")


def test_whoever_is_offered_a_file_reads_what_is_asked_and_no_name(circle: Circle, receiver: Circle) -> None:
    transfer = offered(circle, receiver)
    logged = HouseholdAccess.objects.count()
    client = acting(receiver.worker)
    pages = [page_of(transfer, f"transfer_{name}") for name in ("detail", "accept", "decline")]
    told = "".join(read(client, page) for page in [*pages, "/"])

    assert not any(secret in told for secret in (*SECRET.values(), "06 99 88 77 66", "ne regarde que nous"))
    for words in ("Ordinateur", str(circle.commune), circle.prescriber.name, "acceptez ce dossier"):
        assert words in told
    assert client.get(page_of(transfer.prescription, "prescription_detail")).status_code == 404
    assert client.get(page_of(transfer.prescription.household, "household_detail")).status_code == 404
    assert HouseholdAccess.objects.count() == logged


def test_a_refusal_says_why_and_whoever_follows_it_is_told(circle: Circle, receiver: Circle) -> None:
    transfer = offered(circle, receiver)
    assert codes(lambda: decline_transfer(actor=receiver.worker, transfer=transfer, reason="")) == ["reason"]
    url = page_of(transfer, "transfer_decline")

    done(acting(receiver.worker), url, reason=TransferRefusal.NOBODY.value, comment="Fin décembre.")

    mail = Mail.objects.filter(subject__contains="ne la reprend pas").get()
    assert mail.to == [circle.worker.user.email]
    assert "personne ici ne peut le suivre" in mail.body
    assert again(transfer.prescription).prescriber == circle.prescriber
    with pytest.raises(Unknown):
        accept_transfer(actor=receiver.worker, transfer=transfer)
    assert (
        ask_transfer(actor=circle.worker, prescription=transfer.prescription, prescriber=receiver.prescriber).state
        == "asked"
    )


def test_it_is_offered_once_at_a_time_and_taken_back_from_its_page(circle: Circle, receiver: Circle) -> None:
    transfer = offered(circle, receiver)
    prescription, third = transfer.prescription, make_organisation(OrganisationKind.PRESCRIBER)
    ask = lambda: ask_transfer(actor=circle.worker, prescription=prescription, prescriber=third)  # noqa: E731
    assert codes(ask) == ["none_asked"]
    client = acting(circle.worker)
    page = read(client, page_of(prescription, "prescription_detail"))
    assert f"Proposée à {receiver.prescriber}" in page
    assert page_of(transfer, "transfer_detail") in page

    done(client, page_of(transfer, "transfer_cancel"))

    assert again(transfer).state == "cancelled"
    assert Mail.objects.filter(subject__contains="ne vous est plus proposé").get().to == [receiver.worker.user.email]
    with pytest.raises(Unknown):
        accept_transfer(actor=receiver.worker, transfer=transfer)
    assert ask().receiver == third


def test_to_whom_and_of_what(circle: Circle, receiver: Circle) -> None:
    prescription = circle.accepted()
    relay = make_organisation(OrganisationKind.RELAY)
    asleep = make_organisation(OrganisationKind.PRESCRIBER, is_active=False)
    for wrong, code in ((circle.prescriber, "another_prescriber"), (relay, "prescriber"), (asleep, "prescriber")):
        refused = codes(lambda to=wrong: ask_transfer(actor=circle.worker, prescription=prescription, prescriber=to))
        assert refused == [code], wrong
    draft = circle.draft(household=circle.household())
    assert codes(lambda: ask_transfer(actor=circle.worker, prescription=draft, prescriber=receiver.prescriber)) == [
        "prescription_live"
    ]
    for actor in (circle.adviser, circle.pilot):
        with pytest.raises(PermissionDenied):
            ask_transfer(actor=actor, prescription=prescription, prescriber=receiver.prescriber)
    with pytest.raises(Unknown):
        ask_transfer(actor=receiver.worker, prescription=prescription, prescriber=receiver.prescriber)


def test_nobody_else_answers_nor_takes_the_file_by_itself(circle: Circle, receiver: Circle) -> None:
    transfer, stranger = offered(circle, receiver), Circle()
    with pytest.raises(Unknown):
        accept_transfer(actor=stranger.worker, transfer=transfer)
    assert acting(stranger.worker).get(page_of(transfer, "transfer_detail")).status_code == 404
    assert acting(circle.adviser).get(page_of(transfer, "transfer_detail")).status_code == 404
    for actor in (circle.worker, circle.pilot):
        with pytest.raises(PermissionDenied):
            accept_transfer(actor=actor, transfer=transfer)
    with pytest.raises(PermissionDenied):
        cancel_transfer(actor=receiver.worker, transfer=transfer)
    with pytest.raises(PermissionDenied):
        gate.apply(transfer.prescription, "transfer", actor=circle.worker, prescriber=receiver.prescriber)
    with pytest.raises(DatabaseError), transaction.atomic():
        Transfer._base_manager.filter(pk=transfer.pk).update(state="accepted", settled_at=timezone.now())


def test_what_ends_before_the_answer_is_offered_to_nobody_any_more(circle: Circle, receiver: Circle) -> None:
    transfer = offered(circle, receiver)
    withdraw_prescription(actor=circle.worker, prescription=transfer.prescription, reason="mistake")
    assert again(transfer).state == "cancelled"
    assert waits(receiver.worker) == []
    with pytest.raises(Unknown):
        accept_transfer(actor=receiver.worker, transfer=transfer)


def test_the_page_says_what_will_happen_and_keeps_what_is_typed(circle: Circle, receiver: Circle) -> None:
    prescription = circle.submitted()
    url = reverse("prescriptions:prescription_transfer", args=[prescription.reference])
    client = acting(circle.worker)
    page = read(client, page_of(prescription, "prescription_detail"))
    assert url in page
    assert "Rien ne change avant sa réponse" in read(client, url)
    missing = client.post(url, {"comment": "Le foyer déménage."}).content.decode()
    assert 'href="#id_prescriber"' in missing
    assert "Le foyer déménage." in missing

    done(client, url, prescriber=receiver.prescriber.pk, comment="Le foyer déménage.")

    transfer = Transfer.objects.get()
    after = done(acting(receiver.worker), page_of(transfer, "transfer_accept"))
    assert after == page_of(prescription, "prescription_detail")
    assert again(prescription).prescriber == receiver.prescriber


def test_a_file_that_cannot_be_offered_says_so_instead_of_asking_to_whom(circle: Circle, receiver: Circle) -> None:
    live, ended = circle.submitted(), circle.submitted()
    withdraw_prescription(actor=circle.worker, prescription=ended, reason="no_longer_needed")
    client = acting(circle.worker)
    for prescription, sentence in ((ended, PRESCRIPTION_LIVE.sentence), (live, "")):
        page = read(client, page_of(prescription, "prescription_transfer"))
        assert ("id_prescriber" in page) == (not sentence)
        assert sentence in page
    done(client, page_of(live, "prescription_transfer"), prescriber=receiver.prescriber.pk)
    page = read(client, page_of(live, "prescription_transfer"))
    assert NONE_ASKED.sentence in page
    assert "id_prescriber" not in page


def test_a_prescriber_where_nobody_can_answer_is_told_before_and_after_and_may_be_asked(
    circle: Circle, receiver: Circle
) -> None:
    prescription, beside = circle.submitted(), Circle()
    url = reverse("prescriptions:prescription_transfer", args=[prescription.reference])
    client = acting(circle.worker)
    assert beside.worker.pk
    with CaptureQueriesContext(connection) as before:
        assert "personne ne peut y répondre" not in read(client, url)
    close_membership(membership=receiver.worker)

    with CaptureQueriesContext(connection) as after:
        page = read(client, url)
    assert len(after) == len(before)
    assert f"{receiver.prescriber} (personne ne peut y répondre)</option>" in page
    assert f"{beside.prescriber}</option>" in page
    told = read(client, done(client, url, prescriber=receiver.prescriber.pk))

    assert Transfer.objects.get().receiver == receiver.prescriber
    assert f"Personne ne peut répondre chez {receiver.prescriber} pour l’instant" in told
    assert "Prévenez le pilote" in told


def test_the_pilot_who_offers_a_file_to_nobody_reads_what_he_may_do(circle: Circle, receiver: Circle) -> None:
    prescription = circle.submitted()
    for one in (circle.worker, receiver.worker):
        close_membership(membership=one)
    url = reverse("prescriptions:prescription_transfer", args=[prescription.reference])
    client = acting(circle.pilot)

    told = read(client, done(client, url, prescriber=receiver.prescriber.pk))

    assert f"Personne ne peut répondre chez {receiver.prescriber} pour l’instant" in told
    assert "Invitez-y un travailleur social" in told
    assert "Prévenez le pilote" not in told


def test_whoever_did_not_take_a_file_reads_nothing_of_it_any_more(circle: Circle, receiver: Circle) -> None:
    declined = offered(circle, receiver)
    decline_transfer(actor=receiver.worker, transfer=declined, reason=TransferRefusal.NOBODY)
    assert acting(receiver.worker).get(page_of(declined, "transfer_detail")).status_code == 404
    taken = ask_transfer(actor=circle.worker, prescription=declined.prescription, prescriber=receiver.prescriber)
    accept_transfer(actor=receiver.worker, transfer=taken)

    page = read(acting(circle.worker), page_of(taken, "transfer_detail"))

    assert "Ordinateur" not in page
    assert "Ordinateur" in read(acting(receiver.worker), page_of(taken, "transfer_detail"))


def test_all_that_is_alive_of_a_household_goes_together_and_is_offered_once(circle: Circle, receiver: Circle) -> None:
    household = circle.household(**SECRET)
    first, second = circle.accepted(household=household), circle.accepted(SKILLS, household)
    transfer = ask_transfer(actor=circle.worker, prescription=first, prescriber=receiver.prescriber)
    third = make_organisation(OrganisationKind.PRESCRIBER)
    refused = codes(lambda: ask_transfer(actor=circle.worker, prescription=second, prescriber=third))
    assert refused == ["none_asked"]

    accept_transfer(actor=receiver.worker, transfer=transfer)

    assert {again(row).prescriber for row in (first, second, household)} == {receiver.prescriber}
    page = page_of(household, "household_detail")
    assert acting(circle.worker).get(page).status_code == 404


def test_whoever_is_offered_a_file_reads_all_that_would_come_with_it(circle: Circle, receiver: Circle) -> None:
    household = circle.household(**SECRET)
    first, second = circle.accepted(household=household), circle.accepted(SKILLS, household)
    ended = circle.accepted([("tablet", "studies")], household)
    withdraw_prescription(actor=circle.worker, prescription=ended, reason="other", comment="elle n’en veut plus")
    beside = circle.accepted([("smartphone", "studies")])
    transfer = ask_transfer(actor=circle.worker, prescription=first, prescriber=receiver.prescriber)

    told = read(acting(receiver.worker), page_of(transfer, "transfer_detail"))

    assert f"(prescription {second.reference})" in told
    assert not any(one.reference in told for one in (ended, beside))
    decline_transfer(actor=receiver.worker, transfer=transfer, reason=TransferRefusal.values[0])
    assert second.reference not in read(acting(circle.worker), page_of(transfer, "transfer_detail"))


def test_what_was_written_on_an_offer_is_forgotten_with_the_household(circle: Circle, receiver: Circle) -> None:
    prescription = circle.accepted(household=circle.household(**SECRET))
    transfer = ask_transfer(
        actor=circle.worker, prescription=prescription, prescriber=receiver.prescriber, comment="chez indicible"
    )
    with pytest.raises(Refused, match="écrivez en commentaire pourquoi"):
        decline_transfer(actor=receiver.worker, transfer=transfer, reason=TransferRefusal.OTHER)
    decline_transfer(actor=receiver.worker, transfer=transfer, reason=TransferRefusal.OTHER, comment="chez indicible")
    forget_households([prescription.household_id], timezone.now())
    assert not Comment.objects.filter(text__icontains="indicible").exists()


# --- the new worker is told of, whatever else happens


def to_tell() -> list[tuple[str, bool]]:
    return [(one.about, one.tells_transfer) for one in PromisedContact.objects.to_keep()]


def test_the_letter_of_the_former_worker_is_not_that_of_the_new_one(circle: Circle, receiver: Circle) -> None:
    person = {"contact_channel": "letter", "address": "1 rue du Test", "postcode": "59000"}
    prescription = circle.accepted(household=circle.household(**person))
    first = write_letter(actor=circle.worker, prescription=prescription)
    second = write_letter(actor=receiver.worker, prescription=transferred(circle, prescription, receiver.prescriber))
    assert first.pk != second.pk
    assert second.letter is not None
    assert second.code == "travailleur-social"
    assert second.letter.values["prescriber"] == receiver.prescriber.name
    assert receiver.prescriber.name in " ".join(second.letter.values["paragraphs"])
    assert write_letter(actor=receiver.worker, prescription=again(prescription)).pk == second.pk


def test_a_letter_is_made_anew_once_the_name_or_the_address_is_corrected(circle: Circle) -> None:
    person = {"contact_channel": "letter", "address": "1 rue du Test", "postcode": "59000"}
    prescription = circle.accepted(household=circle.household(**person))
    letters = [write_letter(actor=circle.worker, prescription=prescription)]
    for said in ({"address": "2 rue du Test"}, {"last_name": "Corrigé"}):
        edit_household(actor=circle.worker, household=again(prescription.household), **said)
        letters.append(write_letter(actor=circle.worker, prescription=again(prescription)))
    assert len({letter.pk for letter in letters}) == 3
    assert letters[-1].letter is not None
    assert letters[-1].letter.values["address"] == "2 rue du Test"
    assert "Corrigé" in letters[-1].letter.values["name"]
    assert write_letter(actor=circle.worker, prescription=again(prescription)).pk == letters[-1].pk


def test_what_comes_next_tells_of_the_new_worker_too_by_the_day_that_was_promised(
    circle: Circle, receiver: Circle
) -> None:
    filed = circle.submitted(household=circle.household(contact_channel="phone"))
    transferred(circle, filed, receiver.prescriber)
    assert to_tell() == [("transfer", False)]
    sooner = timezone.localdate() + timedelta(days=1)
    PromisedContact.objects.to_keep().update(due_on=sooner)
    circle.accept(again(filed))
    assert to_tell() == [("accepted", True)]
    assert PromisedContact.objects.to_keep().get().due_on == sooner


def test_what_is_overtaken_leaves_the_new_worker_to_be_told_of_once(circle: Circle, receiver: Circle) -> None:
    filed = circle.submitted(household=circle.household(contact_channel="phone"))
    ask_completion_prescription(actor=circle.adviser, prescription=filed, missing=["income_seen"])
    transferred(circle, filed, receiver.prescriber)
    assert to_tell() == [("missing", True)]
    gate.apply(again(filed), "unask_completion", actor=circle.adviser)
    assert to_tell() == [("transfer", False)]
    tell_household(actor=receiver.worker, prescription=again(filed))
    circle.accept(again(filed))
    assert to_tell() == [("accepted", False)]


def test_a_need_that_was_not_met_after_all_takes_back_what_is_to_be_told_with_the_new_worker(
    circle: Circle, receiver: Circle
) -> None:
    asked = [("computer", "work"), ("digital_skills", "work")]
    prescription = circle.accepted(asked, circle.household(contact_channel="phone"))
    transferred(circle, prescription, receiver.prescriber)
    need = prescription.needs.get(kind="digital_skills")
    start_need(actor=receiver.worker, need=need, mediation=circle.mediation)
    assert to_tell() == [("referred", True)]
    wait_again_need(actor=receiver.worker, need=again(need))
    assert to_tell() == [("accepted", True)]
    start_need(actor=receiver.worker, need=again(need), mediation=circle.mediation)
    meet_need(actor=receiver.worker, need=again(need))
    assert to_tell() == [("transfer", False)]
    tell_household(actor=receiver.worker, prescription=again(prescription))
    unmeet_need(actor=receiver.worker, need=again(need))
    assert not any(also for _, also in to_tell()), "it was told of already"


def test_a_request_that_ends_leaves_the_new_worker_to_be_told_of_by_another_of_the_household(
    circle: Circle, receiver: Circle
) -> None:
    household = circle.household(contact_channel="phone")
    first = circle.submitted(household=household)
    second = circle.submitted([("digital_skills", "work")], again(household))
    transferred(circle, first, receiver.prescriber)
    (told,) = PromisedContact.objects.to_keep()
    other = second if told.prescription_id == first.pk else first
    withdraw_prescription(actor=receiver.worker, prescription=again(told.prescription), reason="no_longer_needed")
    assert [one.prescription_id for one in PromisedContact.objects.to_keep()] == [other.pk]
    withdraw_prescription(actor=receiver.worker, prescription=again(other), reason="no_longer_needed")
    assert to_tell() == []
