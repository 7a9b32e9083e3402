"""What a household's sheet promises is done by somebody: a mail leaves, or a person has it to do, by a day."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from calendars.working_days import add_working_days
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from prescriptions.enums import ContactChannel, ContactOutcome
from prescriptions.models import Household, Prescription, PromisedContact
from prescriptions.reaching import channel_of, told_by
from prescriptions.services.contacts import keep_contacts, note_no_answer, tell_household, untell_household
from prescriptions.services.needs import drop_need, meet_need, start_need, unmeet_need, wait_again_need
from prescriptions.services.prescriptions import ask_completion_prescription, refuse_prescription, withdraw_prescription
from prescriptions.telling import telling_of
from tests.prescriptions.files import Circle, again
from tests.prescriptions.pages import acting, page_of, read
from typography.french import day

pytestmark = pytest.mark.django_db
ADDRESS = "foyer@exemple.test"
CALLED = {"contact_channel": ContactChannel.PHONE}


@pytest.fixture
def circle() -> Circle:
    return Circle()


def accepted(circle: Circle, **person: object) -> Prescription:
    return circle.accepted(household=circle.household(**CALLED | person))


def contact_of(prescription: Prescription) -> PromisedContact:
    return PromisedContact.objects.filter(prescription=prescription).latest("pk")


# --- who does it


@pytest.mark.parametrize(("code", "way", "outcome"), [("contact", "worker", ""), ("income_seen", "email", "sent")])
def test_nothing_is_sent_by_the_way_that_is_said_not_to_work_its_worker_tells_it(
    circle: Circle, code: str, way: str, outcome: str
) -> None:
    filed = circle.submitted(household=circle.household(contact_channel=ContactChannel.EMAIL, email=ADDRESS))
    ask_completion_prescription(actor=circle.adviser, prescription=filed, missing=[code])
    contact = contact_of(filed)
    assert (contact.channel, contact.outcome) == (way, outcome)
    page = read(acting(circle.worker), page_of(again(filed), "prescription_detail"))
    assert ("Sa fiche lui promet que son travailleur social le lui dit" in page) == (way == "worker")


def test_an_answer_is_to_be_told_as_the_sheet_says_within_three_working_days(circle: Circle) -> None:
    contact = contact_of(accepted(circle))
    assert (contact.about, contact.channel, contact.settled_at) == ("accepted", "phone", None)
    assert contact.due_on == add_working_days(timezone.localdate(), 3)


def test_a_request_that_is_over_waits_for_its_household_to_be_told(circle: Circle) -> None:
    refused = refuse_prescription(
        actor=circle.adviser, prescription=circle.submitted(household=circle.household(**CALLED)), reason="duplicate"
    )
    page = read(acting(circle.worker), page_of(refused, "prescription_detail"))
    assert f"il reste à prévenir le foyer, avant le {day(contact_of(refused).due_on)}" in page
    assert "plus rien n’est attendu" not in page
    assert "plus rien n’est attendu" in read(acting(circle.adviser), page_of(refused, "prescription_detail"))


def test_filing_promises_nothing_yet_the_family_is_there(circle: Circle) -> None:
    circle.submitted()
    assert not PromisedContact.objects.exists()


@pytest.mark.parametrize("channel", list(ContactChannel))
def test_what_the_sheet_says_is_what_is_to_be_done(circle: Circle, channel: str) -> None:
    """No sheet says « on vous appelle » of whom nobody is asked to call."""
    said = {"phone": "on vous appelle", "sms": "SMS", "email": "courriel", "letter": "lettre", "worker": "vous le dit"}
    filed = circle.submitted(
        household=circle.household(
            contact_channel=channel, email="foyer@exemple.test", address="1 rue du Test", postcode="59000"
        )
    )
    assert said[channel] in telling_of(filed).sentences[0]
    contact = contact_of(circle.accept(filed))
    assert contact.channel == channel
    assert contact.outcome == (ContactOutcome.SENT if channel == "email" else "")


@pytest.mark.parametrize(
    ("prefers", "has", "way"),
    [
        ("letter", {"phone": "0320000000", "email": ADDRESS}, "phone"),
        ("sms", {"phone": "0320000000"}, "phone"),
        ("sms", {"phone": "", "email": ADDRESS}, "email"),
        ("phone", {"phone": "", "address": "1 rue du Test"}, "letter"),
        ("email", {"phone": ""}, "worker"),
        ("worker", {"phone": "0699000000"}, "worker"),
    ],
)
def test_who_cannot_be_reached_as_it_prefers_is_told_by_what_there_is(
    circle: Circle, prefers: str, has: dict[str, str], way: str
) -> None:
    household = circle.household()
    Household.objects.filter(pk=household.pk).update(contact_channel=prefers, **has)
    assert channel_of(again(household)) == way
    found = [one for one in ContactChannel if Household.objects.filter(told_by(one)).exists()]
    assert found == [way], "the base looks for it as the page says it"


def test_a_mail_leaves_at_once_leads_to_its_page_and_says_nothing_of_the_answer(circle: Circle) -> None:
    prescription = circle.submitted(
        household=circle.household(
            contact_channel=ContactChannel.EMAIL, email="foyer@exemple.test", birth_date="1980-01-02"
        )
    )
    circle.accept(prescription)
    mail = Mail.objects.get(to__contains=["foyer@exemple.test"])
    assert "/ma-demande/" in mail.body
    text = f"{mail.subject} {mail.body}".lower()
    for kept in (prescription.household.last_name.lower(), "accept", "ordinateur"):
        assert kept not in text
    assert PromisedContact.objects.get().outcome == ContactOutcome.SENT


def test_what_is_missing_and_a_refusal_are_to_be_told_too(circle: Circle) -> None:
    first = circle.submitted(household=circle.household(**CALLED))
    ask_completion_prescription(actor=circle.adviser, prescription=first, missing=["income_seen"])
    assert contact_of(first).about == "missing"
    second = circle.submitted(household=circle.household(**CALLED))
    refuse_prescription(actor=circle.adviser, prescription=second, reason="already_served", next_step="Voir le CCAS")
    assert contact_of(second).about == "refused"


def test_what_comes_next_overtakes_what_was_to_be_told(circle: Circle) -> None:
    prescription = circle.submitted(household=circle.household(**CALLED))
    ask_completion_prescription(actor=circle.adviser, prescription=prescription, missing=["income_seen"])
    missing = contact_of(prescription)
    circle.submit(circle.answer(again(prescription)))
    assert PromisedContact.objects.get(pk=missing.pk).outcome == ContactOutcome.OVERTAKEN
    circle.accept(again(prescription))
    withdraw_prescription(actor=circle.worker, prescription=again(prescription), reason="no_longer_needed")
    assert not PromisedContact.objects.to_keep().exists()


def test_who_is_sent_to_a_place_that_teaches_is_to_be_told_until_it_is_not_or_has_been_there(circle: Circle) -> None:
    prescription = circle.accepted([("digital_skills", "work")], circle.household(**CALLED))
    need = prescription.needs.get()
    referred = start_need(actor=circle.worker, need=need, mediation=circle.mediation)
    contact = contact_of(prescription)
    assert (contact.about, contact.channel, contact.outcome) == ("referred", "phone", "")
    assert "Il est attendu dans un lieu d’accompagnement\u00a0: Appel téléphonique" in read(acting(circle.worker), "/")

    wait_again_need(actor=circle.worker, need=referred)
    assert [one.about for one in PromisedContact.objects.to_keep()] == ["accepted"], "that is still to be told"
    start_need(actor=circle.worker, need=again(need), mediation=circle.mediation)
    meet_need(actor=circle.worker, need=again(need))
    assert not PromisedContact.objects.to_keep().exists()
    unmeet_need(actor=circle.worker, need=again(need))
    assert [one.about for one in PromisedContact.objects.to_keep()] == ["referred"]
    drop_need(actor=circle.worker, need=again(need), reason="offer_declined")
    assert not PromisedContact.objects.to_keep().exists()


def test_who_is_written_to_is_written_to_when_a_place_that_teaches_expects_it(circle: Circle) -> None:
    person = {"contact_channel": ContactChannel.EMAIL, "email": ADDRESS, "birth_date": "1980-01-02"}
    prescription = circle.accepted([("digital_skills", "work")], circle.household(**person))
    sent = Mail.objects.filter(to__contains=[ADDRESS])
    assert sent.count() == 1
    start_need(actor=circle.worker, need=prescription.needs.get(), mediation=circle.mediation)
    assert sent.count() == 2
    mail = sent.latest("pk")
    assert "/ma-demande/" in mail.body
    assert circle.mediation.name not in mail.body


# --- it is done


def test_it_is_on_the_first_page_of_its_worker_until_it_is_done(circle: Circle) -> None:
    prescription = accepted(circle)
    client = acting(circle.worker)
    assert "Sa demande est acceptée\u00a0: Appel téléphonique" in read(client, "/")
    page = read(client, page_of(prescription, "prescription_detail"))
    assert "Prévenir le foyer avant le" in page
    assert client.post(page_of(prescription, "prescription_told")).status_code == 302
    contact = contact_of(prescription)
    assert (contact.outcome, contact.settled_by) == (ContactOutcome.TOLD, circle.worker)
    assert "Prévenir le foyer avant le" not in read(client, page_of(prescription, "prescription_detail"))
    assert "Sa demande est acceptée\u00a0: Appel téléphonique" not in read(client, "/")


def test_past_its_day_it_is_late(circle: Circle) -> None:
    prescription = accepted(circle)
    PromisedContact.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    assert "en retard" in read(acting(circle.worker), "/").split("Foyers à prévenir")[1].split("</section>")[0]
    assert contact_of(prescription).settled_at is None


def test_nobody_answered_leaves_it_to_be_done_later(circle: Circle) -> None:
    prescription = accepted(circle)
    client = acting(circle.worker)
    for _ in range(3):
        client.post(page_of(prescription, "prescription_no_answer"))
    contact = contact_of(prescription)
    assert (contact.tries, contact.settled_at) == (3, None)
    page = read(client, page_of(prescription, "prescription_detail"))
    assert "Sans réponse 3 fois" in page
    assert "par courrier" in page


def test_done_once_it_is_not_done_again_and_says_so(circle: Circle) -> None:
    prescription = accepted(circle)
    tell_household(actor=circle.worker, prescription=prescription)
    for act in (tell_household, note_no_answer):
        with pytest.raises(Refused, match="plus rien à dire"):
            act(actor=circle.worker, prescription=prescription)
    client = acting(circle.worker)
    client.post(page_of(prescription, "prescription_told"))
    assert "plus rien à dire" in read(client, page_of(prescription, "prescription_detail"))


def test_noted_of_the_wrong_household_it_is_to_be_done_again(circle: Circle) -> None:
    prescription = accepted(circle)
    promised = contact_of(prescription).due_on
    client, page = acting(circle.worker), page_of(prescription, "prescription_detail")
    assert "Le foyer n’a pas été prévenu" not in read(client, page)
    client.post(page_of(prescription, "prescription_told"))
    told = read(client, page)
    assert "Sa demande est acceptée\u00a0: noté le" in told
    assert f"par {circle.worker.user}" in told
    assert client.post(page_of(prescription, "prescription_untold")).status_code == 302
    contact = contact_of(prescription)
    assert (contact.outcome, contact.settled_at, contact.settled_by, contact.due_on) == ("", None, None, promised)

    page_after = read(client, page)
    assert "Prévenir le foyer avant le" in page_after
    assert "Le foyer n’a pas été prévenu" not in page_after
    assert "Sa demande est acceptée\u00a0: Appel téléphonique" in read(client, "/")
    client.post(page_of(prescription, "prescription_untold"))
    assert "Personne n’a noté que ce foyer est prévenu" in read(client, page)


def test_taken_back_after_its_day_it_has_another_one(circle: Circle) -> None:
    prescription = accepted(circle)
    tell_household(actor=circle.worker, prescription=prescription)
    PromisedContact.objects.update(due_on=timezone.localdate() - timedelta(days=30))
    assert untell_household(actor=circle.worker, prescription=prescription).due_on > timezone.localdate()


def test_what_could_not_leave_and_was_not_told_either_says_why_as_before(circle: Circle) -> None:
    person = {"contact_channel": ContactChannel.EMAIL, "email": "foyer@exemple.test"}
    prescription = circle.accepted(household=circle.household(**person))
    Mail.objects.filter(to__contains=["foyer@exemple.test"]).update(delivery="failed", error="SMTPRecipientsRefused")
    tell_household(actor=circle.worker, prescription=prescription)
    untell_household(actor=circle.worker, prescription=prescription)
    assert contact_of(prescription).could_not_leave
    assert PromisedContact.objects.to_keep().filter(prescription=prescription).exists()
    assert "refusé, ou resté sans réponse" in read(acting(circle.worker), page_of(prescription, "prescription_detail"))


def test_what_is_no_longer_news_is_not_to_be_told_again(circle: Circle) -> None:
    prescription = accepted(circle)
    tell_household(actor=circle.worker, prescription=prescription)
    withdraw_prescription(actor=circle.worker, prescription=again(prescription), reason="no_longer_needed")
    client = acting(circle.worker)
    assert "Le foyer n’a pas été prévenu" not in read(client, page_of(prescription, "prescription_detail"))
    with pytest.raises(Refused, match="autre chose est à lui dire"):
        untell_household(actor=circle.worker, prescription=again(prescription))


def test_nobody_else_says_that_it_was_not_done(circle: Circle) -> None:
    prescription = accepted(circle)
    tell_household(actor=circle.worker, prescription=prescription)
    for other in (circle.adviser, circle.relay, circle.pilot):
        with pytest.raises(PermissionDenied):
            untell_household(actor=other, prescription=prescription)
        assert acting(other).post(page_of(prescription, "prescription_untold")).status_code == 403
        assert "Déjà dit au foyer" not in read(acting(other), page_of(prescription, "prescription_detail"))
    with pytest.raises(Unknown):
        untell_household(actor=Circle().worker, prescription=prescription)
    assert contact_of(prescription).outcome == ContactOutcome.TOLD


def test_it_is_for_whoever_follows_the_file_and_nobody_else_writes_that_it_is_done(circle: Circle) -> None:
    prescription = accepted(circle)
    for other in (circle.adviser, circle.relay, circle.pilot):
        with pytest.raises(PermissionDenied):
            tell_household(actor=other, prescription=prescription)
        assert acting(other).post(page_of(prescription, "prescription_told")).status_code == 403
    with pytest.raises(Unknown):
        tell_household(actor=Circle().worker, prescription=prescription)
    assert acting(circle.worker).get(page_of(prescription, "prescription_told")).status_code == 405
    assert "Prévenir le foyer" not in read(acting(circle.adviser), page_of(prescription, "prescription_detail"))
    for blind in (circle.adviser, circle.relay, Circle().worker, None):
        assert not PromisedContact.objects.visible_to(blind).exists()


def test_several_are_told_at_once_and_only_one_s_own(circle: Circle) -> None:
    rows = [accepted(circle) for _ in range(3)]
    elsewhere = accepted(Circle())
    assert keep_contacts(actor=circle.worker, prescriptions=[*rows, elsewhere]) == 3
    assert contact_of(elsewhere).settled_at is None


def test_the_database_keeps_one_to_do_for_a_request_and_who_did_it(circle: Circle) -> None:
    contact = contact_of(accepted(circle))
    with pytest.raises(IntegrityError), transaction.atomic():
        PromisedContact.objects.create(
            prescription=contact.prescription,
            about="refused",
            channel="phone",
            promised_at=timezone.now(),
            due_on=timezone.localdate(),
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        PromisedContact.objects.filter(pk=contact.pk).update(settled_at=timezone.now(), outcome="told")


def test_a_mail_leads_to_no_page_that_a_file_without_a_birth_date_cannot_open(circle: Circle) -> None:
    circle.accepted(household=circle.household(contact_channel=ContactChannel.EMAIL, email="foyer@exemple.test"))
    mail = Mail.objects.get(to__contains=["foyer@exemple.test"])
    assert "/ma-demande/" not in mail.body
    assert "Appelez votre travailleur social" in mail.body


def test_nobody_is_asked_to_tell_a_household_that_was_erased(circle: Circle) -> None:
    prescription = circle.submitted(household=circle.household(**CALLED))
    refuse_prescription(
        actor=circle.adviser, prescription=prescription, reason="already_served", next_step="Voir le CCAS"
    )
    gate.apply(
        prescription.household,
        "erase_on_request",
        actor=circle.pilot,
        received_on=timezone.localdate(),
        channel="letter",
    )
    assert contact_of(prescription).outcome == ContactOutcome.OVERTAKEN


def test_a_mail_that_could_not_leave_is_to_be_told_otherwise(circle: Circle) -> None:
    person = {"contact_channel": ContactChannel.EMAIL, "email": "foyer@exemple.test", "phone": "0699000001"}
    prescription = circle.accepted(household=circle.household(**person))
    client = acting(circle.worker)
    assert "Foyers à prévenir" in read(client, "/")
    assert "le courriel n’est pas parti" not in read(client, "/")
    Mail.objects.filter(to__contains=["foyer@exemple.test"]).update(delivery="failed", error="SMTPRecipientsRefused")
    assert "le courriel n’est pas parti" in read(client, "/")
    page = read(client, page_of(prescription, "prescription_detail"))
    assert "Le courriel n’est pas parti (refusé, ou resté sans réponse)\u00a0: dites-le autrement" in page
    tell_household(actor=circle.worker, prescription=prescription)
    assert contact_of(prescription).outcome == ContactOutcome.TOLD
    assert not PromisedContact.objects.to_keep().exists()


def test_a_mail_that_could_not_leave_is_overtaken_as_the_others(circle: Circle) -> None:
    person = {"contact_channel": ContactChannel.EMAIL, "email": "foyer@exemple.test"}
    prescription = circle.accepted(household=circle.household(**person))
    Mail.objects.update(delivery="failed", error="SMTPRecipientsRefused")
    withdraw_prescription(actor=circle.worker, prescription=prescription, reason="no_longer_needed")
    assert contact_of(prescription).outcome == ContactOutcome.OVERTAKEN
