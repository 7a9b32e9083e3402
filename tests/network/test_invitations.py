"""The life of an invitation."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django import app

from network.models import Invitation, Membership, User
from network.parameters import INVITATION_DAYS, UNANSWERED_DAYS
from network.services.accounts import create_account, disable_account
from network.services.invitations import (
    accept_with_account,
    accept_with_new_account,
    forget_invitations,
    invite,
    withdraw_invitation,
)
from network.services.memberships import close_membership
from network.tasks import clear_sessions
from tests.network.factories import PASSWORD, make_membership, make_organisation

pytestmark = pytest.mark.django_db
GUEST = "nouvelle@exemple.test"


def token_of(message: mail.EmailMessage) -> str:
    """The token of the link of a message."""
    found = re.search(r"/invitation/([^/\s]+)/", str(message.body))
    assert found, message.body
    return found[1]


def invited(manager: Membership, email: str = GUEST, **fields: object) -> str:
    """Invite a technician into the manager's workshop; the token of the link."""
    invite(
        organisation=manager.organisation,
        email=email,
        kind="reconditioner",
        role="technician",
        by=manager,
        **fields,
    )
    return token_of(mail.outbox[-1])


@pytest.fixture
def manager() -> Membership:
    return make_membership("manager", "reconditioner")


def accept_url(token: str) -> str:
    return reverse("network:invitation_accept", args=[token])


