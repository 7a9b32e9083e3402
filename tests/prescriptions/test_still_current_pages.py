"""The household’s own page, by the link it was sent: it asks, says next to nothing, and takes one answer."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.models import Mail
from prescriptions.models import ConfirmationLink, HouseholdAccess, Prescription
from prescriptions.services.confirmation import send_link
from prescriptions.services.needs import start_need
from prescriptions.services.prescriptions import remind_prescription, withdraw_prescription
from tests.pages import Following
from tests.prescriptions.files import COMPUTER, SKILLS, Circle, again
from tests.prescriptions.pages import acting, page_of, page_sent, read
from typography.french import written_day

pytestmark = pytest.mark.django_db
ADDRESS = "foyer@exemple.test"


@pytest.fixture
def circle() -> Circle:
    return Circle()


@pytest.fixture
def prescription(circle: Circle) -> Prescription:
    household = circle.household(last_name="Essai-Nom", first_name="Nadia", email=ADDRESS, address="1 rue des Essais")
    accepted = circle.accepted(COMPUTER, household)
    return remind_prescription(actor=circle.worker, prescription=accepted)


@pytest.mark.parametrize(("email", "told"), [(ADDRESS, "un lien pour répondre"), ("", "n’a pas de courriel")])
def test_before_reminding_the_worker_reads_whether_the_household_is_written_to(
    circle: Circle, email: str, told: str
) -> None:
    accepted = circle.accepted(household=circle.household(email=email))
    assert told in read(acting(circle.worker), page_of(accepted, "prescription_remind"))


def test_the_page_asks_and_says_nothing_but_the_first_name(prescription: Prescription) -> None:
    response = Client().get(page_sent(ADDRESS))
    page = response.content.decode()
    assert "Bonjour Nadia" in page
    for hidden in ("Essai-Nom", ADDRESS, "rue des Essais", "Ordinateur", prescription.prescriber.name):
        assert hidden not in page
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response.headers["Cache-Control"]


def test_the_mail_and_the_page_say_what_comes_of_silence_and_whom_to_call(prescription: Prescription) -> None:
    silence = f"Sans réponse le {written_day(again(prescription).valid_until)}, elle s’arrête."
    mail = Mail.objects.get(to=[ADDRESS], subject__contains="toujours d’actualité")
    assert silence in mail.body
    assert f"travailleur social\u00a0: {prescription.prescriber.name}" in mail.body
    assert silence in Client().get(page_sent(ADDRESS)).content.decode()


def test_what_is_served_keeps_a_request_and_its_household_is_told_of_no_end(circle: Circle) -> None:
    accepted = circle.accepted(SKILLS, circle.household(email=ADDRESS))
    start_need(actor=circle.worker, need=accepted.needs.get(), mediation=circle.mediation)
    remind_prescription(actor=circle.worker, prescription=accepted)
    assert "elle s’arrête" not in Mail.objects.get(to=[ADDRESS], subject__contains="toujours d’actualité").body
    assert "elle s’arrête" not in Client().get(page_sent(ADDRESS)).content.decode()


def test_opening_the_page_confirms_nothing(prescription: Prescription) -> None:
    Client().get(page_sent(ADDRESS))
    Client().head(page_sent(ADDRESS))
    assert again(prescription).confirmed_at is None


def test_each_opening_is_in_the_log_of_accesses_with_the_link_and_nobody(
    circle: Circle, prescription: Prescription
) -> None:
    link = ConfirmationLink.objects.get()
    Client().get(page_sent(ADDRESS))
    access = HouseholdAccess.objects.get(household=prescription.household, what="still_current")
    assert (access.actor, access.organisation, access.via) == (None, None, str(link.pk))
    Client().get(reverse("prescriptions:still_current", args=["inconnu"]))
    assert HouseholdAccess.objects.filter(actor=None).count() == 1
    sheet = reverse("prescriptions:household_detail", args=[prescription.household.reference])
    assert "par un lien envoyé à l’adresse du foyer" in acting(circle.manager).get(sheet).content.decode()


def test_another_answer_after_the_first_is_not_said_to_have_arrived(prescription: Prescription) -> None:
    url = page_sent(ADDRESS)
    Following().post(url, {"answer": "not_any_more"})
    page = Following().post(url, {"answer": "still_current"}).content.decode()
    assert "ce que vous venez de choisir n’est pas noté" in page
    assert "que vous n’en avez plus besoin" in page
    assert again(prescription).declined_at is not None
    opened = Client().get(url).content.decode()
    assert "que vous n’en avez plus besoin" in opened
    assert "vous venez de choisir" not in opened


def test_the_same_answer_given_twice_is_the_one_that_is_noted(prescription: Prescription) -> None:
    url = page_sent(ADDRESS)
    for _ in range(2):
        page = Following().post(url, {"answer": "still_current"}).content.decode()
    assert "que vous en avez toujours besoin" in page
    assert "vous venez de choisir" not in page


def test_an_answer_leads_to_a_page_that_tells_it_once_and_is_loaded_again_without_answering(
    prescription: Prescription,
) -> None:
    url, client = page_sent(ADDRESS), Client()
    assert client.post(url, {"answer": "not_any_more"}).headers["Location"] == url
    assert "C’est lui qui arrêtera la demande." in client.get(url).content.decode()
    read_again = client.get(url).content.decode()
    assert "Vous avez déjà répondu" in read_again
    assert "vous venez de choisir" not in read_again
    assert "Vous avez déjà répondu" in Client().get(url).content.decode()


def test_yes_confirms_once(prescription: Prescription) -> None:
    url = page_sent(ADDRESS)
    page = Following().post(url, {"answer": "still_current"}).content.decode()
    assert "Vous gardez votre place." in page
    assert again(prescription).confirmed_at is not None
    assert "Vous avez déjà répondu" in Client().get(url).content.decode()
    assert "Vous avez déjà répondu" in Following().post(url, {"answer": "not_any_more"}).content.decode()


def test_no_tells_the_worker_and_does_not_end_the_request(prescription: Prescription) -> None:
    page = Following().post(page_sent(ADDRESS), {"answer": "not_any_more"}).content.decode()
    assert "C’est lui qui arrêtera la demande." in page
    assert "rien n’est mis de côté pour vous" in page
    assert again(prescription).state == "accepted"
    assert again(prescription).declined_at is not None


def test_an_answer_that_is_none_asks_again(prescription: Prescription) -> None:
    page = Following().post(page_sent(ADDRESS), {"answer": "perhaps"}).content.decode()
    assert "Un seul bouton suffit." in page


def test_an_expired_link_may_be_asked_again(prescription: Prescription) -> None:
    url = page_sent(ADDRESS)
    past = timezone.now() - timedelta(days=60)
    ConfirmationLink.objects.update(sent_at=past, expires_at=past + timedelta(days=1))
    response = Client().get(url)
    assert response.status_code == 410
    assert "Recevoir un nouveau lien" in response.content.decode()
    Following().post(url, {"answer": "still_current"})
    assert again(prescription).confirmed_at is None
    before = Mail.objects.count()
    assert "Regardez vos messages" in Following().post(url, {"again": "1"}).content.decode()
    assert Mail.objects.count() == before + 1
    assert page_sent(ADDRESS) != url
    assert "Bonjour Nadia" in Client().get(page_sent(ADDRESS)).content.decode()


def test_the_link_of_a_request_that_is_over_says_so_and_promises_no_other(
    circle: Circle, prescription: Prescription
) -> None:
    withdraw_prescription(actor=circle.worker, prescription=prescription, reason="no_longer_needed")
    response = Client().get(page_sent(ADDRESS))
    page = response.content.decode()
    assert response.status_code == 410
    assert "Cette demande n’attend plus de réponse" in page
    assert "n’est pas perdue" not in page
    assert "Recevoir un nouveau lien" not in page


def test_a_link_that_another_replaced_does_not_offer_one_that_would_not_leave(prescription: Prescription) -> None:
    url = page_sent(ADDRESS)
    send_link(prescription, timezone.now())
    page = Client().get(url).content.decode()
    assert "plus récent" in page
    assert "Recevoir un nouveau lien" not in page


def test_a_link_nobody_was_sent_is_not_found() -> None:
    url = reverse("prescriptions:still_current", args=["inconnu"])
    assert Client().get(url).status_code == 404
    assert Following().post(url, {"answer": "still_current"}).status_code == 404
