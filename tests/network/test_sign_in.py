"""Signing in, passwords, addresses: the pages of one's account."""

import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account import app_settings
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from network.models import User
from network.services.accounts import create_account, disable_account
from tests.network.factories import PASSWORD, make_membership, make_user

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "une autre phrase de passe"
LOGIN = "/connexion/"


def signed_in(client: Client) -> bool:
    return client.get(reverse("network:account")).status_code == 200


def sign_in(client: Client, email: str, password: str = PASSWORD):  # type: ignore[no-untyped-def]
    return client.post(LOGIN, {"login": email, "password": password})


@pytest.fixture
def person() -> User:
    user = create_account(email="camille@exemple.test", first_name="Camille", password=PASSWORD)
    make_membership("contact", "donor", user=user)
    return user


def ask_for_address(client: Client, email: str) -> HttpResponse:
    """Ask for a new address, and give the password again if it is asked for."""
    response = client.post("/compte/adresse/", {"action_add": "", "email": email})
    if response.url.startswith("/compte/confirmer/"):
        response = client.post(response.url, {"password": PASSWORD})
    return client.get(response.url)


def words(response: HttpResponse) -> str:
    """A page less what is drawn anew each time it is served."""
    return re.sub(
        r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|data-left="[^"]*"', "", response.content.decode()
    )


def confirmation_link(email: str) -> str:
    """The link of the message that asks ``email`` to confirm."""
    bodies = [str(message.body) for message in mail.outbox if message.to == [email]]
    found = re.search(r"https?://[^/]+(/compte/adresse/confirmer/\S+)", bodies[-1])
    assert found
    return found[1]


def reset_link() -> str:
    found = re.search(r"https?://[^/]+(/mot-de-passe-oublie/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_one_signs_in_with_an_address_in_any_case_and_lands_on_the_first_page(client: Client, person: User) -> None:
    response = sign_in(client, "CAMILLE@exemple.test")
    assert response.url == "/"
    assert signed_in(client)


def test_an_account_made_at_the_command_line_signs_in_too(client: Client) -> None:
    make_membership("contact", "donor", user=make_user(email="ligne@exemple.test"))
    sign_in(client, "ligne@exemple.test")
    assert signed_in(client)


@pytest.mark.parametrize(("email", "password"), [("camille@exemple.test", "faux"), ("inconnue@exemple.test", PASSWORD)])
def test_a_wrong_address_and_a_wrong_password_get_the_same_answer(
    client: Client, person: User, email: str, password: str
) -> None:
    response = sign_in(client, email, password)
    assert "L’adresse électronique ou le mot de passe est inexact." in response.content.decode()
    assert not signed_in(client)


def test_a_disabled_account_reads_a_clear_sentence_with_the_right_password_only(client: Client, person: User) -> None:
    disable_account(user=person)
    response = client.post(LOGIN, {"login": person.email, "password": PASSWORD}, follow=True)
    assert "Ce compte est désactivé" in response.content.decode()
    assert "inexact" in sign_in(client, person.email, "faux").content.decode()
    assert not signed_in(client)


def test_disabling_ends_the_sessions(client: Client, person: User) -> None:
    sign_in(client, person.email)
    disable_account(user=person)
    assert not signed_in(client)


def from_address(client: Client, address: str, email: str, password: str) -> str:
    page = client.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=address)
    return page.content.decode()


def test_too_many_wrong_passwords_are_stopped(client: Client, person: User) -> None:
    for _ in range(5):
        sign_in(client, person.email, "faux")
    response = sign_in(client, person.email)
    assert "Trop d’essais" in response.content.decode()
    assert "Mot de passe oublié" in response.content.decode()
    assert not signed_in(client)


def test_wrong_passwords_are_counted_by_account_whatever_the_address(person: User) -> None:
    for number in range(5):
        assert "inexact" in from_address(Client(), f"192.0.2.{number}", person.email, "faux")
    assert "Trop d’essais" in from_address(Client(), "192.0.2.99", person.email.upper(), PASSWORD)


def test_wrong_passwords_are_counted_by_address_whatever_the_account(person: User) -> None:
    for number in range(10):
        assert "inexact" in from_address(Client(), "192.0.2.7", f"personne{number}@exemple.test", "faux")
    assert "Trop d’essais" in from_address(Client(), "192.0.2.7", person.email, PASSWORD)
    client = Client()
    assert from_address(client, "192.0.2.8", person.email, PASSWORD) == ""
    assert signed_in(client)


