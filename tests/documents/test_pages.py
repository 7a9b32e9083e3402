"""The pages of the outbox: the pilot reads them, for anyone else they do not exist."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from documents.enums import MailPurpose, SendState
from documents.models import Mail
from documents.services import forget_mails, queue_mail
from network.models import Membership


@pytest.fixture
def as_pilot(client: Client, pilot: Membership) -> Client:
    client.force_login(pilot.user)
    return client


def a_mail(**fields: Any) -> Mail:
    given = {
        "to": [("camille@exemple.test", "Camille Exemple")],
        "subject": "Un lot vous attend",
        "body": "Voir http://localhost:8000/lots/G-7K3M/ <b>vite</b>",
    }
    return queue_mail(**given | fields)


def shown(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_the_pilot_reads_the_list_and_one_mail(as_pilot: Client) -> None:
    mail = a_mail()
    listed = shown(as_pilot.get(reverse("documents:mail_list")))
    assert "Un lot vous attend" in listed
    assert "camille@exemple.test" in listed
    assert "1 courriel<" in listed
    page = shown(as_pilot.get(reverse("documents:mail_detail", args=[mail.pk])))
    assert '<a href="http://localhost:8000/lots/G-7K3M/"' in page
    assert "&lt;b&gt;vite&lt;/b&gt;" in page


def test_an_empty_list_says_what_will_come(as_pilot: Client) -> None:
    assert "Aucun courriel ici" in shown(as_pilot.get(reverse("documents:mail_list")))


def test_the_list_is_filtered_by_subject_and_by_how_far_a_mail_has_gone(as_pilot: Client) -> None:
    a_mail()
    failed = a_mail(subject="Autre chose")
    Mail.objects.filter(pk=failed.pk).update(delivery=SendState.FAILED, error="TimeoutError")
    listed = shown(as_pilot.get(reverse("documents:mail_list"), {"delivery": "failed", "subject": "autre"}))
    assert "Autre chose" in listed
    assert "Un lot vous attend" not in listed


@pytest.mark.parametrize("count", [1, 60])
def test_the_list_costs_the_same_whatever_its_length(
    as_pilot: Client, django_assert_max_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        a_mail()
    with django_assert_max_num_queries(7):
        as_pilot.get(reverse("documents:mail_list"))


def test_for_anyone_else_the_outbox_does_not_exist(client: Client, technician: Membership) -> None:
    mail = a_mail()
    Mail.objects.filter(pk=mail.pk).update(delivery=SendState.FAILED, error="TimeoutError")
    client.force_login(technician.user)
    assert client.get(reverse("documents:mail_list")).status_code == 404
    assert client.get(reverse("documents:mail_detail", args=[mail.pk])).status_code == 404
    assert client.post(reverse("documents:mail_resend", args=[mail.pk])).status_code == 404
    assert Mail.objects.get(pk=mail.pk).delivery == SendState.FAILED


def test_an_anonymous_is_asked_to_sign_in(client: Client, db: None) -> None:
    for url in (reverse("documents:mail_list"), reverse("documents:mail_detail", args=[1])):
        assert client.get(url).status_code == 302


def test_the_text_of_an_account_mail_is_shown_in_the_demonstration_only(as_pilot: Client, settings: Any) -> None:
    mail = a_mail(purpose=MailPurpose.ACCOUNT, body="https://exemple.test/jeton")
    url = reverse("documents:mail_detail", args=[mail.pk])
    page = shown(as_pilot.get(url))
    assert "jeton" not in page
    assert "seul son destinataire le lit" in page
    settings.DEMO = True
    assert "jeton" in shown(as_pilot.get(url))


def test_a_forgotten_mail_shows_nothing_of_what_it_said(as_pilot: Client) -> None:
    mail = a_mail()
    forget_mails(addresses=["camille@exemple.test"])
    page = shown(as_pilot.get(reverse("documents:mail_detail", args=[mail.pk])))
    assert "effacés sur demande" in page
    assert "camille" not in page.split("<main", 1)[1]
    assert f"courriel effacé {mail.pk}" in shown(as_pilot.get(reverse("documents:mail_list")))


def test_the_pilot_sends_again_by_a_post(as_pilot: Client) -> None:
    mail = a_mail()
    url = reverse("documents:mail_resend", args=[mail.pk])
    assert as_pilot.get(url).status_code == 405
    assert "Rien à renvoyer" in shown(as_pilot.post(url, follow=True))
    Mail.objects.filter(pk=mail.pk).update(delivery=SendState.FAILED, error="interrupted")
    page = shown(as_pilot.get(reverse("documents:mail_detail", args=[mail.pk])))
    assert (
        page.index("À vous d’agir") < page.index("Renvoyer") < page.index("Destinataires") < page.index("Dernier échec")
    )
    assert "de nouveau en attente" in shown(as_pilot.post(url, follow=True))
    assert Mail.objects.get(pk=mail.pk).delivery == SendState.QUEUED
