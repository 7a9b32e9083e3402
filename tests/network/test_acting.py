"""In which role one acts, what the pages show of it, and who is let in where."""

import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from network import urls, urls_account
from network.demo import demo_memberships
from network.enums import OrganisationKind
from network.models import Membership, Organisation
from network.services.memberships import close_membership
from tests.network.factories import make_membership, make_organisation, make_user

pytestmark = pytest.mark.django_db

PUBLIC = {
    "account_confirm_email",
    "account_email_verification_sent",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
    "mfa_authenticate",  # after the password, before the session; without it, back to the sign-in
    "network:demo_sign_in",
    "network:invitation_accept",
}
"""The pages that an anonymous may open; each says itself what it lets do."""


def acting(client: Client) -> Membership | None:
    return client.get(reverse("network:account")).wsgi_request.membership


def every_url() -> list[tuple[str, str]]:
    """(name, address) of each page of the network, with values that stand for anything."""
    values = {"reference": "O-XXXX-XXXX", "pk": 1, "token": "jeton", "key": "cle", "uidb36": "1"}
    found = []
    for prefix, patterns in (("network:", urls.urlpatterns), ("", urls_account.urlpatterns)):
        for pattern in patterns:
            assert isinstance(pattern, URLPattern)
            name = f"{prefix}{pattern.name}"
            needed = {key: values[key] for key in pattern.pattern.regex.groupindex}
            found.append((name, reverse(name, kwargs=needed)))
    return found


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_page_but_the_named_ones_sends_the_anonymous_to_sign_in(client: Client, method: str) -> None:
    for name, url in every_url():
        response = getattr(client, method)(url)
        refused = response.status_code == 302 and response.url.startswith(reverse("account_login") + "?next=")
        assert refused is (name not in PUBLIC), (name, response.status_code)


def test_the_admin_site_has_no_door_of_its_own(client: Client) -> None:
    response = client.get("/technique/", follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))
    client.force_login(make_membership("pilot", "departement").user)
    assert client.get("/technique/").status_code in {302, 403}


def test_one_acts_in_the_last_role_opened_until_one_chooses(client: Client) -> None:
    user = make_user()
    first = make_membership("contact", "donor", user=user)
    last = make_membership("worker", "prescriber", user=user)
    Membership.objects.filter(pk=last.pk)
    client.force_login(user)
    assert acting(client) == last
    key = client.session.session_key
    assert client.post(reverse("network:role_switch"), {"membership": first.pk}).url == "/"
    assert acting(client) == first
    assert client.session.session_key != key
    page = client.get(reverse("network:account")).content.decode()
    assert "Contact, " + first.organisation.name in page


def test_a_link_that_asks_for_another_role_of_ones_own_is_opened_in_it_by_one_button(client: Client) -> None:
    """A mail was sent to a contact who acts as a worker: the page it leads to is not the worker's."""
    user = make_user()
    asked = make_membership("contact", "donor", user=user)
    acted_in = make_membership("worker", "prescriber", user=user)
    link = reverse("network:people", args=[asked.organisation.reference])
    client.force_login(user)

    for url, status in ((link, 404), (reverse("donations:donation_create"), 403)):
        page = client.get(url)
        assert page.status_code == status
        assert f"Ouvrir en tant que {asked.title}, {asked.organisation.name}" in page.content.decode()
        assert acted_in.organisation.name not in page.content.decode().partition("<main")[2]
    assert acting(client) == acted_in, "opening changes nothing"

    chosen = client.post(reverse("network:role_switch"), {"membership": asked.pk, "suite": link})
    assert chosen.url == link
    assert client.get(link).status_code == 200
    elsewhere = {"membership": asked.pk, "suite": "https://ailleurs.example/"}
    assert client.post(reverse("network:role_switch"), elsewhere).url == "/"
    in_clear = {"membership": asked.pk, "suite": f"http://testserver{link}"}
    assert client.post(reverse("network:role_switch"), in_clear, secure=True).url == "/"


