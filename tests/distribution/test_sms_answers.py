"""OUI, NON, STOP: what households answer to the SMS of an appointment, and what whoever means harm sends."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from demo.coming import answers_come
from distribution.enums import AppointmentCancelReason, AppointmentState
from distribution.models import Appointment
from distribution.models.appointment import not_known
from distribution.services.answers import read_answers, receive_answer
from distribution.services.appointments import cancel_appointment, move_appointment
from documents.enums import WITHHELD, AnswerOutcome, AnswerWhy, SendState, SmsMeaning
from documents.meanings import meaning_of
from documents.models import Mail, Sms, SmsAnswer
from documents.services import forget_sms
from lifecycle import gate
from lifecycle.clock import run_clock
from prescriptions.enums import ContactChannel
from prescriptions.models import Household, PromisedContact
from prescriptions.services.doubles import answer_double
from prescriptions.services.hearing_back import answers_heard
from prescriptions.services.joining import join_household
from prescriptions.services.known import all_known
from refurb.models import Device
from tests.distribution.hours import booked, need_of, next_hours, opened
from tests.distribution.shelves import Shelf
from tests.pages import acting
from tests.prescriptions.files import SKILLS, Circle, again

OUT, W = AnswerOutcome, AnswerWhy
NUMBER, SECRET = "06 99 44 55 66", "un-secret-du-service"


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        *((said, "yes") for said in ("OUI", "oui", "Oui.", " O U I ".replace(" ", ""), "Oui merci !", "ok", "oui oui")),
        *((said, "yes") for said in ("Bonjour, oui je viens", "Ｏｕｉ", "OUÎ", "oui, d’accord")),
        *((said, "no") for said in ("NON", "non merci", "« Non. »", "Non désolée", "non je ne peux pas venir")),
        *((said, "stop") for said in ("STOP", "stop.", "Stop SMS", "Stop merci")),
        *((said, "other") for said in ("", "👍", "oui non", "oui mais à 11 h", "non je viens", "qui êtes-vous ?")),
        *((said, "other") for said in ("ouille", "nonante", "je stoppe à 10 h", "oui " * 40, "non, stop")),
    ],
)
def test_what_is_plain_is_understood_and_what_says_two_things_is_read_by_somebody(said: str, meaning: str) -> None:
    assert meaning_of(said) == meaning


@given(st.text(max_size=200))
def test_any_text_has_a_meaning(said: str) -> None:
    assert meaning_of(said) in SmsMeaning


@pytest.fixture
def texted(shelf: Shelf, settings: LazySettings) -> Device:
    settings.SMS_PROVIDER, settings.SMS_ANSWERS_SECRET = "documents.sms_door.KeptHere", SECRET
    opened(shelf)
    return shelf.reserved(need=shelf.need(phone=NUMBER, contact_channel=ContactChannel.SMS))


def expected(shelf: Shelf, device: Device, **given: Any) -> Appointment:
    """Told by an SMS that left."""
    made = booked(shelf, device, **given)
    Sms.objects.filter(about_machine="appointment").update(delivery=SendState.KEPT)
    return made


def answers(said: str, key: str = "1", **given: Any) -> SmsAnswer:
    return receive_answer(**{"provider_id": key, "number": NUMBER, "text": said} | given)


def morning(client: Client, made: Appointment) -> str:
    """The list of the day on which it is."""
    day = timezone.localdate(made.starts_at)
    return client.get(reverse("distribution:appointment_day"), {"jour": f"{day:%Y-%m-%d}"}).text


@pytest.mark.django_db
def test_the_mornings_list_says_what_the_last_word_of_the_household_is(shelf: Shelf, texted: Device) -> None:
    made = expected(shelf, texted)
    client = acting(shelf.adviser)
    answers("OUI")
    assert "a répondu oui" in morning(client, made)
    answers("oui mais à 11 h", "2")
    assert "a répondu\u00a0: à lire" in morning(client, made)
    client.post(reverse("distribution:sms_answer_read", args=[made.reference]))
    assert "a répondu\u00a0: à lire" not in morning(client, made)
    assert "a répondu oui" in morning(client, made)


@pytest.mark.django_db
def test_yes_confirms_once_and_no_gives_the_hour_up_and_is_told_to_the_adviser(shelf: Shelf, texted: Device) -> None:
    made = expected(shelf, texted)
    for key in ("1", "1", "2"):
        assert answers("Oui.", key).outcome == OUT.CONFIRMED
    assert list(made.journal.order_by("seq").values_list("verb", flat=True)) == ["book", "confirm"]
    assert SmsAnswer.objects.count() == 2
    assert "Chaque foyer connaît son rendez-vous" in acting(shelf.adviser).get("/").text

    assert answers("non merci", "3").outcome == OUT.CANCELLED
    gone = again(made)
    assert (gone.state, gone.journal.latest("seq").values["reason"]) == (
        AppointmentState.CANCELLED,
        AppointmentCancelReason.HOUSEHOLD,
    )
    assert "a répondu NON" in acting(shelf.adviser).get("/").text
    again_yes = answers("OUI", "4")
    assert (again_yes.outcome, again_yes.text, again(made).state) == (OUT.TO_READ, "OUI", AppointmentState.CANCELLED)
    assert answers("non", "5").outcome == OUT.NOTHING
    assert read_answers(actor=shelf.adviser, appointment=gone) == 2
    assert "a répondu NON" not in acting(shelf.adviser).get("/").text


@pytest.mark.django_db
def test_anything_else_is_read_by_the_adviser_and_its_words_go_then(shelf: Shelf, texted: Device) -> None:
    made = expected(shelf, texted)
    words = "Je peux venir à 11 h ? Mon fils est malade"
    answer = answers(words)
    assert (answer.outcome, answer.why, answer.text) == (OUT.TO_READ, W.UNCLEAR, words)
    client = acting(shelf.adviser)
    assert "a répondu\u00a0: à lire" in client.get("/").text
    assert "a répondu\u00a0: à lire" in morning(client, made)
    page = reverse("distribution:appointment_detail", args=[made.reference])
    assert words in client.get(page).text
    worker = need_of(texted).prescription.worker
    assert words not in acting(worker).get(page).text
    with pytest.raises(PermissionDenied):
        read_answers(actor=worker, appointment=made)
    url = reverse("distribution:sms_answer_read", args=[made.reference])
    assert acting(worker).post(url).status_code == 403
    client.post(url)
    read = again(answer)
    assert (read.text, read.read_by) == ("", shelf.adviser)
    assert words not in client.get(page).text
    assert "a répondu" not in morning(client, made)
    assert again(made).state == AppointmentState.BOOKED


@pytest.mark.django_db
def test_stop_is_an_act_of_the_household_that_its_worker_is_told_of(shelf: Shelf, texted: Device) -> None:
    booked(shelf, texted)
    household = need_of(texted).prescription.household
    of_the_hour = Sms.objects.filter(about_machine="appointment")
    assert {sms.delivery for sms in of_the_hour} == {SendState.QUEUED}
    assert answers("Stop").outcome == OUT.STOPPED
    kept = again(household)
    assert kept.contact_channel == ContactChannel.PHONE
    entry = kept.journal.latest("seq")
    assert (entry.verb, entry.via.startswith("sms-answer:"), entry.actor) == ("stop_sms", True, None)
    assert {(sms.delivery, sms.error) for sms in of_the_hour.all()} == {(SendState.FAILED, WITHHELD)}
    assert Appointment.objects.to_tell(timezone.now()).exists(), "what had not left is somebody's call"
    assert not PromisedContact.objects.to_keep().exists(), "one call: who is told its hour knows that it is accepted"
    assert Mail.objects.filter(about_machine="household", subject__contains="plus de SMS").exists()
    assert answers("STOP", "2").outcome == OUT.NOTHING


@pytest.mark.django_db
def test_two_appointments_at_one_number_are_for_somebody_to_tell_apart(shelf: Shelf, texted: Device) -> None:
    expected(shelf, texted)
    other = shelf.reserved(need=shelf.need(phone="0699445567", contact_channel=ContactChannel.SMS))
    twin = Household.objects.filter(pk=need_of(other).prescription.household_id)
    twin.update(phone="+33699445566", phone_key="0699445566")
    expected(shelf, other)
    answer = answers("NON")
    assert (answer.outcome, answer.why) == (OUT.TO_READ, W.SEVERAL)
    assert set(Appointment.objects.values_list("state", flat=True)) == {AppointmentState.BOOKED}
    answers("stop", "2")
    assert not Household.objects.filter(contact_channel=ContactChannel.SMS).exists()


@pytest.mark.django_db
def test_nothing_happens_of_a_number_or_an_hour_that_nobody_awaits_but_it_is_counted(
    shelf: Shelf, texted: Device
) -> None:
    made = expected(shelf, texted)
    assert made.ends_at is not None
    for key, given_ in (
        ("unknown", {"number": "0611111111"}),
        ("landline", {"number": "0320000000"}),
        ("absurd", {"number": "9" * 4300}),
        ("after", {"at": made.ends_at}),
    ):
        assert answers("NON", key, **given_).outcome == OUT.NOTHING
    Household.objects.filter(pk=need_of(texted).prescription.household_id).update(phone="0622222222")
    assert answers("NON", "the number is somebody else's now").outcome == OUT.NOTHING
    assert again(made).state == AppointmentState.BOOKED
    assert set(SmsAnswer.objects.values_list("text", "sms")) == {("", None)}


@pytest.mark.django_db
def test_what_answers_another_sms_is_read_by_the_team_that_follows_and_its_words_go_then(
    shelf: Shelf, texted: Device
) -> None:
    household = need_of(texted).prescription.household
    worker = need_of(texted).prescription.worker
    assert worker is not None
    Sms.objects.filter(about_machine="prescription").update(delivery=SendState.SENT, sent_at=timezone.now(), text="")
    told = answers("Je ne comprends pas, c’est pour quoi ?")
    assert (told.outcome, told.why, told.sms) == (OUT.TO_READ, W.NEWS, Sms.objects.get(about_machine="prescription"))
    page = reverse("prescriptions:household_detail", args=[household.reference])
    client = acting(worker)
    assert "sa réponse est à lire" in client.get("/").content.decode()
    assert "Je ne comprends pas" in client.get(page).content.decode()
    assert "Je ne comprends pas" not in acting(shelf.adviser).get(page).content.decode()
    read = reverse("prescriptions:household_heard", args=[household.reference])
    assert acting(shelf.adviser).post(read).status_code == 403
    assert client.get(read).status_code == 405
    client.post(read)
    row = again(told)
    assert (row.text, row.read_by) == ("", worker)
    assert "sa réponse est à lire" not in client.get("/").content.decode()
    late = answers("Merci", "2", at=timezone.now() + timedelta(days=40))
    assert late.outcome == OUT.NOTHING
    unread = answers("Encore moi", "3")
    forget_sms(about=("prescription", need_of(texted).prescription_id), at=timezone.now())
    assert again(unread).text == ""


@pytest.mark.django_db
def test_words_that_answer_the_news_of_a_request_are_the_team_s_even_while_an_hour_is_awaited(
    shelf: Shelf, texted: Device
) -> None:
    expected(shelf, texted)
    news = Sms.objects.filter(about_machine="prescription")
    now = timezone.now()
    news.update(delivery=SendState.SENT, sent_at=now, leaves_at=now + timedelta(hours=1), text="")
    Sms.objects.filter(about_machine="appointment").update(leaves_at=now + timedelta(hours=2))
    assert answers("C’est pour quoi ?").why == W.UNCLEAR, "the last one that left is of the hour"
    news.update(leaves_at=now + timedelta(hours=3))
    assert answers("C’est pour quoi ?", "2").why == W.NEWS
    assert answers("OUI", "3").outcome == OUT.CONFIRMED


@pytest.mark.django_db
def test_what_answers_an_sms_to_a_file_that_was_joined_since_is_read_by_who_follows_the_file_kept_and_exported(
    shelf: Shelf, texted: Device
) -> None:
    household = need_of(texted).prescription.household
    Sms.objects.filter(about_machine="prescription").update(delivery=SendState.SENT, sent_at=timezone.now(), text="")
    circle = Circle(prescriber=household.prescriber, distributor=shelf.distributor, commune=shelf.commune)
    kept = circle.submitted(SKILLS).household
    her = Household.objects.filter(pk=household.pk).values("last_name", "first_name", "birth_date", "phone_key").get()
    Household.objects.filter(pk=kept.pk).update(**her, phone=NUMBER)
    answer_double(actor=shelf.adviser, household=household, other=kept, same=True)
    gate.apply(texted, "release", actor=shelf.adviser, reason="household")
    join_household(actor=shelf.adviser, household=again(household), kept=kept)
    told = answers("Je passe quand ?")
    assert (told.outcome, told.why) == (OUT.TO_READ, W.NEWS)
    assert list(answers_heard(kept)) == [told]
    said = [cell.said for section in all_known(again(kept)).sections for row in section.rows for cell in row]
    assert "Je passe quand ?" in said


@pytest.mark.usefixtures("days_to_come")
@pytest.mark.django_db
def test_too_late_to_give_it_up_alone_is_read_and_once_cancelled_nothing_answers(shelf: Shelf, texted: Device) -> None:
    made = expected(shelf, texted)
    assert made.starts_at is not None
    late = answers("NON", at=made.starts_at - timedelta(minutes=30))
    assert (late.outcome, late.why) == (OUT.TO_READ, W.REFUSED)
    assert again(made).state == AppointmentState.BOOKED
    client = acting(shelf.adviser)
    assert "a répondu NON, trop tard pour annuler seul" in client.get("/").text
    assert "a répondu NON, trop tard pour annuler seul" in morning(client, made)
    cancel_appointment(actor=shelf.adviser, appointment=made, reason=AppointmentCancelReason.POINT)
    assert answers("OUI", "2").outcome == OUT.NOTHING
    forget_sms(about=("appointment", made.pk), at=timezone.now())
    assert again(late).text == ""


@pytest.mark.usefixtures("days_to_come")
@pytest.mark.django_db
def test_the_reminder_says_how_to_answer_where_answers_are_read(
    shelf: Shelf, texted: Device, settings: LazySettings
) -> None:
    made = expected(shelf, texted)
    assert made.starts_at is not None
    assert "Répondez" not in Sms.objects.get(about_machine="appointment").text
    for _ in range(5):
        made.refresh_from_db()
        if made.reminded_at is None:
            run_clock(at=made.starts_at - timedelta(days=5 - _, hours=3))
    last = Sms.objects.filter(about_machine="appointment").latest("pk")
    assert "Répondez OUI ou NON. STOP" in last.text


@pytest.mark.usefixtures("days_to_come")
@pytest.mark.django_db
def test_in_the_story_of_the_demonstration_somebody_answers(shelf: Shelf, texted: Device) -> None:
    made = expected(shelf, texted)
    assert made.starts_at is not None
    shelf.need(phone="06 11 22 33 44", contact_channel=ContactChannel.SMS)
    Sms.objects.update(delivery=SendState.KEPT)
    answers_come(made.starts_at - timedelta(days=2))
    assert set(SmsAnswer.objects.values_list("outcome", "why")) == {(OUT.CONFIRMED, ""), (OUT.TO_READ, W.NEWS)}


# --- the door


def sent(told: Any, secret: str = SECRET, **given: Any) -> Any:
    body = told if isinstance(told, str | bytes) else json.dumps(told)
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    url = reverse("distribution:sms_answers")
    return Client(enforce_csrf_checks=True).post(url, body, content_type="application/json", headers=headers, **given)


TOLD = {"id": "m-1", "from": "+33699445566", "text": "NON"}


@pytest.mark.django_db
def test_the_door_takes_an_answer_by_its_secret_once(shelf: Shelf, texted: Device) -> None:
    made = expected(shelf, texted)
    for secret in ("", "faux", SECRET[:-1], "é", "\ufffd"):
        assert sent(TOLD, secret).status_code == 401
    assert not SmsAnswer.objects.exists()
    for _ in range(2):
        assert sent(TOLD).content.decode() == '{"reçu": true}'
    assert sent(TOLD | {"text": "OUI"}).status_code == 200  # the same key: a replay
    assert (SmsAnswer.objects.get().meaning, again(made).state) == (SmsMeaning.NO, AppointmentState.CANCELLED)
    assert Client().get(reverse("distribution:sms_answers")).status_code == 405


@pytest.mark.django_db
def test_the_door_is_shut_by_default(settings: LazySettings) -> None:
    assert settings.SMS_ANSWERS_SECRET == ""
    assert sent(TOLD, "").status_code == 404
    settings.SMS_ANSWERS_SECRET = SECRET
    assert sent(TOLD).status_code == 404, "no SMS leaves: none comes back"


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[1]", 400),
        ("[" * 9000, 400),
        (b"\xff\xfe", 400),
        ({"id": "1", "from": "0612345678"}, 400),
        ({"id": 1, "from": "0612345678", "text": "OUI"}, 400),
        ({"id": "", "from": "0612345678", "text": "OUI"}, 400),
        ({"id": "x" * 81, "from": "0612345678", "text": "OUI"}, 400),
        ({"id": "a\0b", "from": "0612345678", "text": "OUI"}, 400),
        ('{"id": "1", "from": "06", "text": "\\ud800"}', 400),
        ({"id": "1", "from": "9" * 4300, "text": "a\0" * 2000}, 200),
        ({"id": "1", "from": "0612345678", "text": "x" * 30_000}, 413),
    ],
)
@pytest.mark.django_db
def test_what_is_no_answer_is_refused_and_breaks_nothing(settings: LazySettings, told: Any, status: int) -> None:
    settings.SMS_PROVIDER, settings.SMS_ANSWERS_SECRET = "documents.sms_door.KeptHere", SECRET
    assert sent(told).status_code == status


@pytest.mark.django_db
def test_the_demonstration_receives_one_and_nothing_else_does(
    shelf: Shelf, texted: Device, settings: LazySettings
) -> None:
    made = expected(shelf, texted)
    with pytest.raises(CommandError):
        call_command("receive_sms", made.reference, "OUI")
    settings.DEMO = True
    call_command("receive_sms", made.reference, "OUI")
    assert SmsAnswer.objects.get().outcome == OUT.CONFIRMED


@pytest.mark.django_db
def test_an_sms_that_says_the_former_hour_does_not_leave_even_when_none_takes_its_place(
    shelf: Shelf, texted: Device
) -> None:
    made = booked(shelf, texted)
    assert Sms.objects.get(about_machine="appointment").delivery == SendState.QUEUED
    Household.objects.update(contact_channel=ContactChannel.PHONE)
    move_appointment(actor=shelf.adviser, appointment=made, starts_at=next_hours(shelf, texted)[0].starts_at)
    assert Sms.objects.get(about_machine="appointment").delivery == SendState.FAILED
    assert Appointment.objects.filter(not_known(), pk=made.pk).exists(), "somebody calls"
