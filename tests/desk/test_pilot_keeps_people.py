"""Organisations, people and invitations as the pilot lives with them."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from desk.organisations import acts_of, state_of_play
from network.enums import Competence, OrganisationKind, Role
from network.models import Invitation, Membership, Organisation, User
from network.services.invitations import invite
from network.services.memberships import close_membership
from tests.costs import assert_same_queries
from tests.distribution.shelves import Shelf
from tests.network.factories import make_commune, make_epci, make_membership, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_rate_limit_left_over() -> None:
    cache.clear()


def page(organisation: Organisation) -> str:
    return reverse("network:organisation_detail", args=[organisation.reference])


def read(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_the_page_of_an_organisation_tells_the_pilot_who_acts_and_what_was_done_lately(client: Client) -> None:
    shelf = Shelf()
    shelf.reserved()
    User.objects.filter(pk=shelf.adviser.user_id).update(last_login=timezone.now() - timedelta(days=3))
    client.force_login(shelf.pilot.user)
    told = read(client, page(shelf.distributor))
    assert "Activité" in told
    assert "il y a 3\u00a0jours" in told
    assert shelf.point.name in told
    labels = {one.label: one.lately for one in acts_of(shelf.distributor, timezone.now())}
    assert labels["appareils"] >= 1
    client.force_login(shelf.adviser.user)
    assert "Activité" not in read(client, page(shelf.distributor))


def test_a_new_organisation_asks_for_people_until_someone_is_invited(office: Client, pilot: Membership) -> None:
    organisation = make_organisation(OrganisationKind.PRESCRIBER)
    assert "personne n’agit encore" in read(office, page(organisation))
    invite(
        organisation=organisation,
        email="nouvelle@exemple.test",
        kind=OrganisationKind.PRESCRIBER,
        role=Role.WORKER,
        by=pilot,
    )
    told = read(office, page(organisation))
    assert "personne n’agit encore" not in told
    assert "1 invitation en attente" in told
    assert "En attente de la réponse de 1\u00a0personne invitée" in told
    later = timezone.now() + timedelta(days=60)
    Invitation.objects.update(sent_at=later - timedelta(days=90), expires_at=later - timedelta(days=70))
    told = read(office, page(organisation))
    assert "1 invitation expirée, à renvoyer ou à retirer" in told
    assert reverse("network:people", args=[organisation.reference]) in told


def test_who_acts_and_since_when_is_told_to_the_members_and_to_the_pilot_alone(
    client: Client, pilot: Membership
) -> None:
    worker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    gone = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, worker.organisation)
    close_membership(membership=gone, by=pilot)
    opened = f"Rôle ouvert\u00a0: {worker.title}, {worker.user}"
    for reader in (worker, pilot):
        client.force_login(reader.user)
        told = read(client, page(worker.organisation))
        assert opened in told
        assert "1\u00a0rôle ouvert" in told
        assert (f"</time>, {pilot.user}" in told) is (reader is pilot), "nobody is named to another organisation"
        assert (f"</time>, {pilot.organisation}" in told) is (reader is worker)
    client.force_login(make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR).user)
    told = read(client, page(worker.organisation))
    assert "Chronologie" not in told
    assert str(worker.user) not in told


def test_the_page_of_an_account_says_what_is_awaited_and_what_happened(office: Client, pilot: Membership) -> None:
    someone = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    url = reverse("network:user_detail", args=[someone.user_id])
    told = read(office, url)
    assert "En attente de sa première connexion" in told
    assert f"Rôle ouvert\u00a0: {someone.title}, {someone.organisation}" in told
    close_membership(membership=someone, by=pilot)
    told = read(office, url)
    assert "Aucun rôle n’est ouvert" in told
    assert told.index("Rôle fermé") < told.index("Rôle ouvert") < told.index("Compte créé")
    office.post(reverse("network:user_forget", args=[someone.user_id]))
    told = read(office, url)
    assert "Nom et adresse effacés" in told
    assert reverse("network:user_disable", args=[someone.user_id]) not in told


def test_every_invitation_without_an_answer_is_on_one_page_for_the_pilot(office: Client, pilot: Membership) -> None:
    organisation = make_organisation(OrganisationKind.EPCI)
    sent = timezone.now() - timedelta(days=30)
    old = invite(
        organisation=organisation,
        email="oubliee@exemple.test",
        kind=OrganisationKind.EPCI,
        role=Role.REVIEWER,
        by=pilot,
        at=sent,
    )
    url = reverse("desk:invitations")
    told = read(office, url)
    assert "oubliee@exemple.test" in told
    assert "dont 1 expirée" in told
    assert reverse("network:invitation_resend", args=[old.pk]) in told
    office.post(reverse("network:invitation_withdraw", args=[old.pk]))
    assert "oubliee@exemple.test" not in read(office, url)
    office.force_login(make_membership(Role.MANAGER, OrganisationKind.EPCI).user)
    assert office.get(url).status_code == 403


def test_the_state_of_play_says_who_repairs_and_where_nobody_does(office: Client) -> None:
    here, there = make_epci(short_name="Pays d’Ici"), make_epci(short_name="Pays de Là")
    workshop = make_organisation(OrganisationKind.RECONDITIONER, competences=[Competence.REPAIR])
    workshop.communes_served.add(make_commune(epci=here))
    make_organisation(OrganisationKind.RECONDITIONER, competences=[Competence.REPAIR], is_active=False, epci=there)
    known, silent = state_of_play()
    repair = next(one for one in known if one.competence == Competence.REPAIR)
    assert repair.organisations == [workshop]
    assert here not in repair.missing
    assert there in repair.missing
    assert silent == Organisation.objects.active().filter(competences=[]).count()
    told = read(office, reverse("desk:competences"))
    assert workshop.name in told
    assert "Pays de Là" in told


def test_the_state_of_play_and_the_invitations_cost_the_same_whatever_their_number(
    office: Client, pilot: Membership
) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            organisation = make_organisation(OrganisationKind.PRESCRIBER, competences=[Competence.PRESCRIPTION])
            organisation.communes_served.add(make_commune())
            email = f"{organisation.reference.lower()}@exemple.test"
            kind, role = OrganisationKind.PRESCRIBER, Role.WORKER
            invite(organisation=organisation, email=email, kind=kind, role=role, by=pilot)

    urls = [reverse("desk:competences"), reverse("desk:invitations")]
    assert_same_queries(more, lambda: [office.get(url) for url in urls], rows=20)


def test_a_wrong_form_of_an_organisation_keeps_its_name_and_what_was_typed(office: Client) -> None:
    organisation = make_organisation(OrganisationKind.PRESCRIBER, name="Maison des Essais")
    url = reverse("network:organisation_edit", args=[organisation.reference])
    typed = {"name": "Autre maison", "kinds": ["prescriber"], "legal_nature": "public", "siret": "123"}
    answer = office.post(url, typed | {"communes": "Commune-inconnue", "is_active": "on"})
    told = answer.content.decode()
    assert "Modifier Maison des Essais" in told
    assert 'value="Autre maison"' in told
    assert "Commune-inconnue" in told
    assert page(organisation) in told
    assert Organisation.objects.get(pk=organisation.pk).name == "Maison des Essais"


def test_the_page_of_an_account_says_when_it_last_came(office: Client) -> None:
    someone = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER).user
    told = read(office, reverse("network:user_detail", args=[someone.pk]))
    assert "<dt>Dernière connexion</dt><dd>jamais</dd>" in told
