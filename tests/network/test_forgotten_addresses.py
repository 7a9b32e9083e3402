"""Whose address it is when an account is erased: its own, those it left, and never one it only asked for."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.urls import reverse

from documents.models import Mail
from documents.services import queue_mail
from network.models import FormerAddress, Invitation, Membership, User
from network.services.accounts import create_account, forget_user
from network.services.invitations import invite
from tests.network.factories import PASSWORD, make_membership

pytestmark = pytest.mark.django_db

OWN, OTHER = "camille@exemple.test", "dominique@exemple.test"


@pytest.fixture(autouse=True)
def _real_outbox(settings: Any, mailoutbox: list[EmailMessage]) -> None:
    """Account mail is written to the outbox, as in production."""
    settings.MAILERS = {
        "default": {"BACKEND": "documents.mail_backend.OutboxBackend"},
        "delivery": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"},
    }


@pytest.fixture
def person() -> User:
    user = create_account(email=OWN, first_name="Camille", last_name="Exemple", password=PASSWORD)
    make_membership("contact", "donor", user=user)
    return user


def ask_for(user: User, email: str) -> Client:
    """Ask for a new address, from the page."""
    client = Client()
    assert client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD}).status_code == 302
    response = client.post(reverse("account_email"), {"action_add": "", "email": email})
    if response.url.startswith("/compte/confirmer/"):
        client.post(response.url, {"password": PASSWORD})
    return client


def move_to(user: User, email: str) -> None:
    """Ask for a new address and confirm it."""
    client = ask_for(user, email)
    asked = Mail.objects.get(to=[email], subject="Confirmez votre adresse")
    found = re.search(r"(/compte/adresse/confirmer/\S+)", asked.body)
    assert found
    client.post(found[1])
    user.refresh_from_db()
    assert user.email == email


def written_to(email: str, body: str = "Bonjour Camille") -> Mail:
    return queue_mail(to=[(email, "")], subject="Un sujet", body=body)


def erased(mail: Mail) -> bool:
    return Mail.objects.get(pk=mail.pk).forgotten_at is not None


def pending(email: str) -> Invitation:
    manager = make_membership("manager", "donor")
    return invite(organisation=manager.organisation, email=email, kind="donor", role="contact", by=manager)


def test_an_address_that_was_asked_for_and_never_confirmed_keeps_the_mails_of_its_owner(person: User) -> None:
    owner = create_account(email=OTHER, first_name="Dominique", last_name="Reste", password=PASSWORD)
    Client().post(reverse("account_reset_password"), {"email": OTHER})
    theirs = [*Mail.objects.filter(to=[OTHER]), written_to(OTHER)]
    ask_for(owner, "encore@exemple.test")
    ask_for(person, OTHER)
    asked = Mail.objects.get(to=[OTHER], subject="Confirmez votre adresse")
    of_owner = Mail.objects.get(to=["encore@exemple.test"])

    forget_user(user=person)

    assert len(theirs) == 2
    assert not any(erased(mail) for mail in (*theirs, of_owner))
    assert erased(asked), "this one was sent for the account that is erased"


def test_an_address_that_was_asked_for_keeps_the_invitation_it_received(person: User) -> None:
    waiting = pending(OTHER)
    told = Mail.objects.get(to=[OTHER])
    ask_for(person, OTHER)

    forget_user(user=person)

    assert not erased(told)
    assert Invitation.objects.pending().filter(pk=waiting.pk, email=OTHER).exists()


def test_what_an_account_asked_for_an_address_it_then_gave_up_is_erased_too(person: User) -> None:
    ask_for(person, OTHER)
    ask_for(person, "encore@exemple.test")
    asked = list(Mail.objects.filter(subject="Confirmez votre adresse"))

    forget_user(user=person)

    assert len(asked) == 2
    assert all(erased(mail) for mail in asked)


def test_the_mails_to_an_address_that_was_left_are_erased_with_the_account(person: User) -> None:
    before, waiting = written_to(OWN), pending(OWN)
    move_to(person, OTHER)
    move_to(person, "troisieme@exemple.test")
    between = written_to(OTHER)
    assert set(FormerAddress.objects.values_list("email", flat=True)) == {OWN, OTHER}

    forget_user(user=person)

    assert erased(before)
    assert erased(between)
    assert not Mail.objects.filter(to__overlap=[OWN, OTHER]).exists()
    assert not FormerAddress.objects.exists()
    assert not Invitation.objects.filter(email=OWN).exists()
    assert not Invitation.objects.pending().filter(pk=waiting.pk).exists()


def test_an_address_that_was_left_and_is_another_s_by_now_keeps_its_mails(person: User) -> None:
    move_to(person, OTHER)
    create_account(email=OWN, first_name="Nouvelle", last_name="Venue")
    theirs = written_to(OWN)

    forget_user(user=person)

    assert not erased(theirs)


def test_an_address_that_was_left_and_to_which_another_is_invited_keeps_its_mails(person: User) -> None:
    move_to(person, OTHER)
    waiting = pending(OWN)
    theirs = Mail.objects.filter(to=[OWN]).latest("pk")

    forget_user(user=person)

    assert not erased(theirs)
    assert Invitation.objects.pending().filter(pk=waiting.pk, email=OWN).exists()


def test_an_address_changed_by_whatever_way_is_remembered_by_the_database(person: User) -> None:
    User.objects.filter(pk=person.pk).update(email=OTHER)
    assert FormerAddress.objects.get().email == OWN
    forget_user(user=User.objects.get(pk=person.pk))
    assert not FormerAddress.objects.exists(), "an erased account leaves nothing"
    assert not EmailAddress.objects.filter(user=person).exists()


def test_an_account_that_comes_back_to_an_address_keeps_it_once(person: User) -> None:
    for email in (OTHER, OWN, OTHER):
        User.objects.filter(pk=person.pk).update(email=email)
    assert sorted(FormerAddress.objects.values_list("email", flat=True)) == [OWN, OTHER]
    assert Membership.objects.filter(user=person).exists()


def test_no_temporary_table_takes_the_address_that_is_left(person: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE network_formeraddress (LIKE public.network_formeraddress INCLUDING ALL)")
        cursor.execute("UPDATE network_user SET email = %s WHERE id = %s", [OTHER, person.pk])
        cursor.execute("SELECT email FROM public.network_formeraddress WHERE user_id = %s", [person.pk])
        assert cursor.fetchall() == [(OWN,)]
        cursor.execute("DROP TABLE pg_temp.network_formeraddress")
