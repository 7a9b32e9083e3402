"""What is promised leaves by the way the household prefers, once; what does not leave is somebody's task again."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from page import is_pdf_compliant_bytes

from documents.enums import MOVED, WITHHELD, SendState
from documents.models import Document, Mail, Sms
from documents.services import open_file, render_document, resend_mail
from documents.services.sms import deliver_sms
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind, Role
from prescriptions.enums import ContactAbout, ContactChannel, ContactOutcome, HouseholdState, SheetLanguage
from prescriptions.models import Household, HouseholdMessage, Prescription, PromisedContact
from prescriptions.services.contacts import note_no_answer, promise_contacts, say_again, tell_household, write_letter
from prescriptions.services.forgetting import forget_households
from prescriptions.services.households import edit_household
from prescriptions.services.joining import join_household
from prescriptions.services.messages import withhold_messages
from prescriptions.services.prescriptions import withdraw_prescription
from prescriptions.services.stopping import stop_sms_household
from tests.given import load_reference
from tests.network.factories import make_membership
from tests.prescriptions.files import Circle, again
from tests.prescriptions.pages import acting, page_of, read
from tests.prescriptions.rights import Desk

PARIS = ZoneInfo("Europe/Paris")
TEXTED = {"contact_channel": ContactChannel.SMS, "phone": "06 12 34 56 78"}
LATE = datetime(2026, 11, 28, 21, 30, tzinfo=PARIS)
"""A Saturday evening: what is written then leaves on Monday."""


@pytest.fixture
def circle(settings: LazySettings) -> Circle:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    return Circle()


def accepted(circle: Circle, **person: object) -> Prescription:
    return circle.accepted(household=circle.household(**TEXTED | person))


def contact_of(prescription: Prescription) -> PromisedContact:
    return PromisedContact.objects.filter(prescription=prescription).latest("pk")


def words_of(letter: Document) -> str:
    """What is read on a letter, of which the PDF is proven accessible."""
    rendered = render_document(letter).rendered
    assert rendered is not None
    content = open_file(rendered).read()
    assert is_pdf_compliant_bytes(content, profile="ua1")
    with pypdfium2.PdfDocument(BytesIO(content)) as document:
        sheet = document[0]
        text = sheet.get_textpage()
        found = " ".join(text.get_text_range().split())
        text.close()
        sheet.close()
    return found


@pytest.mark.django_db
def test_a_household_that_prefers_it_is_told_by_sms_once_and_nobody_has_it_to_do(circle: Circle) -> None:
    prescription = accepted(circle)
    contact = contact_of(prescription)
    sms = Sms.objects.get()
    assert (contact.sms, contact.outcome, contact.channel) == (sms, ContactOutcome.SENT, "sms")
    assert prescription.reference in sms.text
    for secret in (prescription.household.last_name, prescription.household.first_name, "accept"):
        assert secret not in sms.text
    row = HouseholdMessage.objects.get()
    assert (row.household, row.code, row.channel, row.sms) == (prescription.household, "demande", "sms", sms)
    assert not PromisedContact.objects.to_keep().exists()
    with pytest.raises(Refused):
        tell_household(actor=circle.worker, prescription=prescription)


@pytest.mark.parametrize(
    ("person", "provider"),
    [
        ({}, ""),
        ({"phone": "03 20 00 00 00"}, "documents.sms_door.KeptHere"),
        ({"contact_channel": ContactChannel.EMAIL, "email": ""}, "documents.sms_door.KeptHere"),
        ({"contact_channel": ContactChannel.PHONE, "email": "a@exemple.test"}, "documents.sms_door.KeptHere"),
        ({"contact_channel": ContactChannel.LETTER}, "documents.sms_door.KeptHere"),
    ],
)
@pytest.mark.django_db
def test_whoever_cannot_be_written_to_stays_the_task_of_a_person(
    circle: Circle, settings: LazySettings, person: dict[str, object], provider: str
) -> None:
    settings.SMS_PROVIDER = provider
    prescription = accepted(circle, **person)
    assert contact_of(prescription) in PromisedContact.objects.to_keep()
    assert not HouseholdMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_did_not_leave_is_a_task_again_that_says_why(circle: Circle, settings: LazySettings) -> None:
    prescription = accepted(circle)
    settings.SMS_PROVIDER = ""
    leaves = Sms.objects.get().leaves_at
    deliver_sms(sms=Sms.objects.get().pk, at=leaves)
    assert contact_of(prescription) in PromisedContact.objects.to_keep()
    client = acting(circle.worker)
    why = "le SMS n’est pas parti (plus aucun service d’envoi)"
    assert why in read(client, "/")
    assert why[1:] in read(client, page_of(prescription, "prescription_detail"))
    household = read(client, reverse("prescriptions:household_detail", args=[prescription.household.reference]))
    assert "Non envoyé\u00a0: plus aucun service d’envoi" in household
    tell_household(actor=circle.worker, prescription=prescription)
    assert contact_of(prescription).outcome == ContactOutcome.TOLD


@pytest.mark.django_db
def test_what_comes_next_overtakes_an_sms_that_waits_for_its_hour(circle: Circle) -> None:
    prescription = accepted(circle)
    withdraw_prescription(actor=circle.worker, prescription=prescription, reason="no_longer_needed")
    assert (Sms.objects.get().delivery, Sms.objects.get().text) == (SendState.FAILED, "")
    assert not PromisedContact.objects.to_keep().exists()


@pytest.mark.django_db
def test_a_household_that_objected_or_left_receives_nothing_even_what_was_waiting(settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    desk = Desk()
    prescription = desk.circle.accepted(household=desk.circle.household(**TEXTED))
    asked = desk.asked("objection", household=prescription.household)
    desk.answer(asked)
    assert set(Sms.objects.values_list("delivery", flat=True)) == {SendState.FAILED}
    written = HouseholdMessage.objects.count()

    later = desk.circle.submitted(household=Household.objects.get(pk=prescription.household_id))
    theirs = HouseholdMessage.objects.filter(household=prescription.household_id)
    assert theirs.count() == written
    desk.circle.accept(later)  # it agreed again, by a new request
    assert theirs.count() == written + 1


@pytest.mark.django_db
def test_an_archived_household_is_withheld_what_had_not_left(circle: Circle) -> None:
    prescription = accepted(circle)
    household = prescription.household
    Sms.objects.update(delivery=SendState.QUEUED)
    withhold_messages([household.pk])
    assert Sms.objects.get().error == WITHHELD


@pytest.mark.django_db(transaction=True)
def test_a_letter_is_made_once_in_the_language_that_is_chosen_and_read_by_its_worker_alone(circle: Circle) -> None:
    person = {"contact_channel": ContactChannel.LETTER, "address": "1 rue du Test", "postcode": "59000"}
    prescription = accepted(circle, **person)
    client = acting(circle.worker)
    load_reference("documents")
    url = reverse("prescriptions:prescription_letter", args=[prescription.reference])
    page = read(client, page_of(prescription, "prescription_detail"))
    assert "Faire la lettre" in page
    answers = [client.post(url, {"langue": "ar"}) for _ in range(2)]
    row = HouseholdMessage.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {f"/messages/{row.pk}/lettre.pdf"}
    assert (row.language, row.letter.values["direction"]) == ("ar", "rtl")
    assert row.letter.values["name"] == prescription.household.name
    assert client.get(answers[0].headers["Location"]).headers["Content-Type"] == "application/pdf"
    for other in (circle.adviser, circle.pilot, make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)):
        assert acting(other).get(f"/messages/{row.pk}/lettre.pdf").status_code == 404
    client.post(url, {"langue": "klingon"})
    assert HouseholdMessage.objects.latest("pk").language == "fr"
    with pytest.raises(PermissionDenied):
        write_letter(actor=circle.adviser, prescription=prescription)
    with pytest.raises(Unknown):
        write_letter(actor=make_membership(Role.WORKER, OrganisationKind.PRESCRIBER), prescription=prescription)
    assert contact_of(prescription) in PromisedContact.objects.to_keep(), "a letter that is made is not yet posted"
    tell_household(actor=circle.worker, prescription=prescription)
    with pytest.raises(Refused):
        write_letter(actor=circle.worker, prescription=prescription)


@pytest.mark.django_db
@pytest.mark.parametrize("language", SheetLanguage)
def test_a_letter_in_another_language_leaves_nothing_around_its_words_in_french(
    circle: Circle, language: SheetLanguage
) -> None:
    person = {"contact_channel": ContactChannel.LETTER, "address": "1 rue du Test", "postcode": "59000"}
    prescription = accepted(circle, **person)
    load_reference("documents")
    load_reference("prescriptions")
    letter = write_letter(actor=circle.worker, prescription=prescription, language=language).letter
    assert letter is not None
    assert letter.values["language"] == language
    around = [letter.values[name] for name in ("rights", "check", "made_on")]
    assert not [said for said in around if re.search(r"écrit|travailleur|Vérifier|établi", said)]
    words = words_of(letter)
    assert not re.search(r"Vérifier|établi|travailleur|corriger", words)


@pytest.mark.django_db
def test_a_letter_is_made_again_once_the_address_is_corrected_and_not_before(circle: Circle) -> None:
    person = {"contact_channel": ContactChannel.LETTER, "address": "1 rue du Test", "postcode": "59000"}
    prescription = accepted(circle, **person)
    first = write_letter(actor=circle.worker, prescription=prescription)
    assert write_letter(actor=circle.worker, prescription=prescription).pk == first.pk
    edit_household(actor=circle.worker, household=prescription.household, address="99 rue Corrigée")
    second = write_letter(actor=circle.worker, prescription=again(prescription))
    assert second.letter is not None
    assert (second.pk != first.pk, second.letter.values["address"]) == (True, "99 rue Corrigée")


@pytest.mark.django_db
def test_a_letter_in_french_says_its_rights_in_french(circle: Circle) -> None:
    person = {"contact_channel": ContactChannel.LETTER, "address": "1 rue du Test", "postcode": "59000"}
    letter = write_letter(actor=circle.worker, prescription=accepted(circle, **person)).letter
    assert letter is not None
    assert "rights" not in letter.values
    words = words_of(letter)
    assert "dites-le à votre travailleur social" in words
    assert "établi le" in words


@pytest.mark.django_db
def test_what_was_written_is_said_again_once_in_the_language_that_is_chosen_and_none_is_kept_of_the_household(
    circle: Circle,
) -> None:
    load_reference("documents")
    prescription, client = accepted(circle), acting(circle.worker)
    page, url = page_of(prescription, "prescription_detail"), f"/prescriptions/{prescription.reference}/redire/"
    assert "Le lui redire" in read(client, page)
    client.post(url, {"langue": "uk"})
    french, told = Sms.objects.order_by("pk")
    assert (french.delivery, told.delivery) == (SendState.FAILED, SendState.QUEUED), "it had not left: one leaves"
    assert "Є новини" in told.text
    assert prescription.reference in told.text
    assert contact_of(prescription).sms == told
    assert not PromisedContact.objects.to_keep().exists()
    assert [row.language for row in HouseholdMessage.objects.order_by("pk")] == ["fr", "uk"]
    with transaction.atomic():
        forget_households([prescription.household_id], timezone.now())
        assert set(HouseholdMessage.objects.values_list("language", "text")) == {("", None)}, "it goes with its file"
        transaction.set_rollback(True)
    for asked in ("uk", "fr", "klingon", ""):
        assert "ne se redit pas dans cette langue" in client.post(url, {"langue": asked}, follow=True).content.decode()
    assert Sms.objects.count() == 2
    mailed = accepted(circle, contact_channel=ContactChannel.EMAIL, email="foyer@exemple.test", last_name="Autre")
    say_again(actor=circle.worker, prescription=mailed, language="ar")
    body = Mail.objects.filter(purpose="household").latest("pk").body
    assert body.index("هناك جديد") < body.index("Il y a du nouveau pour votre demande")
    called = accepted(circle, contact_channel=ContactChannel.PHONE, last_name="Encore")
    with pytest.raises(Refused):
        say_again(actor=circle.worker, prescription=called, language="en")
    with pytest.raises(PermissionDenied):
        say_again(actor=circle.adviser, prescription=prescription, language="en")


@pytest.mark.django_db
def test_one_list_shows_all_messages_to_those_who_follow_and_to_the_pilot_without_a_name(circle: Circle) -> None:
    prescription = accepted(circle, last_name="Vandenbroucke")
    accepted(circle, contact_channel=ContactChannel.EMAIL, email="foyer@exemple.test")
    for who in (circle.worker, circle.pilot):
        page = read(acting(who), reverse("prescriptions:message_list") + "?tous=1")
        assert prescription.household.reference in page
        for secret in ("Vandenbroucke", "0612345678", "foyer@exemple.test", "du nouveau"):
            assert secret not in page.partition("<main")[2]
    stranger = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    assert prescription.household.reference not in read(acting(stranger), reverse("prescriptions:message_list"))
    assert acting(circle.adviser).get(reverse("prescriptions:message_list")).status_code == 403


@pytest.mark.django_db
def test_what_was_written_is_a_row_that_nobody_rewrites_and_its_words_are_forgotten(circle: Circle) -> None:
    prescription = accepted(circle)
    with pytest.raises(DatabaseError), transaction.atomic():
        HouseholdMessage.objects.update(code="ligne")
    withdraw_prescription(actor=circle.worker, prescription=prescription, reason="no_longer_needed")
    gate.apply(
        prescription.household,
        "erase_on_request",
        actor=circle.pilot,
        received_on=timezone.localdate(),
        channel="letter",
    )
    assert Household.objects.get(pk=prescription.household_id).state == HouseholdState.ANONYMISED
    gone = Sms.objects.get()
    assert (gone.number, gone.text, gone.delivery) == ("", "", SendState.FAILED)
    assert HouseholdMessage.objects.get().sms == gone
    assert not Mail.objects.filter(to__len__gt=0, about_machine="prescription", purpose="household").exists()
    assert timedelta(0) <= gone.leaves_at - gone.created_at


@pytest.mark.django_db
def test_a_mail_that_fails_after_something_else_happened_is_nobody_s_task(circle: Circle) -> None:
    person = {"contact_channel": ContactChannel.EMAIL, "email": "foyer@exemple.test"}
    gone, other = accepted(circle, **person), {"last_name": "Zyzomys", "first_name": "Ulric", "phone": "06 01 02 03 04"}
    erased = accepted(circle, **person | other | {"email": "autre@exemple.test"})
    for prescription in (gone, erased):
        withdraw_prescription(actor=circle.worker, prescription=prescription, reason="no_longer_needed")
    given = {"received_on": timezone.localdate(), "channel": "letter"}
    gate.apply(erased.household, "erase_on_request", actor=circle.pilot, **given)
    Mail.objects.filter(purpose="household", delivery=SendState.QUEUED).update(delivery=SendState.FAILED, error="SMTP")
    assert not PromisedContact.objects.to_keep().exists()


@pytest.mark.django_db
def test_nobody_answered_is_noted_once_whatever_failed_before(circle: Circle) -> None:
    prescription = circle.submitted(household=circle.household(**TEXTED))
    promise_contacts([prescription], ContactAbout.ACCEPTED, timezone.now())
    Sms.objects.update(delivery=SendState.SENDING)
    prescription.household.contact_channel = ContactChannel.PHONE
    promise_contacts([prescription], ContactAbout.MISSING, timezone.now())
    Sms.objects.update(delivery=SendState.FAILED, error="HTTP 500")
    assert note_no_answer(actor=circle.worker, prescription=prescription).about == ContactAbout.MISSING


@pytest.mark.parametrize("change", [{"phone": "06 98 76 54 32"}, {"contact_channel": ContactChannel.PHONE}])
@pytest.mark.django_db
def test_nothing_leaves_for_a_number_that_was_the_household_s_and_somebody_calls(
    circle: Circle, change: dict[str, str]
) -> None:
    prescription = accepted(circle)
    edit_household(actor=circle.worker, household=prescription.household, phone="0612345678")
    assert Sms.objects.get().delivery == SendState.QUEUED, "the same number, typed otherwise"
    edit_household(actor=circle.worker, household=prescription.household, **change)
    assert (Sms.objects.get().delivery, Sms.objects.get().error) == (SendState.FAILED, MOVED)
    assert contact_of(prescription) in PromisedContact.objects.to_keep()


@pytest.mark.django_db
def test_what_was_withheld_is_not_sent_again_even_when_it_had_failed_before(circle: Circle) -> None:
    prescription = accepted(circle, contact_channel=ContactChannel.EMAIL, email="foyer@exemple.test")
    mail = Mail.objects.get(purpose="household")
    Mail.objects.filter(pk=mail.pk).update(delivery=SendState.FAILED, error="SMTP")
    withhold_messages([prescription.household_id])
    client, url = acting(circle.pilot), reverse("documents:mail_detail", args=[mail.pk])
    assert "Renvoyer" not in read(client, url)
    assert (resend_mail(mail=mail, by=circle.pilot).delivery, mail.failure[:6]) == (SendState.FAILED, "Le ser")


@pytest.mark.django_db
def test_a_stop_holds_back_what_was_written_to_a_file_that_was_joined(circle: Circle) -> None:
    prescription = accepted(circle)
    kept = circle.household(**TEXTED | {"last_name": "Gardé"})
    join_household(actor=circle.pilot, household=prescription.household, kept=kept)
    stop_sms_household(household=kept, answer="sms-answer:1")
    assert Sms.objects.get().error == WITHHELD


@pytest.mark.parametrize("email", ["foyer@exemple.fr\u202c", "foyer@" + "é" * 60 + ".fr"])
@pytest.mark.django_db
def test_an_address_that_no_mail_can_be_sent_to_is_refused_at_its_field_and_stops_no_decision(
    circle: Circle, email: str
) -> None:
    household = circle.household(contact_channel=ContactChannel.EMAIL, email="foyer@exemple.fr")
    with pytest.raises(ValidationError, match="au lieu de le coller") as refused:
        edit_household(actor=circle.worker, household=household, email=email)
    assert set(refused.value.message_dict) == {"email"}
    Household.objects.filter(pk=household.pk).update(email=email)  # written before it was looked at
    prescription = circle.accepted(household=Household.objects.get(pk=household.pk))
    assert contact_of(prescription) in PromisedContact.objects.to_keep()