def test_one_does_not_act_in_the_role_of_another_nor_in_a_closed_one(client: Client) -> None:
    mine = make_membership("contact", "donor")
    closed = close_membership(membership=make_membership("worker", "prescriber", user=mine.user))
    other = make_membership("pilot", "departement")
    client.force_login(mine.user)
    for membership in (other, closed):
        response = client.post(reverse("network:role_switch"), {"membership": membership.pk})
        assert response.status_code == 200
        assert acting(client) == mine


def test_a_role_closed_during_the_session_is_left_at_once(client: Client) -> None:
    user = make_user()
    kept = make_membership("contact", "donor", user=user)
    chosen = make_membership("worker", "prescriber", user=user)
    client.force_login(user)
    client.post(reverse("network:role_switch"), {"membership": chosen.pk})
    close_membership(membership=chosen)
    assert acting(client) == kept


def test_a_person_without_an_open_role_reads_it_and_keeps_his_account(client: Client) -> None:
    membership = make_membership("contact", "donor")
    close_membership(membership=membership)
    client.force_login(membership.user)
    response = client.get(reverse("network:organisation_list"))
    assert response.status_code == 403
    assert "Aucun rôle ouvert" in response.content.decode()
    assert client.get(reverse("network:account")).status_code == 200
    assert client.get(reverse("account_email"), follow=True).status_code == 200


def test_the_role_of_an_inactive_organisation_is_not_acted_in(client: Client) -> None:
    membership = make_membership("contact", "donor")
    membership.organisation.is_active = False
    membership.organisation.save()
    client.force_login(membership.user)
    assert acting(client) is None