def test_a_manager_invites_and_the_guest_opens_an_account(client: Client, manager: Membership) -> None:
    client.force_login(manager.user)
    client.post(
        reverse("network:invite", args=[manager.organisation.reference]),
        {"email": "Nouvelle@Exemple.test", "first_name": "Alix", "position": "reconditioner:technician"},
    )
    client.logout()
    assert mail.outbox[0].to == [GUEST]
    assert "Technicien" in mail.outbox[0].body
    url = accept_url(token_of(mail.outbox[0]))
    assert "Alix" in client.get(url).content.decode()
    response = client.post(
        url, {"first_name": "Alix", "last_name": "Exemple", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert response.url == "/"
    membership = Membership.objects.get(user__email=GUEST)
    assert (membership.role, membership.organisation, membership.is_open) == (
        "technician",
        manager.organisation,
        True,
    )
    assert membership.periods.get().opened_by == manager
    assert client.get(reverse("network:account")).wsgi_request.membership == membership
    invitation = Invitation.objects.get()
    assert (invitation.accepted_by, invitation.accepted_at is not None) == (membership.user, True)


def test_a_link_serves_once(client: Client, manager: Membership) -> None:
    token = invited(manager)
    accept_with_new_account(token=token, first_name="A", last_name="B", password=PASSWORD)
    with pytest.raises(ValidationError, match="n’ouvre plus"):
        accept_with_new_account(token=token, first_name="A", last_name="B", password=PASSWORD)
    response = client.get(accept_url(token))
    assert response.status_code == 410
    assert User.objects.filter(email=GUEST).count() == 1


def test_a_link_expires(client: Client, manager: Membership) -> None:
    token = invited(manager, at=timezone.now() - timedelta(days=INVITATION_DAYS.usual) - timedelta(seconds=1))
    assert client.get(accept_url(token)).status_code == 410
    with pytest.raises(ValidationError):
        accept_with_new_account(token=token, first_name="A", last_name="B", password=PASSWORD)


def test_a_withdrawn_link_no_longer_opens(client: Client, manager: Membership) -> None:
    token = invited(manager)
    withdraw_invitation(invitation=Invitation.objects.get(), by=manager)
    assert client.get(accept_url(token)).status_code == 410


def test_a_link_closes_with_the_role_of_whoever_sent_it(client: Client, manager: Membership) -> None:
    token = invited(manager)
    close_membership(membership=manager)
    assert client.get(accept_url(token)).status_code == 410
    with pytest.raises(ValidationError):
        accept_with_new_account(token=token, first_name="A", last_name="B", password=PASSWORD)


def test_a_link_closes_with_the_account_of_whoever_sent_it(client: Client, manager: Membership) -> None:
    token = invited(manager)
    User.objects.filter(pk=manager.user_id).update(is_active=False)
    assert client.get(accept_url(token)).status_code == 410


def test_inviting_again_makes_the_former_link_useless(client: Client, manager: Membership) -> None:
    first = invited(manager)
    second = invited(manager)
    assert client.get(accept_url(first)).status_code == 410
    assert client.get(accept_url(second)).status_code == 200
    assert Invitation.objects.pending().count() == 1


def test_a_link_nobody_sent_opens_nothing(client: Client) -> None:
    assert client.get(accept_url("inventé")).status_code == 410


def test_only_the_digest_of_the_token_is_kept(manager: Membership) -> None:
    token = invited(manager)
    assert token not in str(Invitation.objects.values().get())


def test_the_answer_is_the_same_whether_the_address_has_an_account_or_not(client: Client, manager: Membership) -> None:
    create_account(email="connue@exemple.test", password=PASSWORD)
    disabled = create_account(email="fermee@exemple.test", password=PASSWORD)
    disabled.is_active = False
    disabled.save()
    client.force_login(manager.user)
    url = reverse("network:invite", args=[manager.organisation.reference])
    pages = []
    for email in (GUEST, "connue@exemple.test", "fermee@exemple.test"):
        response = client.post(url, {"email": email, "position": "reconditioner:technician"}, follow=True)
        page = re.sub(r'csrfmiddlewaretoken" value="[^"]*"|pk="\d+"', "", response.content.decode())
        pages.append(re.search(r'role="status">(.*?)</div>', page, re.DOTALL)[1].replace(email, "X"))  # type: ignore[index]
    assert pages[0] == pages[1] == pages[2]
    bodies = {re.sub(r"/invitation/\S+", "", str(message.body)) for message in mail.outbox}
    assert len(bodies) == 1


def test_a_person_with_an_account_signs_in_and_accepts(client: Client, manager: Membership) -> None:
    user = create_account(email=GUEST, password=PASSWORD)
    url = accept_url(invited(manager))
    page = client.get(url).content.decode()
    assert f"{reverse('account_login')}?next={url}" in page
    assert "password1" not in page
    client.force_login(user)
    assert client.post(url).url == "/"
    assert Membership.objects.get(user=user).organisation == manager.organisation


def test_another_signed_in_person_cannot_accept(client: Client, manager: Membership) -> None:
    other = make_membership("contact", "donor")
    token = invited(manager)
    client.force_login(other.user)
    assert "déconnectez-vous" in client.post(accept_url(token)).content.decode()
    with pytest.raises(PermissionDenied):
        accept_with_account(token=token, user=other.user)
    assert Invitation.objects.pending().exists()


def test_a_disabled_account_reads_why_it_cannot_accept(client: Client, manager: Membership) -> None:
    user = create_account(email=GUEST, password=PASSWORD)
    user.is_active = False
    user.save()
    assert "désactivé" in client.get(accept_url(invited(manager))).content.decode()


def test_accepting_reopens_a_role_that_was_closed(manager: Membership) -> None:
    former = make_membership("technician", "reconditioner", manager.organisation)
    Membership.objects.filter(pk=former.pk).update(closed_at=timezone.now())
    former.periods.update(closed_at=timezone.now())
    token = invited(manager, email=former.user.email)
    assert accept_with_account(token=token, user=former.user) == former
    assert former.periods.count() == 2


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"password1": "court", "password2": "court"}, "12"),
        ({"password1": PASSWORD, "password2": PASSWORD + "!"}, "ne sont pas les mêmes"),
        (
            {"password1": "nouvelle@exemple.test", "password2": "nouvelle@exemple.test"},
            "semblable|ressemble|proche",
        ),
    ],
)
def test_a_bad_password_opens_no_account(
    client: Client, manager: Membership, data: dict[str, str], sentence: str
) -> None:
    url = accept_url(invited(manager))
    response = client.post(url, {"first_name": "Alix", "last_name": "Exemple"} | data)
    assert re.search(sentence, response.content.decode())
    assert "<title>Erreur" in response.content.decode()
    assert not User.objects.filter(email=GUEST).exists()


