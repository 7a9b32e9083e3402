"""Accounts: disabled, never deleted; forgotten on request."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from lifecycle import registry
from lifecycle.actors import SYSTEM
from network.models import AwarenessGuest, Invitation, Membership, User
from network.services.accounts import create_account, disable_account, enable_account, forget_user
from network.services.awareness import convene_awareness, plan_awareness
from network.services.invitations import invite
from tests.network.factories import PASSWORD, make_commune, make_membership, make_user
from tests.pages import acting, read

pytestmark = pytest.mark.django_db


def test_an_address_has_one_account_whatever_its_case() -> None:
    user = create_account(email="Camille.Exemple@Exemple.TEST", password=PASSWORD)
    assert user.email == "camille.exemple@exemple.test"
    assert User.objects.get_by_natural_key("CAMILLE.EXEMPLE@exemple.test") == user
    for email in ("camille.exemple@exemple.test", "CAMILLE.EXEMPLE@EXEMPLE.TEST"):
        with pytest.raises(IntegrityError), transaction.atomic():
            create_account(email=email)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="CAMILLE@exemple.test")])


def test_an_account_needs_an_address() -> None:
    with pytest.raises(ValueError, match="adresse"):
        User.objects.create_user("")


def test_the_pilot_disables_and_enables() -> None:
    pilot = make_membership("pilot", "departement")
    person = make_membership("contact", "donor")
    disable_account(user=person.user, by=pilot)
    assert not Membership.objects.open().filter(pk=person.pk).exists()
    enable_account(user=person.user, by=pilot)
    assert Membership.objects.open().filter(pk=person.pk).exists()


def test_whoever_s_account_is_disabled_by_another_is_written_to_once() -> None:
    pilot, other = make_membership("pilot", "departement"), make_membership("pilot", "departement")
    person = make_membership("contact", "donor")
    for _ in range(2):
        disable_account(user=person.user, by=pilot)
    (told,) = mail.outbox
    assert told.to == [person.user.email]
    assert told.subject == "Votre compte Maillon est désactivé"
    assert pilot.title in str(told.body)
    assert str(pilot.user) not in str(told.body)
    for user, by in ((other.user, other), (make_membership("contact", "donor").user, SYSTEM)):
        disable_account(user=user, by=by)
    assert len(mail.outbox) == 1


def test_whoever_s_account_is_opened_again_is_written_to_once_and_reads_it_on_the_page_that_asks() -> None:
    pilot, person = make_membership("pilot", "departement"), make_membership("contact", "donor")
    disable_account(user=person.user, by=pilot)
    mail.outbox.clear()
    asked = read(acting(pilot), reverse("network:user_enable", args=[person.user.pk]))
    assert "Un courriel le lui dit." in asked
    for _ in range(2):
        enable_account(user=person.user, by=pilot)
    (told,) = mail.outbox
    assert told.to == [person.user.email]
    assert told.subject == "Votre compte Maillon est réactivé"
    assert reverse("account_login") in str(told.body)
    assert pilot.title in str(told.body)
    assert str(pilot.user) not in str(told.body)


def test_nobody_else_disables_nor_forgets() -> None:
    manager = make_membership("manager", "donor")
    person = make_membership("contact", "donor", manager.organisation)
    for service in (disable_account, enable_account, forget_user):
        with pytest.raises(PermissionDenied):
            service(user=person.user, by=manager)


def test_forgetting_leaves_a_number_without_a_name() -> None:
    pilot = make_membership("pilot", "departement")
    manager = make_membership("manager", "donor")
    user = create_account(email="camille@exemple.test", first_name="Camille", last_name="Exemple", password=PASSWORD)
    person = make_membership("contact", "donor", manager.organisation, user=user)
    invite(
        organisation=manager.organisation,
        email=user.email,
        kind="donor",
        role="manager",
        by=manager,
        last_name="E",
    )
    forget_user(user=user, by=pilot)
    row = User.objects.get(pk=user.pk)
    assert (row.first_name, row.last_name, row.is_active) == ("", "", False)
    assert row.email == f"compte-{user.pk}@efface.invalid"
    assert not row.has_usable_password()
    assert str(row) == "Personne effacée"
    assert not EmailAddress.objects.filter(email="camille@exemple.test").exists()
    assert not Invitation.objects.filter(email="camille@exemple.test").exists()
    assert not Invitation.objects.pending().exists()
    closed = Membership.objects.get(pk=person.pk)
    assert (closed.user_id, closed.is_open) == (user.pk, False)
    with pytest.raises(PermissionDenied):
        enable_account(user=row, by=pilot)


def test_an_address_that_was_also_given_for_a_structure_s_is_erased_where_it_told_or_said_to_be_there_still() -> None:
    pilot = make_membership("pilot", "departement")
    person = make_membership("manager", "prescriber")
    structure = person.organisation
    structure.email = person.user.email.upper()
    structure.save(update_fields=["email"])
    session = plan_awareness(
        actor=pilot,
        commune=make_commune(),
        starts_at=timezone.now() + timedelta(days=9),
        ends_at=timezone.now() + timedelta(days=9, hours=2),
        place="Salle des fêtes",
    )
    convene_awareness(actor=pilot, awareness=session, organisations=[structure], others=[("Club", person.user.email)])
    asked = read(acting(pilot), reverse("network:user_forget", args=[person.user_id]))
    assert f"L’adresse reste sur la page de {structure.name}" in asked
    forget_user(user=person.user, by=pilot)
    assert set(AwarenessGuest.objects.values_list("email", flat=True)) == {""}


def test_forgetting_calls_what_the_other_apps_registered_while_the_address_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(registry.registry, "forgetters", [lambda user: told.append(user.email)])
    user = make_user(email="camille@exemple.test")
    forget_user(user=user)
    assert told == ["camille@exemple.test"]


def test_the_address_of_a_forgotten_person_may_be_invited_again() -> None:
    user = create_account(email="camille@exemple.test", password=PASSWORD)
    forget_user(user=user)
    assert create_account(email="camille@exemple.test").pk != user.pk


@pytest.mark.parametrize("service", [disable_account, forget_user])
def test_the_last_pilot_is_neither_disabled_nor_forgotten(service) -> None:  # type: ignore[no-untyped-def]
    pilot = make_membership("pilot", "departement")
    with pytest.raises(ValidationError, match="dernière à piloter"):
        service(user=pilot.user, by=pilot)
    assert User.objects.get(pk=pilot.user_id).is_active
    other = make_membership("pilot", "departement", pilot.organisation)
    service(user=pilot.user, by=other)
    assert not User.objects.get(pk=pilot.user_id).is_active


def test_a_forgotten_account_cannot_get_a_name_back() -> None:
    user = forget_user(user=make_user())
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(last_name="Exemple")