def test_the_acting_role_costs_one_query(client: Client, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    client.force_login(make_membership("contact", "donor").user)
    with django_assert_num_queries(3):  # the session, the account, the role
        client.get(reverse("network:role_switch") + "x")


def test_people_of_another_organisation_are_not_shown(client: Client) -> None:
    workshop = make_organisation("reconditioner")
    client.force_login(make_membership("contact", "donor").user)
    assert client.get(reverse("network:people", args=[workshop.reference])).status_code == 403


def test_a_manager_closes_and_reopens_a_role_from_the_page(client: Client) -> None:
    manager = make_membership("manager", "donor")
    contact = make_membership("contact", "donor", manager.organisation)
    client.force_login(manager.user)
    page = client.get(reverse("network:people", args=[manager.organisation.reference])).content.decode()
    close_url = reverse("network:membership_close", args=[contact.pk])
    assert close_url in page
    client.get(close_url)
    assert Membership.objects.get(pk=contact.pk).is_open
    client.post(close_url)
    assert not Membership.objects.get(pk=contact.pk).is_open
    client.post(reverse("network:membership_reopen", args=[contact.pk]))
    assert Membership.objects.get(pk=contact.pk).is_open


def test_outside_ones_organisation_is_unknown_and_outside_ones_right_is_forbidden(client: Client) -> None:
    contact = make_membership("contact", "donor")
    stranger = make_membership("contact", "donor")
    colleague = make_membership("manager", "donor", contact.organisation)
    client.force_login(contact.user)
    assert client.post(reverse("network:membership_close", args=[stranger.pk])).status_code == 404
    assert client.post(reverse("network:membership_close", args=[colleague.pk])).status_code == 403
    assert client.get(reverse("network:user_detail", args=[stranger.user_id])).status_code == 404
    assert client.get(reverse("network:user_detail", args=[colleague.user_id])).status_code == 403


def test_the_pilot_disables_enables_and_forgets_from_the_page(client: Client) -> None:
    pilot = make_membership("pilot", "departement")
    person = make_membership("contact", "donor").user
    client.force_login(pilot.user)
    for name, active in (("user_disable", False), ("user_enable", True)):
        url = reverse(f"network:{name}", args=[person.pk])
        assert client.get(url).status_code == 200
        assert client.post(url).url == reverse("network:user_detail", args=[person.pk])
        person.refresh_from_db()
        assert person.is_active is active
    response = client.post(reverse("network:user_forget", args=[person.pk]), follow=True)
    assert "Personne effacée" in response.content.decode()
    response = client.post(reverse("network:user_forget", args=[pilot.user_id]), follow=True)
    assert "dernière à piloter" in response.content.decode()


def test_the_pages_of_departure_of_the_only_pilot_say_that_it_is_refused_before_it_is_tried(client: Client) -> None:
    pilot = make_membership("pilot", "departement")
    client.force_login(pilot.user)
    pages = [
        reverse("network:user_disable", args=[pilot.user_id]),
        reverse("network:user_forget", args=[pilot.user_id]),
        reverse("network:membership_close", args=[pilot.pk]),
    ]
    for url in pages:
        page = client.get(url).content.decode()
        assert "Cette personne est la dernière à piloter" in page
        assert "À faire\u00a0»" not in page
        assert not re.search(r'<form method="post">', page)
    make_membership("pilot", "departement", pilot.organisation)
    for url in pages:
        page = client.get(url).content.decode()
        assert "dernière à piloter" not in page
        assert re.search(r'<form method="post">', page)


def test_one_changes_ones_name(client: Client) -> None:
    membership = make_membership("contact", "donor")
    client.force_login(membership.user)
    client.post(reverse("network:account"), {"first_name": "Dominique", "last_name": "Exemple"})
    membership.user.refresh_from_db()
    assert membership.user.get_full_name() == "Dominique Exemple"


def test_the_demonstration_shows_one_account_per_role_and_lets_it_in(client: Client, settings) -> None:  # type: ignore[no-untyped-def]
    settings.DEMO = True
    demo = make_membership("contact", "donor", user=make_user(email="contact@demo.maillon.example"))
    make_membership("contact", "donor", user=make_user(email="contact2@demo.maillon.example"))
    real = make_membership("pilot", "departement")
    make_membership("manager", "donor", user=make_user(email="direction@demo.maillon.example"))
    assert demo_memberships()[0] == demo
    page = client.get(reverse("account_login")).content.decode()
    assert "contact2@demo.maillon.example" not in page
    assert 0 < page.index("Pour commencer") < page.index("Annonce un lot") < page.index("contact@demo.maillon.example")
    assert page.index("Les autres rôles") < page.index("direction@demo.maillon.example")
    assert page.count('name="membership"') == 2
    assert settings.DEMO_PASSWORD in page
    assert client.post(reverse("network:demo_sign_in"), {"membership": real.pk}).status_code == 404
    assert client.post(reverse("network:demo_sign_in"), {"membership": demo.pk}).url == "/"
    assert acting(client) == demo


def test_whoever_follows_a_link_signed_out_is_told_that_it_opens_once_signed_in(client: Client, settings: Any) -> None:
    settings.DEMO = True
    demo = make_membership("contact", "donor", user=make_user(email="contact@demo.maillon.example"))
    asked = reverse("network:people", args=[demo.organisation.reference])
    door = client.get(asked, follow=True).content.decode()
    assert "La page que vous demandez s’ouvre dès que vous êtes connecté." in door
    assert f'name="suite" value="{asked}"' in door
    assert client.post(reverse("network:demo_sign_in"), {"membership": demo.pk, "suite": asked}).url == asked
    client.logout()
    assert "La page que vous demandez" not in client.get(reverse("account_login")).content.decode()


def test_outside_the_demonstration_that_door_does_not_exist(client: Client) -> None:
    demo = make_membership("contact", "donor", user=make_user(email="contact@demo.maillon.example"))
    assert client.post(reverse("network:demo_sign_in"), {"membership": demo.pk}).status_code == 404
    assert "demo.maillon.example" not in client.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize(("role", "kind"), [(m.role, m.kind) for m in Membership.every_role()])
def test_each_role_opens_the_pages_of_everyone(client: Client, role: str, kind: str) -> None:
    membership = make_membership(role, kind)
    client.force_login(membership.user)
    own = membership.organisation.reference
    for url in (
        reverse("network:organisation_list"),
        reverse("network:organisation_detail", args=[own]),
        reverse("network:people", args=[own]),
        reverse("network:account"),
        reverse("network:role_switch"),
        reverse("account_email"),
        reverse("account_change_password"),
    ):
        response = client.get(url, follow=True)  # one’s address asks the password first
        page = response.content.decode()
        assert response.status_code == 200
        assert page.count("<h1") == 1
        assert "<style" not in page
        assert " style=" not in page


def test_one_lands_on_the_first_entry_of_ones_navigation(client: Client) -> None:
    client.force_login(make_membership("observer", "funder").user)
    response = client.get("/", follow=True)
    assert response.status_code == 200
    assert 'aria-current="true"' in response.content.decode()


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "409", "413", "429", "500"])
def test_an_error_page_says_what_happened_what_is_safe_and_where_to_go(rf: RequestFactory, name: str) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    page = render_to_string(f"{name}.html", {} if name == "500" else None, request if name != "500" else None)
    assert page.count("<h1") == 1
    assert "Revenir à l’accueil" in page
    assert '<html lang="fr">' in page