def test_one_invites_only_where_and_to_what_one_may(manager: Membership) -> None:
    other = make_organisation("reconditioner")
    technician = make_membership("technician", "reconditioner", manager.organisation)
    for organisation, by in ((other, manager), (manager.organisation, technician)):
        with pytest.raises(PermissionDenied):
            invite(organisation=organisation, email=GUEST, kind="reconditioner", role="technician", by=by)
    with pytest.raises(PermissionDenied):
        invite(organisation=manager.organisation, email=GUEST, kind="departement", role="pilot", by=manager)
    pilot = make_membership("pilot", "departement")
    for kind, role in (("donor", "contact"), ("reconditioner", "agent")):
        with pytest.raises(ValidationError, match="n’existe pas"):
            invite(organisation=manager.organisation, email=GUEST, kind=kind, role=role, by=pilot)
    assert not mail.outbox


def test_one_does_not_invite_who_has_the_role_nor_into_an_inactive_organisation(manager: Membership) -> None:
    colleague = make_membership("technician", "reconditioner", manager.organisation)
    with pytest.raises(ValidationError, match="déjà ce rôle"):
        invited(manager, email=colleague.user.email.upper())
    manager.organisation.is_active = False
    manager.organisation.save()
    with pytest.raises(ValidationError, match=r"plus active.*Le pilote la rouvre d’abord"):
        invited(manager)


def test_a_closed_organisation_proposes_to_invite_nobody_and_says_to_open_it_first(
    client: Client, manager: Membership
) -> None:
    pilot = make_membership("pilot", "departement")
    workshop = manager.organisation
    workshop.is_active = False
    workshop.save()
    client.force_login(pilot.user)
    url = reverse("network:invite", args=[workshop.reference])
    for name in ("network:organisation_detail", "network:people"):
        assert f'href="{url}"' not in client.get(reverse(name, args=[workshop.reference])).content.decode()
    answer = client.get(url, follow=True)
    assert answer.redirect_chain == [(reverse("network:organisation_detail", args=[workshop.reference]), 302)]
    assert "Le pilote la rouvre d’abord" in answer.content.decode()


def test_the_same_invitation_sent_twice_at_once_leaves_once_and_its_link_opens(
    client: Client, manager: Membership
) -> None:
    client.force_login(manager.user)
    url = reverse("network:invite", args=[manager.organisation.reference])
    typed = {"email": GUEST, "position": "reconditioner:technician"}
    client.post(url, typed)
    told = client.post(url, typed, follow=True).content.decode()
    assert "vient de partir" in told
    assert len(mail.outbox) == 1
    assert client.get(accept_url(token_of(mail.outbox[0]))).status_code == 200


def test_the_pilot_is_told_that_the_account_of_the_invited_address_is_disabled_and_nobody_else_is(
    client: Client, manager: Membership
) -> None:
    gone = make_membership("contact", "donor")
    pilot = make_membership("pilot", "departement")
    disable_account(user=gone.user, by=pilot)
    url = reverse("network:invite", args=[manager.organisation.reference])
    typed = {"email": gone.user.email, "position": "reconditioner:technician"}
    for who, is_told in ((manager, False), (pilot, True)):
        client.force_login(who.user)
        told = client.post(url, typed, follow=True).content.decode()
        assert "Invitation envoyée" in told
        assert ("Le compte de cette adresse est désactivé" in told) is is_told


def test_the_form_offers_a_manager_his_kind_and_the_pilot_all_of_them(client: Client) -> None:
    organisation = make_organisation("donor", kinds=["donor", "epci"])
    url = reverse("network:invite", args=[organisation.reference])
    client.force_login(make_membership("manager", "donor", organisation).user)
    page = client.get(url).content.decode()
    assert "donor:contact" in page
    assert "epci:reviewer" not in page
    client.force_login(make_membership("pilot", "departement").user)
    assert "epci:reviewer" in client.get(url).content.decode()