def test_whoever_tries_passwords_does_not_lock_the_owner_out(client: Client, person: User) -> None:
    sign_in(client, person.email)
    client.post("/deconnexion/")
    for number in range(12):
        from_address(Client(), f"192.0.2.{number % 3}", person.email, "faux")
    assert "Trop d’essais" in sign_in(Client(), person.email).content.decode()
    sign_in(client, person.email)
    assert signed_in(client), "in the browser where the owner signed in before"


def test_a_known_browser_has_tries_of_its_own_and_no_more(client: Client, person: User) -> None:
    sign_in(client, person.email)
    client.post("/deconnexion/")
    for _ in range(5):
        assert "inexact" in sign_in(client, person.email, "faux").content.decode()
    assert "Trop d’essais" in sign_in(client, person.email).content.decode()
    elsewhere = Client()
    sign_in(elsewhere, person.email)
    assert signed_in(elsewhere)


def test_a_browser_is_known_for_its_account_alone_and_by_a_name_that_names_nobody(client: Client, person: User) -> None:
    other = create_account(email="autre@exemple.test", password=PASSWORD)
    sign_in(client, person.email)
    client.post("/deconnexion/")
    cookie = client.cookies["appareil"]
    assert cookie["httponly"]
    assert (cookie["path"], cookie["samesite"]) == (LOGIN, "Lax")
    assert person.email not in cookie.value
    for _ in range(5):
        sign_in(Client(), other.email, "faux")
    assert "Trop d’essais" in sign_in(client, other.email).content.decode()
    client.cookies["appareil"] = cookie.value + "x"
    for _ in range(5):
        sign_in(Client(), person.email, "faux")
    assert "Trop d’essais" in sign_in(client, person.email).content.decode(), "a forged one is none"


