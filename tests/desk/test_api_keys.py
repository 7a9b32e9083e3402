"""The key of a program: whose it is, how long it opens, who closes it, and who is told that it ends."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from desk.models import ApiAct, ApiKey, ApiUse
from desk.services.api_keys import key_of, make_api_key, revoke_api_key, tell_ending_keys
from documents.models import Mail
from network.enums import ROLES_BY_KIND, Role
from network.enums import OrganisationKind as Kind
from network.models import Membership
from network.permissions import can_make_api_key
from network.services.accounts import disable_account, enable_account
from network.services.memberships import close_membership, reopen_membership
from tests.network.factories import make_membership
from tests.pages import acting, answered, read
from typography.french import day

pytestmark = pytest.mark.django_db
MAY = {
    *((Kind.EPCI, role) for role in ROLES_BY_KIND[Kind.EPCI]),
    *((kind, Role.OBSERVER) for kind, roles in ROLES_BY_KIND.items() if Role.OBSERVER in roles),
    *((kind, Role.MANAGER) for kind, roles in ROLES_BY_KIND.items() if Role.OBSERVER in roles),
    (Kind.DEPARTEMENT, Role.PILOT),
    (Kind.DEPARTEMENT, Role.MANAGER),
    (Kind.RECONDITIONER, Role.MANAGER),
}


@pytest.fixture
def manager() -> Membership:
    return make_membership(Role.MANAGER, Kind.RECONDITIONER)


@pytest.fixture
def pilot() -> Membership:
    return make_membership(Role.PILOT, Kind.DEPARTEMENT)


def made(actor: Membership, name: str = "GLPI de l’atelier") -> tuple[ApiKey, str]:
    return make_api_key(actor=actor, name=name)


# --- who


def test_those_who_read_reports_and_the_managers_of_workshops_make_keys_and_nobody_who_serves_a_household() -> None:
    may = {
        (kind, role)
        for kind, roles in ROLES_BY_KIND.items()
        for role in roles
        if can_make_api_key(Membership(kind=kind, role=role, pk=1, organisation_id=1))
    }
    assert may == MAY
    serve = {Kind.PRESCRIBER, Kind.RELAY, Kind.DISTRIBUTOR, Kind.OPERATOR}
    assert not {kind for kind, _ in may} & serve


def test_whoever_may_not_finds_the_page_closed_and_the_service_too() -> None:
    worker = make_membership(Role.WORKER, Kind.PRESCRIBER)
    assert acting(worker).get(reverse("desk:api_key_list")).status_code == 403
    assert "Clés d’API" not in read(acting(worker), reverse("network:account"))
    with pytest.raises(PermissionDenied):
        made(worker)


def test_a_key_is_shown_once_found_again_by_its_name_and_kept_nowhere(manager: Membership) -> None:
    client = acting(manager)
    page = client.post(reverse("desk:api_key_list"), {"name": "  GLPI  de l’atelier "}).content.decode()
    text = page.partition('user-select-all">')[2].partition("<")[0]
    assert key_of(text) == ApiKey.objects.get(name="GLPI de l’atelier")
    again = read(client, reverse("desk:api_key_list"))
    assert "GLPI de l’atelier" in again
    assert text not in again
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(k)::text FROM desk_apikey k")
        assert text not in str(cursor.fetchall())


def test_a_page_that_is_sent_again_makes_no_second_key_and_does_not_show_the_first_again(manager: Membership) -> None:
    client, url = acting(manager), reverse("desk:api_key_list")
    token = str(client.get(url).context["csrf_token"])
    first = client.post(url, {"name": "GLPI", "csrfmiddlewaretoken": token})
    text = first.content.decode().partition('user-select-all">')[2].partition("<")[0]
    again = client.post(url, {"name": "GLPI", "csrfmiddlewaretoken": token}, follow=True)
    assert again.redirect_chain == [(url, 302)]
    assert "Cette clé est déjà créée" in again.content.decode()
    assert text not in again.content.decode()
    assert ApiKey.objects.count() == 1
    client.post(url, {"name": "GLPI", "csrfmiddlewaretoken": str(first.context["csrf_token"])})
    assert ApiKey.objects.count() == 2


def test_a_key_without_a_name_is_asked_for_one(manager: Membership) -> None:
    assert "Donnez un nom à la clé" in answered(acting(manager), reverse("desk:api_key_list"), name=" ")
    assert not ApiKey.objects.exists()


# --- how long


def test_a_key_opens_for_the_days_that_administration_says(manager: Membership) -> None:
    key, text = made(manager)
    assert key.expires_at - key.made_at == timedelta(days=365)
    assert key_of(text, at=key.expires_at - timedelta(seconds=1)) == key
    assert key_of(text, at=key.expires_at) is None


@pytest.mark.parametrize("text", ["", "x", "x" * 201, "\0"])
def test_what_is_no_key_opens_nothing(manager: Membership, text: str) -> None:
    made(manager)
    assert key_of(text) is None


def test_a_key_closes_with_the_role_of_whoever_made_it(manager: Membership, pilot: Membership) -> None:
    _, text = made(manager)
    close_membership(membership=manager, by=pilot)
    assert key_of(text) is None
    reopen_membership(membership=manager, by=pilot)
    assert key_of(text) is None, "a role that is opened again opens no former key"
    manager.refresh_from_db()
    _, text = made(manager)
    assert key_of(text) is not None
    disable_account(user=manager.user, by=pilot)
    assert key_of(text) is None
    enable_account(user=manager.user, by=pilot)
    assert key_of(text) is None, "an account that is opened again opens no former key"
    assert "n’ouvre plus" in read(acting(pilot), reverse("desk:api_key_list"))
    _, text = made(manager)
    assert key_of(text) is not None


def test_the_keys_of_whoever_leaves_are_told_before_her_account_or_her_role_is_closed(
    manager: Membership, pilot: Membership
) -> None:
    asked = reverse("network:user_disable", args=[manager.user_id])
    assert "d’API" not in read(acting(pilot), asked)
    made(manager)
    made(manager, "Tableur")
    for url in (asked, reverse("network:membership_close", args=[manager.pk])):
        assert "2 clés d’API ouvertes\u00a0: les logiciels qui les portent n’auront plus de réponse" in read(
            acting(pilot), url
        )
    disable_account(user=manager.user, by=pilot)
    assert "d’API" not in read(acting(pilot), asked)


def test_a_key_closes_with_its_organisation(manager: Membership) -> None:
    _, text = made(manager)
    other = make_membership(Role.PILOT, Kind.DEPARTEMENT)
    assert "ouverte" in read(acting(other), reverse("desk:api_key_list"))
    manager.organisation.is_active = False
    manager.organisation.save()
    assert key_of(text) is None
    assert "n’ouvre plus" in read(acting(other), reverse("desk:api_key_list"))


def test_a_day_of_use_is_noted_once(manager: Membership) -> None:
    key, text = made(manager)
    for _ in range(3):
        key_of(text)
    assert list(ApiUse.objects.values_list("key", "day")) == [(key.pk, timezone.localdate())]


# --- closing it


def test_whoever_made_it_revokes_it_once_and_for_all(manager: Membership) -> None:
    key, text = made(manager)
    acting(manager).post(reverse("desk:api_key_revoke", args=[key.pk]))
    assert key_of(text) is None
    key.refresh_from_db()
    assert key.revoked_by == manager
    assert not revoke_api_key(actor=manager, key=key)
    page = read(acting(manager), reverse("desk:api_key_list"))
    assert "révoquée" in page
    assert reverse("desk:api_key_revoke", args=[key.pk]) not in page


def test_what_stops_is_read_before_a_key_is_revoked_and_nothing_is_done_by_opening_the_page(
    manager: Membership,
) -> None:
    key, text = made(manager)
    client, url = acting(manager), reverse("desk:api_key_revoke", args=[key.pk])
    for page in (reverse("desk:api_key_list"), reverse("desk:api_key_detail", args=[key.pk])):
        assert f'href="{url}"' in read(client, page)
    asked = read(client, url)
    assert "Cela ne se défait pas" in asked
    assert "elle n’a encore rien demandé" in asked
    assert "Personne n’est prévenu" in asked
    assert key_of(text) == key
    assert f"dernière demande le {day(timezone.localdate())}" in read(client, url)
    told = client.post(url, follow=True).content.decode()
    assert "révoquée\u00a0: le logiciel qui la porte n’a plus de réponse" in told
    assert not Mail.objects.exists()
    again = read(client, url)
    assert "C’est fait" in again
    assert f'action="{url}"' not in again
    assert "Révoquer cette clé</button>" not in again


def test_whoever_made_a_key_is_told_that_another_revoked_it(manager: Membership, pilot: Membership) -> None:
    key, _ = made(manager)
    url = reverse("desk:api_key_revoke", args=[key.pk])
    assert "Un courriel le dit à" in read(acting(pilot), url)
    acting(pilot).post(url)
    acting(pilot).post(url)
    mail = Mail.objects.get()
    assert mail.to == [manager.user.email]
    assert "GLPI de l’atelier" in mail.subject
    assert "est révoquée" in mail.subject
    assert "n’a plus de réponse" in mail.body
    assert reverse("desk:api_key_detail", args=[key.pk]) in mail.body


def test_nobody_writes_to_a_closed_account_about_its_key(manager: Membership, pilot: Membership) -> None:
    key, _ = made(manager)
    disable_account(user=manager.user, by=pilot)
    before = Mail.objects.count()
    assert "Personne n’est prévenu" in read(acting(pilot), reverse("desk:api_key_revoke", args=[key.pk]))
    assert revoke_api_key(actor=pilot, key=key)
    assert Mail.objects.count() == before


def test_the_next_manager_and_the_pilot_close_it_and_others_do_not_see_it(
    manager: Membership, pilot: Membership
) -> None:
    key, _ = made(manager)
    elsewhere = make_membership(Role.MANAGER, Kind.RECONDITIONER)
    house = manager.organisation
    house.kinds = [Kind.RECONDITIONER, Kind.EPCI]
    house.save()
    same_house_other_kind = make_membership(Role.MANAGER, Kind.EPCI, house)
    for stranger in (elsewhere, same_house_other_kind):
        assert acting(stranger).get(reverse("desk:api_key_detail", args=[key.pk])).status_code == 404
        assert acting(stranger).post(reverse("desk:api_key_revoke", args=[key.pk])).status_code == 404
        assert not revoke_api_key(actor=stranger, key=key)
    other = make_membership(Role.MANAGER, Kind.RECONDITIONER, manager.organisation)
    assert str(key) in read(acting(pilot), reverse("desk:api_key_list"))
    page = read(acting(other), reverse("desk:api_key_detail", args=[key.pk]))
    assert str(key) in page
    assert "ouverte" in page
    assert "n’ouvre plus" not in page
    assert revoke_api_key(actor=other, key=key)


def test_the_database_keeps_a_key_as_it_was_made_and_closed(manager: Membership) -> None:
    key, _ = made(manager)
    revoke_api_key(actor=manager, key=key)
    other = make_membership(Role.MANAGER, Kind.RECONDITIONER)
    for change in (
        {"expires_at": key.expires_at + timedelta(days=1)},
        {"token_digest": "0" * 64},
        {"membership": other},
        {"revoked_by": other},
        {"revoked_at": timezone.now() + timedelta(days=1)},
        {"revoked_at": None, "revoked_by": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiKey.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.all().delete()


def test_the_acts_of_a_key_are_neither_changed_nor_removed(manager: Membership) -> None:
    key, _ = made(manager)
    ApiAct.objects.create(key=key, machine="device", object_pk=1, reference="D-1", verb="start", at=timezone.now())
    for change in (lambda: ApiAct.objects.update(verb="x"), lambda: ApiAct.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


# --- its end is told


def test_whoever_made_it_is_told_once_a_month_before_it_ends(manager: Membership) -> None:
    key, _ = made(manager)
    revoked, _ = made(manager, "Ancienne")
    revoke_api_key(actor=manager, key=revoked)
    assert tell_ending_keys(at=key.expires_at - timedelta(days=31)) == 0
    assert tell_ending_keys(at=key.expires_at - timedelta(days=30)) == 1
    assert tell_ending_keys(at=key.expires_at - timedelta(days=29)) == 0
    mail = Mail.objects.get(subject__contains="clé d’API")
    assert mail.to == [manager.user.email]
    assert "GLPI de l’atelier" in mail.subject
    assert reverse("desk:api_key_list") in mail.body


def test_nobody_is_told_of_a_key_that_opens_nothing_any_more(manager: Membership, pilot: Membership) -> None:
    key, _ = made(manager)
    close_membership(membership=manager, by=pilot)
    assert tell_ending_keys(at=key.expires_at - timedelta(days=1)) == 0


def test_the_clock_of_every_morning_tells_them(manager: Membership) -> None:
    made(manager)
    task = next(
        one for one in app.periodic_registry.periodic_tasks.values() if one.task.name == "desk.tell_ending_keys"
    )
    assert task.cron == "30 5 * * *"
    task.task.func(timestamp=0)
    assert not Mail.objects.exists()


def test_a_key_of_a_disabled_account_is_revoked_before_the_account_comes_back(
    manager: Membership, pilot: Membership
) -> None:
    key, text = made(manager)
    disable_account(user=manager.user, by=pilot)
    url = reverse("desk:api_key_revoke", args=[key.pk])
    assert url in read(acting(pilot), reverse("desk:api_key_list"))
    acting(pilot).post(url)
    enable_account(user=manager.user, by=pilot)
    assert key_of(text) is None