def test_a_manager_resends_and_withdraws_from_the_page(client: Client, manager: Membership) -> None:
    invited(manager)
    client.force_login(manager.user)
    first = Invitation.objects.get()
    assert GUEST in client.get(reverse("network:people", args=[manager.organisation.reference])).content.decode()
    assert GUEST in client.get(reverse("network:invitation_resend", args=[first.pk])).content.decode()
    client.post(reverse("network:invitation_resend", args=[first.pk]))
    second = Invitation.objects.pending().get()
    assert second != first
    client.post(reverse("network:invitation_withdraw", args=[second.pk]))
    assert not Invitation.objects.pending().exists()
    stranger = make_membership("manager", "reconditioner")
    client.force_login(stranger.user)
    assert client.post(reverse("network:invitation_withdraw", args=[second.pk])).status_code == 404


def test_an_invitation_that_nobody_accepted_forgets_whom_it_was_sent_to(manager: Membership) -> None:
    invited(manager, first_name="Dominique", last_name="Exemple")
    kept = Invitation.objects.get()
    assert forget_invitations(at=kept.expires_at + timedelta(days=UNANSWERED_DAYS.usual) - timedelta(minutes=1)) == 0
    assert forget_invitations(at=kept.expires_at + timedelta(days=UNANSWERED_DAYS.usual)) == 1
    forgotten = Invitation.objects.get()
    assert GUEST not in str(vars(forgotten))
    assert "Dominique" not in str(vars(forgotten))
    assert forgotten.withdrawn_at == kept.expires_at + timedelta(days=UNANSWERED_DAYS.usual)
    assert forget_invitations(at=kept.expires_at + timedelta(days=UNANSWERED_DAYS.usual)) == 0


def test_an_invitation_withdrawn_is_forgotten_too_and_one_accepted_is_kept_with_its_account(
    manager: Membership,
) -> None:
    token = invited(manager)
    withdraw_invitation(invitation=Invitation.objects.get(), by=manager)
    invited(manager)
    invited(manager, "autre@exemple.test")
    assert Invitation.objects.exclude(withdrawn_at=None).get().email == GUEST
    assert token
    accepted = Invitation.objects.get(email="autre@exemple.test")
    user = create_account(email=accepted.email)
    Invitation.objects.filter(pk=accepted.pk).update(accepted_at=timezone.now(), accepted_by=user)
    assert forget_invitations(at=timezone.now() + timedelta(days=365)) == 2
    assert Invitation.objects.exclude(accepted_at=None).get().email == user.email
    assert not Invitation.objects.filter(email=GUEST).exists()


def test_sessions_that_are_over_are_cleared_every_night(client: Client, manager: Membership) -> None:
    """Each holds, encoded, who signed in."""
    client.force_login(manager.user)
    open_session = Session.objects.get().pk
    Session.objects.create(session_key="x" * 32, session_data="", expire_date=timezone.now() - timedelta(minutes=1))
    clear_sessions(timestamp=0)
    assert [row.pk for row in Session.objects.all()] == [open_session]
    installed = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert {"network.clear_sessions", "network.forget_invitations"} <= installed


def test_an_invited_address_that_has_an_account_by_now_signs_in_and_opens_no_second_one(manager: Membership) -> None:
    token = invited(manager)
    user = create_account(email=GUEST, password=PASSWORD)
    with pytest.raises(ValidationError, match="connectez-vous pour accepter"):
        accept_with_new_account(token=token, first_name="A", last_name="B", password=PASSWORD)
    assert User.objects.get(email=GUEST) == user
    assert Invitation.objects.get().accepted_at is None
    assert not Membership.objects.filter(user=user).exists()


def test_withdrawn_twice_or_once_accepted_an_invitation_keeps_its_first_end(manager: Membership) -> None:
    invited(manager)
    first = withdraw_invitation(invitation=Invitation.objects.get(), by=manager)
    again = withdraw_invitation(invitation=first, by=manager, at=timezone.now() + timedelta(days=1))
    assert again.withdrawn_at == first.withdrawn_at
    accept_with_new_account(token=invited(manager), first_name="A", last_name="B", password=PASSWORD)
    accepted = Invitation.objects.exclude(accepted_at=None).get()
    assert withdraw_invitation(invitation=accepted, by=manager).withdrawn_at is None
