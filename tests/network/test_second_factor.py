"""A code of one's telephone after the password: who wants one, of whom it is demanded, and who tries without."""

import base64
import re
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from desk.services.api_keys import make_api_key
from network.enums import ROLES_BY_KIND, SECOND_FACTOR_ROLES
from network.middleware import OPEN_WITHOUT_FACTOR
from network.models import AccountAct, AccountChange, FactorResetReason, Membership, User
from network.second_factor import SecondFactorAdapter, codes_left, has_second_factor
from network.services.accounts import create_account, forget_user
from network.services.second_factor import reset_second_factor
from tests.network.factories import PASSWORD, make_membership, make_user
from tests.pages import acting, read
from tests.screens import AXE, flaws

pytestmark = pytest.mark.django_db
LOGIN, CODE, ON = "/connexion/", "/connexion/code/", "/compte/second-facteur/"
OFF, CODES, RENEW = f"{ON}desactiver/", f"{ON}codes/", f"{ON}codes/renouveler/"


class Telephone:
    """Shows the codes of a secret, at any hour."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def code(self, steps: int = 0) -> str:
        counter = int(time.time()) // app_settings.TOTP_PERIOD + steps
        return format_hotp_value(hotp_value(self.secret, counter))


@pytest.fixture
def demanded(settings: Any) -> None:
    settings.MAILLON_SECOND_FACTOR = True


def person_of(role: str = "contact", kind: str = "donor") -> Membership:
    user = create_account(
        email=f"{role}.{kind}@exemple.test", first_name="Camille", last_name="Exemple", password=PASSWORD
    )
    return make_membership(role, kind, user=user)


def sign_in(client: Client, user: User) -> Any:
    return client.post(LOGIN, {"login": user.email, "password": PASSWORD})


def confirm_password(client: Client, url: str) -> Any:
    """Open a page that asks for the password again, and give it."""
    asked = client.get(url)
    if asked.status_code == 302 and asked.url.startswith("/compte/confirmer/"):
        return client.get(client.post(asked.url, {"password": PASSWORD}).url)
    return asked


def secret_of(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found
    return found[1].replace(" ", "")


def turned_on(client: Client) -> tuple[Telephone, list[str]]:
    """Turn it on in a browser that is signed in: the telephone, and the recovery codes."""
    telephone = Telephone(secret_of(confirm_password(client, ON).content.decode()))
    answer = client.post(ON, {"code": telephone.code()})
    assert answer.url == CODES
    shown = client.get(CODES).content.decode()
    return telephone, re.findall(r"<li><code>(\d{4} \d{4})</code>", shown)


def later(monkeypatch: pytest.MonkeyPatch, delay: timedelta) -> None:
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + delay.total_seconds())


def with_factor(membership: Membership) -> tuple[Telephone, list[str]]:
    client = Client()
    sign_in(client, membership.user)
    found = turned_on(client)
    cache.clear()
    return found


def signed_in(client: Client) -> bool:
    return client.get(reverse("network:account")).status_code == 200


def acts(user: User) -> list[str]:
    return list(AccountChange.objects.filter(user=user).order_by("pk").values_list("act", flat=True))


@pytest.mark.django_db(transaction=True)
def test_whoever_wants_one_turns_it_on_after_the_password_and_sees_ten_codes_once() -> None:
    person = person_of()
    client = Client()
    sign_in(client, person.user)
    assert "Activer le second facteur" in read(client, reverse("network:account"))
    assert client.get(ON).url.startswith("/compte/confirmer/"), "the password is asked again"
    telephone, codes = turned_on(client)
    assert len(set(codes)) == 10
    again = read(client, CODES)
    assert "ont déjà été montrés" in again
    assert not any(code in again for code in codes)
    assert acts(person.user) == [AccountAct.FACTOR_ON]
    assert mail.outbox[-1].subject == "Le second facteur de votre compte est activé"
    told = " ".join(str(message.body) for message in mail.outbox)
    assert telephone.secret not in told
    assert "10 codes de secours" in read(client, reverse("network:account")).replace("\xa0", " ")


def test_the_secret_is_a_picture_and_a_text_in_groups_of_four_and_no_browser_keeps_it() -> None:
    client = Client()
    sign_in(client, person_of().user)
    answer = confirm_password(client, ON)
    page = answer.content.decode()
    secret = secret_of(page)
    groups = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert groups
    assert {len(group) for group in groups[1].split()} == {4}
    assert secret in base64.b32encode(base64.b32decode(secret)).decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert "no-store" in answer["Cache-Control"]
    assert "data:" in answer["Content-Security-Policy"]


def test_signing_in_then_takes_a_code_and_the_password_alone_opens_nothing() -> None:
    person = person_of()
    telephone, _ = with_factor(person)
    client = Client()
    assert sign_in(client, person.user).url.startswith(CODE)
    for url in pages():
        answer = client.get(url)
        assert answer.status_code != 200 or not answer.wsgi_request.user.is_authenticated, url
    assert not signed_in(client)
    sign_in(client, person.user)
    assert "mot de passe est bon" in read(client, CODE)
    assert client.post(CODE, {"code": telephone.code(1)}).url == "/"
    assert signed_in(client)


def pages() -> list[str]:
    """Every address that takes nothing."""
    found: list[str] = []

    def walk(patterns: list[Any], before: str) -> None:
        for one in patterns:
            route = before + str(one.pattern).removeprefix("^")
            if isinstance(one, URLResolver):
                walk(one.url_patterns, route)
            elif isinstance(one, URLPattern) and "<" not in route and "(" not in route and route != "deconnexion/":
                found.append("/" + route.rstrip("$"))

    walk(get_resolver().url_patterns, "")
    assert len(found) > 80
    return found


def test_a_code_opens_once_and_neither_does_the_one_that_turned_it_on() -> None:
    person = person_of()
    client = Client()
    sign_in(client, person.user)
    telephone = Telephone(secret_of(confirm_password(client, ON).content.decode()))
    first = telephone.code()
    client.post(ON, {"code": first})
    second = telephone.code(1)
    for code, opens in ((first, False), (second, True), (second, False)):
        other = Client()
        sign_in(other, person.user)
        answer = other.post(CODE, {"code": code})
        assert signed_in(other) is opens
        assert opens or "a déjà servi" in answer.content.decode()


def test_a_code_that_was_used_stays_spent_for_as_long_as_it_would_open(monkeypatch: pytest.MonkeyPatch) -> None:
    person = person_of()
    telephone, _ = with_factor(person)
    early = telephone.code(1)
    client = Client()
    sign_in(client, person.user)
    client.post(CODE, {"code": early})
    assert signed_in(client)
    later(monkeypatch, timedelta(seconds=45))
    replayed = Client()
    sign_in(replayed, person.user)
    replayed.post(CODE, {"code": early})
    assert not signed_in(replayed)


def test_a_code_of_a_minute_ago_opens_nothing() -> None:
    person = person_of()
    telephone, _ = with_factor(person)
    client = Client()
    sign_in(client, person.user)
    assert "inexact" in client.post(CODE, {"code": telephone.code(-3)}).content.decode()
    assert not signed_in(client)


def test_a_recovery_code_opens_once_with_or_without_its_space() -> None:
    person = person_of()
    _, codes = with_factor(person)
    for code, opens in ((codes[0], True), (codes[0].replace(" ", ""), False), (codes[1].replace(" ", ""), True)):
        client = Client()
        sign_in(client, person.user)
        client.post(CODE, {"code": code})
        assert signed_in(client) is opens
    assert codes_left(person.user) == 8


@pytest.mark.django_db(transaction=True)
def test_renewed_recovery_codes_replace_the_former_ones() -> None:
    person = person_of()
    client = Client()
    sign_in(client, person.user)
    _, former = turned_on(client)
    assert client.post(RENEW).url == CODES
    renewed = re.findall(r"<li><code>(\d{4} \d{4})</code>", client.get(CODES).content.decode())
    assert len(renewed) == 10
    assert not set(renewed) & set(former)
    for code, opens in ((former[0], False), (renewed[0], True)):
        other = Client()
        sign_in(other, person.user)
        other.post(CODE, {"code": code})
        assert signed_in(other) is opens
    assert acts(person.user) == [AccountAct.FACTOR_ON, AccountAct.CODES_RENEWED]
    assert "renouvelés" in mail.outbox[-1].subject


def test_whoever_tries_codes_is_stopped_and_the_person_is_told_once() -> None:
    person = person_of()
    telephone, _ = with_factor(person)
    mail.outbox.clear()
    for number in range(12):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        sign_in(client, person.user)
        answer = client.post(CODE, {"code": f"{number:06}"})
    assert "attendez cinq minutes" in answer.content.decode()
    client.post(CODE, {"code": telephone.code(1)})
    assert not signed_in(client), "not even the right one"
    assert [message.subject for message in mail.outbox] == ["Quelqu’un essaie d’entrer dans votre compte"]


def test_codes_tried_all_day_are_stopped_until_the_password_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    person = person_of()
    telephone, _ = with_factor(person)
    mail.outbox.clear()
    tried = ""
    for _ in range(6):
        later(monkeypatch, timedelta(minutes=6))
        client = Client()
        sign_in(client, person.user)
        for number in range(4):
            tried = client.post(CODE, {"code": f"{number:06}"}).content.decode()
    assert "rouvrent demain" in tried
    assert [message.subject for message in mail.outbox] == ["Quelqu’un essaie d’entrer dans votre compte"]
    later(monkeypatch, timedelta(minutes=6))
    client.post(CODE, {"code": telephone.code(0)})
    assert not signed_in(client)
    person.user.set_password("une autre phrase de passe")
    person.user.save()
    client = Client()
    client.post(LOGIN, {"login": person.user.email, "password": "une autre phrase de passe"})
    client.post(CODE, {"code": telephone.code(1)})
    assert signed_in(client)


def test_whoever_mistypes_the_first_code_of_her_own_telephone_alarms_nobody() -> None:
    person, client = person_of(), Client()
    sign_in(client, person.user)
    confirm_password(client, ON)
    mail.outbox.clear()
    for number in range(8):
        answer = client.post(ON, {"code": f"{number:06}"})
    assert "attendez cinq minutes" in answer.content.decode()
    assert mail.outbox == []


def test_codes_that_were_not_judged_do_not_use_up_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    person = person_of()
    telephone, _ = with_factor(person)
    client = Client()
    sign_in(client, person.user)
    for number in range(25):
        tried = client.post(CODE, {"code": f"{number:06}"}).content.decode()
        assert "rouvrent demain" not in tried
    later(monkeypatch, timedelta(minutes=6))
    client = Client()
    sign_in(client, person.user)
    client.post(CODE, {"code": telephone.code(0)})
    assert signed_in(client)


def test_a_forgotten_password_does_not_take_the_code_away() -> None:
    person = person_of()
    with_factor(person)
    client = Client()
    client.post("/mot-de-passe-oublie/", {"email": person.user.email})
    link = re.search(r"https?://[^/]+(/mot-de-passe-oublie/\S+)", str(mail.outbox[-1].body))
    assert link
    form = client.get(link[1], follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "une autre phrase de passe", "password2": "une autre phrase de passe"})
    assert not signed_in(client)
    client.post(LOGIN, {"login": person.user.email, "password": "une autre phrase de passe"})
    assert not signed_in(client)


def test_turning_it_on_and_off_and_renewing_its_codes_close_the_other_sessions() -> None:
    person = person_of()
    elsewhere, client = Client(), Client()
    for browser in (elsewhere, client):
        sign_in(browser, person.user)
    telephone, _ = turned_on(client)
    assert signed_in(client)
    for url in (RENEW, OFF):
        assert not signed_in(elsewhere), url
        sign_in(elsewhere, person.user)
        elsewhere.post(CODE, {"code": telephone.code(1 if url == RENEW else -1)})
        assert signed_in(elsewhere), url
        client.post(url)
        assert signed_in(client), url
    assert not signed_in(elsewhere)


def test_turning_it_off_is_kept_and_told() -> None:
    person = person_of()
    elsewhere, client = Client(), Client()
    sign_in(client, person.user)
    turned_on(client)
    client.post(OFF)
    assert not Authenticator.objects.exists()
    assert acts(person.user) == [AccountAct.FACTOR_ON, AccountAct.FACTOR_OFF]
    assert "désactivé" in mail.outbox[-1].subject
    sign_in(elsewhere, person.user)
    assert signed_in(elsewhere)


def test_one_moves_it_to_another_telephone_and_keeps_the_recovery_codes() -> None:
    person = person_of()
    client = Client()
    sign_in(client, person.user)
    former, codes = turned_on(client)
    telephone = Telephone(secret_of(client.get(ON).content.decode()))
    assert telephone.secret != former.secret
    assert client.post(ON, {"code": "000000"}).status_code == 200
    assert Authenticator.objects.filter(type="totp").count() == 1
    assert client.post(ON, {"code": telephone.code()}).url == reverse("network:account")
    for code, opens in ((former.code(1), False), (codes[0], True), (telephone.code(1), True)):
        other = Client()
        sign_in(other, person.user)
        other.post(CODE, {"code": code})
        assert signed_in(other) is opens
    assert acts(person.user) == [AccountAct.FACTOR_ON, AccountAct.FACTOR_MOVED]


def test_nothing_of_it_changes_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    person = person_of()
    client = Client()
    sign_in(client, person.user)
    turned_on(client)
    later(monkeypatch, timedelta(minutes=10))
    for url in (ON, OFF, RENEW, CODES):
        for answer in (client.get(url), client.post(url, {"code": "000000"})):
            assert answer.status_code == 405 or answer.url.startswith("/compte/confirmer/"), url
    assert acts(person.user) == [AccountAct.FACTOR_ON]


def test_the_secrets_are_encrypted_in_the_database_which_refuses_any_that_is_not() -> None:
    person = person_of()
    telephone, codes = with_factor(person)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        kept = cursor.fetchone()[0]
    assert telephone.secret not in kept
    assert not any(code.replace(" ", "") in kept for code in codes)
    for forged in ({"type": "totp", "data": {"secret": telephone.secret}}, {"type": "webauthn", "data": {}}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Authenticator.objects.create(user=make_user(), **forged)


def test_a_former_key_of_the_site_still_reads_them_and_without_it_a_sentence_says_whom_to_ask(settings: Any) -> None:
    person = person_of()
    telephone, _ = with_factor(person)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    client = Client()
    sign_in(client, person.user)
    assert "ne se lit plus" in client.post(CODE, {"code": telephone.code(1)}).content.decode()
    assert not signed_in(client)
    settings.SECRET_KEY_FALLBACKS = [former]
    assert SecondFactorAdapter().decrypt(Authenticator.objects.get(type="totp").data["secret"]) == telephone.secret


def test_the_technical_team_sees_who_has_one_and_no_secret_even_encrypted() -> None:
    victim, staff = person_of(), person_of("manager", "prescriber").user
    with_factor(victim)
    User.objects.filter(pk=staff.pk).update(is_staff=True, is_superuser=True)
    staff.refresh_from_db()
    client = Client()
    client.force_login(staff)
    for factor in Authenticator.objects.filter(user=victim.user):
        page = client.get(reverse("admin:mfa_authenticator_change", args=[factor.pk])).content.decode()
        assert str(victim.user) in page
        assert not [value for value in factor.data.values() if isinstance(value, str) and value in page]
        assert "gAAAA" not in page


def test_who_keeps_the_house_must_have_one_and_the_roles_are_roles() -> None:
    assert all(role in ROLES_BY_KIND[kind] for kind, role in SECOND_FACTOR_ROLES)


@pytest.mark.usefixtures("demanded")
@pytest.mark.parametrize(("kind", "role"), sorted(SECOND_FACTOR_ROLES))
def test_whose_role_demands_one_is_led_to_it_and_opens_no_other_page_until_it_is_done(kind: str, role: str) -> None:
    person = person_of(role, kind)
    client = Client()
    assert client.get(sign_in(client, person.user).url).url == ON
    opened = {reverse(name) for name in OPEN_WITHOUT_FACTOR if name != "desk:guide_chapter"}
    assert client.post(reverse("network:session_renew")).json()["left"] > 0
    for url in pages():
        if url not in opened:
            assert client.get(url).headers.get("Location", "").startswith((ON, "/compte/confirmer/")), url
            assert client.post(url).status_code in {302, 403}, url
    assert "aucun second facteur" not in read(client, reverse("desk:guide"))
    turned_on(client)
    assert signed_in(client)
    assert client.get("/").status_code == 200


@pytest.mark.usefixtures("demanded")
def test_what_is_sent_before_it_is_set_up_is_not_kept_and_says_so() -> None:
    client = acting(make_membership("pilot", "departement"))
    answer = client.post(reverse("network:account"), {"first_name": "Autre", "last_name": "Nom"})
    assert answer.url == ON
    assert "n’a été enregistré" in confirm_page(client)
    assert not User.objects.filter(first_name="Autre").exists()


def confirm_page(client: Client) -> str:
    return client.get(ON, follow=True).content.decode()


@pytest.mark.usefixtures("demanded")
def test_another_role_of_the_same_person_does_not_let_him_in() -> None:
    person = person_of("worker", "prescriber")
    make_membership("pilot", "departement", user=person.user)
    client = acting(person)
    client.post(reverse("network:role_switch"), {"membership": person.pk})
    assert client.get("/").url == ON


@pytest.mark.usefixtures("demanded")
def test_the_technical_team_must_have_one_too() -> None:
    user = User.objects.create_superuser("technique@exemple.test", PASSWORD)
    client = Client()
    client.force_login(user)
    assert client.get("/technique/").url == ON


@pytest.mark.usefixtures("demanded")
def test_the_others_go_in_as_before_and_so_does_everybody_where_nothing_is_demanded(settings: Any) -> None:
    assert acting(person_of("worker", "prescriber")).get("/").status_code == 200
    pilot = acting(make_membership("pilot", "departement"))
    assert pilot.get("/").url == ON
    settings.MAILLON_SECOND_FACTOR = False
    assert pilot.get("/").status_code == 200


@pytest.mark.usefixtures("demanded")
def test_a_program_asks_by_its_key_as_before() -> None:
    pilot = make_membership("pilot", "departement")
    _, token = make_api_key(actor=pilot, name="Tableau de bord")
    answer = Client().get("/api/v1/rapports", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200


@pytest.mark.usefixtures("demanded")
def test_who_must_have_one_does_not_turn_it_off() -> None:
    person = person_of("pilot", "departement")
    client = Client()
    sign_in(client, person.user)
    turned_on(client)
    assert "demande un second facteur" in read(client, OFF)
    assert "demande un second facteur" in client.post(OFF).content.decode()
    assert has_second_factor(person.user)
    assert acts(person.user) == [AccountAct.FACTOR_ON]
    assert OFF not in read(client, reverse("network:account"))


def reset_by(client: Client, user: User, **data: str) -> Any:
    url = reverse("network:second_factor_reset", args=[user.pk])
    confirm_password(client, url)
    return client.post(url, data)


def test_the_pilot_takes_away_the_factor_of_whoever_lost_the_telephone_and_it_is_kept_and_told() -> None:
    pilot, person = make_membership("pilot", "departement"), person_of()
    telephone, _ = with_factor(person)
    held = Client()
    sign_in(held, person.user)
    held.post(CODE, {"code": telephone.code(1)})
    assert signed_in(held)
    client = acting(pilot)
    detail = reverse("network:user_detail", args=[person.user_id])
    assert "Retirer le second facteur" in read(client, detail)
    url = reverse("network:second_factor_reset", args=[person.user_id])
    asked = client.post(url)
    assert asked.url.startswith("/compte/confirmer/"), "the password is asked again"
    assert "obligatoire" in client.post(asked.url, {"password": PASSWORD}).content.decode(), "and a reason"
    assert has_second_factor(person.user)
    assert reset_by(client, person.user, reason="lost").url == detail
    assert not Authenticator.objects.exists()
    assert not signed_in(held)
    change = AccountChange.objects.get(user=person.user, act=AccountAct.FACTOR_RESET)
    assert (change.by, change.reason) == (pilot, FactorResetReason.LOST)
    page = read(client, detail)
    assert "téléphone perdu ou volé" in page
    assert "Retirer le second facteur" not in page
    assert (mail.outbox[-1].to, mail.outbox[-1].subject) == (
        [person.user.email],
        "Le second facteur de votre compte est retiré",
    )
    assert mail.outbox[-1].body.count("le pilote du Département") + mail.outbox[-1].body.count("Le pilote du") == 2
    assert "C’est fait" in read(client, url)


def test_nobody_else_resets_and_nobody_resets_his_own() -> None:
    pilot, manager = person_of("pilot", "departement"), person_of("manager", "donor")
    person = make_membership("contact", "donor", organisation=manager.organisation)
    for one in (pilot, manager):
        with_factor(one)
    for client, user in (
        (acting(manager), person.user),
        (acting(manager), manager.user),
        (acting(person), manager.user),
        (acting(pilot), pilot.user),
        (acting(person), pilot.user),
    ):
        assert reset_by(client, user, reason="lost").status_code in {403, 404}
    assert Authenticator.objects.filter(type="totp").count() == 2
    assert "Retirer le second facteur" not in read(acting(pilot), reverse("network:user_detail", args=[pilot.user_id]))


def test_the_last_pilot_is_reset_at_the_command_line_and_all_are_when_the_key_changed(settings: Any) -> None:
    pilot, person = person_of("pilot", "departement"), person_of()
    for one in (pilot, person):
        with_factor(one)
    told = StringIO()
    call_command("reset_second_factor", pilot.user.email.upper(), stdout=told)
    assert "1 second facteur retiré" in told.getvalue()
    assert "L’équipe technique a retiré" in mail.outbox[-1].body
    assert "prévenez l’équipe technique" in mail.outbox[-1].body
    assert [has_second_factor(one.user) for one in (pilot, person)] == [False, True]
    settings.SECRET_KEY = "another"
    call_command("reset_second_factor", all=True, stdout=told)
    assert not Authenticator.objects.exists()
    assert AccountChange.objects.get(user=person.user, act=AccountAct.FACTOR_RESET).reason == "unreadable"
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "personne@exemple.test")


def test_the_history_of_an_account_says_what_became_of_its_factor_and_never_a_secret() -> None:
    pilot, person = make_membership("pilot", "departement"), person_of()
    telephone, _ = with_factor(person)
    reset_second_factor(user=person.user, reason=FactorResetReason.OTHER, by=pilot)
    page = read(acting(pilot), reverse("network:user_detail", args=[person.user_id]))
    assert page.index("Second facteur retiré") < page.index("Second facteur activé") < page.index("Compte créé")
    assert telephone.secret not in page


@pytest.mark.parametrize(
    "change",
    [
        {"act": AccountAct.FACTOR_RESET},
        {"act": AccountAct.DISABLED, "reason": "lost"},
        {"act": AccountAct.FACTOR_RESET, "reason": "envie"},
        {"act": AccountAct.FACTOR_ON, "by": True},
    ],
)
def test_the_database_refuses_a_reset_without_a_reason_and_an_own_act_of_another(change: dict[str, Any]) -> None:
    pilot, user = make_membership("pilot", "departement"), make_user()
    if "by" in change:
        change = change | {"by": pilot}
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountChange.objects.create(user=user, at=user.created_at, **change)


def test_it_is_erased_with_the_account_and_a_forgotten_one_gets_none() -> None:
    person = person_of()
    with_factor(person)
    forget_user(user=person.user)
    assert not Authenticator.objects.exists()
    data = {"secret": SecondFactorAdapter().encrypt("JBSWY3DPEHPK3PXP")}
    with pytest.raises(IntegrityError), transaction.atomic():
        Authenticator.objects.create(user=person.user, type="totp", data=data)


def test_one_changes_the_address_of_an_account_that_has_one() -> None:
    person = person_of()
    client = Client()
    sign_in(client, person.user)
    turned_on(client)
    client.post("/compte/adresse/", {"action_add": "", "email": "nouvelle@exemple.test"})
    assert mail.outbox[-1].to == ["nouvelle@exemple.test"]


def test_the_button_of_the_demonstration_asks_for_the_code_and_leads_to_the_factor_that_is_demanded(
    settings: Any,
) -> None:
    settings.DEMO = True
    user = create_account(email="pilote@demo.maillon.example", password=PASSWORD)
    pilot = make_membership("pilot", "departement", user=user)
    button = reverse("network:demo_sign_in")
    client = Client()
    assert client.post(button, {"membership": pilot.pk}).url == "/"
    assert client.get("/").status_code == 200
    settings.MAILLON_SECOND_FACTOR = True
    client = Client()
    client.post(button, {"membership": pilot.pk})
    assert client.get("/").url == ON
    telephone, _ = turned_on(client)
    client = Client()
    assert client.post(button, {"membership": pilot.pk, "suite": "/mon-compte/"}).url.startswith(CODE)
    assert not signed_in(client)
    assert client.post(CODE, {"code": telephone.code(1)}).url == "/mon-compte/"
    assert signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_its_pages_read_at_any_width_and_axe_finds_nothing(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    person = person_of()
    page = open_page()
    page.context.add_init_script(AXE)
    found: list[str] = []

    def sign_in_here() -> None:
        page.goto(f"{live_server}{LOGIN}")
        page.get_by_label("Adresse électronique").fill(person.user.email)
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()

    sign_in_here()
    page.goto(f"{live_server}{ON}")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    found += flaws(page, whole=True)
    telephone = Telephone(secret_of(page.content()))
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Activer").click()
    found += flaws(page, whole=True)
    assert "Le second facteur n’est pas activé" in page.content()
    page.get_by_label("Code").fill(telephone.code())
    page.get_by_role("button", name="Activer").click()
    assert page.locator(".codes li").count() == 10
    found += flaws(page, whole=True)
    for url in (reverse("network:account"), OFF, RENEW, ON):
        page.goto(f"{live_server}{url}")
        found += flaws(page, whole=True)
    page.context.clear_cookies()
    sign_in_here()
    found += flaws(page, whole=True)
    page.get_by_label("Code").fill(telephone.code(1))
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{live_server}/")
    assert found == []