def test_an_unknown_address_and_a_forged_form_get_our_pages() -> None:
    client = Client(enforce_csrf_checks=True)
    assert "Page introuvable" in client.get("/rien/").content.decode()
    response = client.post(reverse("account_login"), {"login": "x"})
    assert response.status_code == 403
    assert "ouverte trop longtemps" in response.content.decode()


def test_periods_of_time_do_not_overlap() -> None:
    membership = make_membership("contact", "donor")
    closed = timezone.now() + timedelta(days=1)
    close_membership(membership=membership, at=closed)
    for earlier, later in pairwise(membership.periods.all()):
        assert earlier.closed_at <= later.opened_at


def test_no_page_of_the_network_is_missing_from_the_resolver() -> None:
    assert get_resolver().reverse_dict is not None
    assert len(every_url()) == len(urls.urlpatterns) + len(urls_account.urlpatterns)


def test_whoever_has_no_role_left_is_sent_to_the_manager_of_each_organisation(client: Client) -> None:
    worker = make_membership("worker", "prescriber")
    make_membership("manager", "prescriber", organisation=worker.organisation)
    close_membership(membership=worker, by=make_membership("pilot", "departement"))
    client.force_login(worker.user)
    for address in ("desk:home", "network:organisation_list", "network:account"):
        page = client.get(reverse(address)).content.decode()
        assert f"Pour votre rôle dans {worker.organisation}, demandez à son responsable de le rouvrir." in page
    assert "demandez à son responsable" in mail.outbox[-1].body


@pytest.mark.parametrize("others", [(), ("worker@prescriber",), ("manager@donor",)])
def test_the_only_manager_of_a_structure_is_sent_to_the_pilot_and_not_to_herself(
    client: Client, others: tuple[str, ...]
) -> None:
    kinds = [OrganisationKind.PRESCRIBER, OrganisationKind.DONOR]
    manager = make_membership("manager", "prescriber", make_organisation("prescriber", kinds=kinds))
    for role, kind in (one.split("@") for one in others):
        make_membership(role, kind, organisation=manager.organisation)
    close_membership(membership=manager, by=make_membership("pilot", "departement"))
    client.force_login(manager.user)
    page = client.get(reverse("desk:home")).content.decode()
    assert "Plus personne n’est responsable d" in page
    assert f"demandez au pilote du Département, {settings.LEGAL['contact']}." in page
    assert "demandez à son responsable" not in page + mail.outbox[-1].body


def test_nobody_is_sent_to_the_manager_of_an_organisation_that_is_closed(client: Client) -> None:
    worker = make_membership("worker", "prescriber")
    make_membership("manager", "prescriber", organisation=worker.organisation)
    Organisation.objects.filter(pk=worker.organisation_id).update(is_active=False)
    client.force_login(worker.user)
    page = client.get(reverse("desk:home")).content.decode()
    assert f"{worker.organisation} n’est plus active dans Maillon\u00a0: demandez au pilote du Département" in page
    assert "responsable" not in page


def test_an_account_that_never_had_a_role_reads_where_to_ask_for_one(client: Client) -> None:
    client.force_login(make_user())
    page = client.get(reverse("desk:home")).content.decode()
    assert "Demandez une invitation au responsable de votre organisation" in page
    assert settings.LEGAL["contact"] in page
