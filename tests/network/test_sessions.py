"""A session lives as long as it is used, and whoever types is warned before it ends."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from network.sessions import ENDS
from tests.network.factories import PASSWORD, make_membership, make_user
from tests.pages import acting, read

pytestmark = pytest.mark.django_db
RENEW = "/ma-session/"


def aged(client: Client, age: timedelta) -> None:
    """As if the last page had been opened so long ago."""
    session = client.session
    session[ENDS] -= int(age.total_seconds())
    session.save()
    Session.objects.filter(pk=session.session_key).update(expire_date=timezone.now() + timedelta(hours=12) - age)


def expires_in(client: Client) -> timedelta:
    return Session.objects.get(pk=client.session.session_key).expire_date - timezone.now()


def test_a_session_that_is_used_is_renewed_at_most_once_an_hour() -> None:
    client = acting(make_membership("contact", "donor"))
    for age, renewed in ((timedelta(minutes=50), False), (timedelta(minutes=20), True), (timedelta(hours=11), True)):
        aged(client, age)
        before = expires_in(client)
        client.get(reverse("network:account"))
        assert (expires_in(client) > before) is renewed
    assert expires_in(client) > timedelta(hours=11, minutes=59)


def test_a_session_that_nobody_used_for_twelve_hours_is_over() -> None:
    client = acting(make_membership("contact", "donor"))
    aged(client, timedelta(hours=12, seconds=1))
    assert client.get(reverse("network:account")).url.startswith("/connexion/")


def test_a_browser_forgets_the_pages_it_kept_when_the_session_is_over_however_it_ends() -> None:
    person = make_membership("contact", "donor")
    account = reverse("network:account")
    left_open, left, ended = acting(person), acting(person), acting(person)
    for client in (left_open, left, ended):
        assert "Clear-Site-Data" not in client.get(account).headers
    assert left.post("/deconnexion/").headers["Clear-Site-Data"] == '"cache"'
    Session.objects.filter(pk=ended.session.session_key).delete()
    assert ended.get("/").headers["Clear-Site-Data"] == '"cache"'
    aged(left_open, timedelta(hours=12, seconds=1))
    over = left_open.get(account)
    assert over.url.startswith("/connexion/")
    assert over.headers["Clear-Site-Data"] == '"cache"'
    for client in (left, left_open, Client()):
        assert "Clear-Site-Data" not in client.get("/connexion/").headers


def test_signing_in_begins_the_hours_so_that_the_first_pages_write_nothing() -> None:
    person = make_membership("contact", "donor")
    client = Client()
    client.post("/connexion/", {"login": person.user.email, "password": PASSWORD})
    assert 0 < client.session[ENDS] - time.time() <= 12 * 3600


def test_a_page_says_when_the_session_ends_to_whoever_has_no_script_and_to_nobody_signed_out() -> None:
    page = read(acting(make_membership("contact", "donor")), reverse("network:account"))
    assert "<noscript>" in page
    assert "votre session se termine à" in page
    assert "session" not in read(Client(), "/connexion/")


def test_to_stay_is_asked_by_post_and_only_of_a_session_that_is_open() -> None:
    client = acting(make_membership("contact", "donor"))
    aged(client, timedelta(minutes=50))
    assert client.get(RENEW).status_code == 405
    told = client.post(RENEW).json()
    assert told["left"] > 12 * 3600 - 5
    assert expires_in(client) > timedelta(hours=11, minutes=59)
    assert Client().post(RENEW).url.startswith("/connexion/")
    without_role = Client()
    without_role.force_login(make_user())
    assert without_role.post(RENEW).json()["left"] > 0
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(RENEW).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_whoever_types_is_warned_before_the_end_and_stays_without_leaving_the_page(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    client = acting(make_membership("contact", "donor"))
    page = open_page()
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live_server)}]
    )
    page.clock.install()
    page.goto(f"{live_server}{reverse('network:account')}")
    page.get_by_label("Nom", exact=False).last.fill("Nom tapé")
    warning: Any = page.get_by_role("alert")
    expect(warning).to_be_empty()
    page.clock.fast_forward("11:55:00")
    expect(warning).to_contain_text("Votre session se termine à")
    page.get_by_role("button", name="Rester connecté").click()
    expect(warning).to_be_empty()
    assert page.get_by_label("Nom", exact=False).last.input_value() == "Nom tapé"
    page.clock.fast_forward("11:55:00")
    Session.objects.all().delete()
    page.get_by_role("button", name="Rester connecté").click()
    expect(warning).to_contain_text("Connectez-vous dans un autre onglet")


def signed_in(page: Page, client: Client, live_server: LiveServer) -> None:
    """As after a sign-in in another tab: another session, and another token."""
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live_server)}]
    )
    page.evaluate("window.dispatchEvent(new Event('focus'))")


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_when_the_session_ended_is_sent_once_one_signed_in_again_in_another_tab(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    person = make_membership("contact", "donor")
    other = make_membership("contact", "donor")
    page = open_page()
    page.goto(f"{live_server}{reverse('account_login')}")
    signed_in(page, acting(person), live_server)
    page.clock.install()
    page.goto(f"{live_server}{reverse('network:account')}")
    page.get_by_label("Nom", exact=False).last.fill("Nom tapé")
    Session.objects.all().delete()
    page.clock.fast_forward("13:00:00")
    warning: Any = page.get_by_role("alert")
    expect(warning).to_contain_text("Votre session s’est terminée")
    page.get_by_role("button", name="Enregistrer").first.click()
    expect(warning).to_contain_text("Connectez-vous dans un autre onglet")
    assert page.url == f"{live_server}{reverse('network:account')}"
    signed_in(page, acting(other), live_server)
    expect(warning).to_contain_text("Un autre compte, ou un autre rôle, est ouvert maintenant")
    signed_in(page, acting(person), live_server)
    expect(warning).to_be_empty()
    assert page.get_by_label("Nom", exact=False).last.input_value() == "Nom tapé"
    page.get_by_role("button", name="Enregistrer").first.click()
    expect(page.get_by_text("Votre nom est enregistré.")).to_be_visible()
    person.user.refresh_from_db()
    assert person.user.last_name == "Nom tapé"


@pytest.mark.django_db(transaction=True)
def test_a_page_taken_again_from_the_history_does_not_put_the_end_off(
    open_page: Callable[..., Page], live_server: LiveServer
) -> None:
    """Drawn hours ago, it says the twelve hours that were left then."""
    client = acting(make_membership("contact", "donor"))
    page = open_page()
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live_server)}]
    )
    page.goto(f"{live_server}{reverse('network:account')}")
    warning: Any = page.get_by_role("alert")
    expect(warning).to_be_empty()
    page.goto(f"{live_server}{reverse('desk:legal')}")
    in_five_minutes = "{at: Date.now() + 300000, hour: '12 h 00'}"
    page.evaluate(f"localStorage.setItem('session-end', JSON.stringify({in_five_minutes}))")
    page.go_back()
    expect(warning).to_contain_text("Votre session se termine à 12 h 00")