def test_a_new_password_opens_the_account_at_once(client: Client, person: User) -> None:
    for _ in range(5):
        sign_in(client, person.email, "faux")
    client.post("/mot-de-passe-oublie/", {"email": person.email})
    form = client.get(reset_link(), follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    sign_in(client, person.email, NEW_PASSWORD)
    assert signed_in(client)


def test_what_counts_the_tries_is_shared_by_processes_and_names_nobody(person: User) -> None:
    from_address(Client(), "192.0.2.7", person.email, "faux")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, encode(decode(value, 'base64'), 'escape') FROM shared_cache")
        kept = str(cursor.fetchall())
    assert len(kept) > 100
    for told in ("192.0.2.7", person.email, "camille", hashlib.sha256(person.email.encode()).hexdigest()):
        assert told not in kept


def hashed(client: Client, email: str, password: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many times a password is hashed, which is nearly all the time that an answer takes."""
    counted: list[str] = []
    hasher = type(get_hasher())
    encode = hasher.encode

    def count(self: Any, word: str, *args: Any, **kwargs: Any) -> str:
        counted.append(word)
        return str(encode(self, word, *args, **kwargs))

    with monkeypatch.context() as patch:
        patch.setattr(hasher, "encode", count)
        assert "inexact" in sign_in(client, email, password).content.decode()
    return len(counted)


def test_an_unknown_address_takes_as_long_as_a_known_one(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    disabled = create_account(email="fermee@exemple.test", password=PASSWORD)
    disable_account(user=disabled)
    unusable = make_user(email="sans@exemple.test", password=None)
    line = make_user(email="ligne@exemple.test")
    spaced = f"  {person.email} "
    emails = (person.email, disabled.email, unusable.email, line.email, spaced, "inconnue@exemple.test")
    times = {email: hashed(Client(), email, "faux", monkeypatch) for email in emails}
    assert set(times.values()) == {1}, times


def test_signing_in_changes_the_key_of_the_session(client: Client, person: User) -> None:
    client.get(LOGIN)
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client, person.email)
    assert client.session.session_key != session.session_key


def test_signing_out_takes_a_post(client: Client, person: User) -> None:
    client.force_login(person)
    client.get("/deconnexion/")
    assert signed_in(client)
    assert client.post("/deconnexion/").url == LOGIN
    assert not signed_in(client)


def test_nobody_opens_an_account_without_an_invitation(client: Client) -> None:
    assert "sur invitation" in client.get("/inscription/").content.decode()
    data = {"email": "x@exemple.test", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/inscription/", data)
    assert not User.objects.exists()


def test_a_reset_gives_the_same_answer_for_an_unknown_and_for_a_disabled_address(client: Client, person: User) -> None:
    disabled = create_account(email="fermee@exemple.test", password=PASSWORD)
    disabled.is_active = False
    disabled.save()
    answers = set()
    for email in (person.email, "inconnue@exemple.test", disabled.email):
        response = client.post("/mot-de-passe-oublie/", {"email": email}, follow=True)
        answers.add((response.redirect_chain[-1], words(response)))
    assert len(answers) == 1
    assert [message.to for message in mail.outbox] == [[person.email]]


def test_a_reset_link_serves_once_and_closes_the_other_sessions(client: Client, person: User) -> None:
    elsewhere = Client()
    sign_in(elsewhere, person.email)
    client.post("/mot-de-passe-oublie/", {"email": person.email})
    link = reset_link()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    response = client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}, follow=True)
    assert "Mot de passe enregistré" in response.content.decode()
    assert not signed_in(elsewhere)
    assert "n’ouvre plus" in Client().get(link, follow=True).content.decode()
    sign_in(client, person.email, NEW_PASSWORD)
    assert signed_in(client)
    assert "remplacé" in str(mail.outbox[-1].body)


def test_a_reset_link_dies_when_the_password_changes_otherwise(client: Client, person: User) -> None:
    client.post("/mot-de-passe-oublie/", {"email": person.email})
    person.set_password(NEW_PASSWORD)
    person.save()
    assert "n’ouvre plus" in client.get(reset_link(), follow=True).content.decode()


def test_changing_the_password_asks_for_it_and_closes_the_other_sessions(client: Client, person: User) -> None:
    elsewhere = Client()
    for session in (client, elsewhere):
        sign_in(session, person.email)
    data = {"oldpassword": "faux", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert "inexact" in client.post("/compte/mot-de-passe/", data).content.decode()
    client.post("/compte/mot-de-passe/", data | {"oldpassword": PASSWORD})
    assert signed_in(client)
    assert not signed_in(elsewhere)
    assert "Votre mot de passe a changé" in mail.outbox[-1].subject


def test_a_new_address_is_confirmed_there_and_announced_to_the_old_one(client: Client, person: User) -> None:
    sign_in(client, person.email)
    ask_for_address(client, "Nouvelle@Exemple.test")
    assert mail.outbox[-1].to == ["nouvelle@exemple.test"]
    assert User.objects.get().email == "camille@exemple.test"
    link = confirmation_link("nouvelle@exemple.test")
    client.get(link)
    assert User.objects.get().email == "camille@exemple.test"
    client.post(link)
    assert User.objects.get().email == "nouvelle@exemple.test"
    told = {message.to[0]: message for message in mail.outbox}["camille@exemple.test"]
    assert "nouvelle@exemple.test" in str(told.body)
    assert not EmailAddress.objects.filter(email="camille@exemple.test").exists()
    assert "n’ouvre plus" in client.get(link).content.decode()


def test_an_address_to_which_a_message_has_just_left_is_refused_or_said_to_wait(client: Client, person: User) -> None:
    sign_in(client, person.email)
    ask_for_address(client, "premiere@exemple.test")
    again = client.post("/compte/adresse/", {"action_send": "", "email": "premiere@exemple.test"}, follow=True)
    assert "Un message est déjà parti à cette adresse\u00a0: attendez trois minutes" in again.content.decode()
    ask_for_address(client, "seconde@exemple.test")
    back = client.post("/compte/adresse/", {"action_add": "", "email": "premiere@exemple.test"})
    assert back.status_code == 200
    assert "Un message est déjà parti à cette adresse\u00a0: attendez trois minutes" in back.content.decode()
    assert [message.to for message in mail.outbox] == [["premiere@exemple.test"], ["seconde@exemple.test"]]
    assert EmailAddress.objects.filter(email="seconde@exemple.test", verified=False).exists()
    assert app_settings.RATE_LIMITS["confirm_email"] == "1/180s/key", "the minutes that are told"


def test_a_new_address_closes_the_other_sessions_and_keeps_the_one_it_is_confirmed_in(
    client: Client, person: User
) -> None:
    elsewhere, other = Client(), Client()
    for browser in (client, elsewhere):
        sign_in(browser, person.email)
    colleague = create_account(email="dominique@exemple.test", password=PASSWORD)
    make_membership("contact", "donor", user=colleague)
    sign_in(other, colleague.email)
    ask_for_address(client, "nouvelle@exemple.test")
    assert signed_in(elsewhere)
    client.post(confirmation_link("nouvelle@exemple.test"))
    assert signed_in(client)
    assert not signed_in(elsewhere)
    assert signed_in(other)


def test_a_new_address_confirmed_where_nobody_is_signed_in_closes_every_session(client: Client, person: User) -> None:
    sign_in(client, person.email)
    ask_for_address(client, "nouvelle@exemple.test")
    Client().post(confirmation_link("nouvelle@exemple.test"))
    assert not signed_in(client)
    sign_in(client, "nouvelle@exemple.test")
    assert signed_in(client)


def test_changing_the_address_asks_for_the_password_again(client: Client, person: User) -> None:
    sign_in(client, person.email)
    response = client.post("/compte/adresse/", {"action_add": "", "email": "autre@exemple.test"})
    assert response.url.startswith("/compte/confirmer/")
    assert "saisissez de nouveau" in client.get(response.url).content.decode()
    assert not mail.outbox


def test_changing_to_the_address_of_another_says_nothing_of_that_account(client: Client, person: User) -> None:
    make_user(email="prise@exemple.test")
    sign_in(client, person.email)
    answers = set()
    for email in ("prise@exemple.test", "libre@exemple.test"):
        response = ask_for_address(client, email)
        answers.add(words(response).replace(email, "X"))
    assert len(answers) == 1
    confirm = confirmation_link("prise@exemple.test")
    assert "ne peut pas être utilisée" in client.get(confirm).content.decode()
    client.post(confirm)
    assert User.objects.get(pk=person.pk).email == "camille@exemple.test"


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/mon-compte/?x=1", "/mon-compte/?x=1"),
        ("https://ailleurs.exemple/mon-compte/", "/"),
        ("http://testserver//ailleurs.exemple/", "/"),
        ("", "/"),
    ],
)
def test_what_is_sent_once_the_session_is_over_is_said_to_be_lost_and_leads_back_to_the_page_it_came_from(
    client: Client, came_from: str, back: str
) -> None:
    sent = client.post("/mon-compte/cles/7/revoquer/", headers={"referer": came_from})
    asked = parse_qs(urlsplit(sent.url).query)
    assert (urlsplit(sent.url).path, asked["next"]) == (LOGIN, [back])
    page = client.get(sent.url).content.decode()
    assert "rien de ce que vous venez d’envoyer n’a été enregistré" in page
    assert "s’ouvre dès que vous êtes connecté" not in page


def test_a_page_that_is_only_opened_is_promised_for_after_the_sign_in(client: Client) -> None:
    asked = client.get("/mon-compte/?x=1")
    assert parse_qs(urlsplit(asked.url).query) == {"next": ["/mon-compte/?x=1"]}
    page = client.get(asked.url).content.decode()
    assert "s’ouvre dès que vous êtes connecté" in page
    assert "rien de ce que" not in page


def test_the_password_is_asked_before_a_new_address_is_typed(client: Client, person: User) -> None:
    client.force_login(person)
    asked = client.get("/compte/adresse/")
    assert asked.url.startswith("/compte/confirmer/?")
    again = client.post(asked.url, {"password": PASSWORD})
    assert again.url == "/compte/adresse/"
    assert client.get(again.url).status_code == 200


@pytest.mark.parametrize("password", ["motdepasse12", "MotDePasse-2026!", "Azerty123456", "bonjour!Soleil99"])
def test_a_common_french_word_with_figures_is_no_password(password: str) -> None:
    with pytest.raises(ValidationError, match="trop courant"):
        validate_password(password)
    validate_password(PASSWORD)
    validate_password(NEW_PASSWORD)


def test_a_wrong_password_is_not_said_to_leave_something_to_correct(client: Client, person: User) -> None:
    page = sign_in(client, person.email, "autre chose de long").content.decode()
    assert "Vous n’êtes pas connecté" in page
    assert "Rien n’est enregistré" not in page


def test_an_open_redirect_is_not_followed(client: Client, person: User) -> None:
    response = client.post(
        f"{LOGIN}?next=https://ailleurs.exemple/",
        {"login": person.email, "password": PASSWORD, "next": "https://ailleurs.exemple/"},
    )
    assert response.url == "/"
