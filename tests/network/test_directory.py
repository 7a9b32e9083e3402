"""The directory of those who prescribe: read by whoever signs in, kept by each structure, never with an agent in it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.verification import verify_journals
from network.enums import OrganisationKind, Role, StructureKind
from network.models import Membership, PublicService
from network.models.directory import confirmed_before
from network.services.directory import correct_public_service, publish_public_service
from network.services.invitations import invite
from tests.network.factories import make_commune, make_epci, make_membership, make_organisation
from tests.pages import acting, answered, done, read

pytestmark = pytest.mark.django_db
LIST = reverse("network:directory")


class Desk:
    """A CCAS that prescribes in one commune, with a worker; somebody else of the chain."""

    def __init__(self) -> None:
        self.epci = make_epci()
        self.commune, self.other = make_commune(name="Essai-l’Évêque", epci=self.epci), make_commune(name="Ailleurs")
        self.structure = make_organisation(OrganisationKind.PRESCRIBER, name="CCAS d’Essai")
        self.worker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, self.structure)
        self.reader = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
        self.pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)

    def said(self, **given: Any) -> dict[str, Any]:
        usual = {"kind": StructureKind.CCAS, "name": "Accueil social", "phone": "03 20 00 00 00", "email": ""}
        return usual | {"hours": "le matin", "address": "1 place d’Essai", "communes": [self.commune]} | given

    def published(self, actor: Membership | None = None, **given: Any) -> PublicService:
        said = {"organisation": self.structure, "actor": actor or self.worker} | self.said(**given)
        return publish_public_service(**said)


def codes(refused: Refused) -> set[str]:
    return {reason.code for reason in refused.all}


def test_whoever_signs_in_finds_a_service_by_commune_epci_and_kind_and_takes_the_list_away() -> None:
    desk = Desk()
    row = desk.published()
    desk.published(name="Antenne", communes=[desk.other], kind=StructureKind.ASSOCIATION)
    client = acting(desk.reader)

    for query in ({"commune": "essai l eveque"}, {"epci": str(desk.epci.pk)}, {"kind": "ccas"}, {"text": "accueil"}):
        page = read(client, LIST, **query)
        assert "Accueil social" in page
        assert "Antenne" not in page
    exported = b"".join(client.get(LIST, {"tous": "1", "export": "csv"}).streaming_content).decode()
    assert "Essai-l’Évêque" in exported
    assert "Antenne" in exported
    page = read(client, reverse("network:public_service_detail", args=[row.reference]))
    assert "03 20 00 00 00".replace(" ", "\u00a0") in page
    assert str(desk.worker.user) not in page


def test_a_structure_keeps_its_own_entry_and_nobody_else_does() -> None:
    desk = Desk()
    row = desk.published()
    stranger = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    for actor in (stranger, desk.reader):
        with pytest.raises(PermissionDenied):
            gate.apply(row, "confirm", actor=actor)
        with pytest.raises(PermissionDenied):
            desk.published(actor, name="Autre")

    moved = correct_public_service(
        actor=desk.worker, public_service=row, **desk.said(hours="l’après-midi", communes=[desk.other])
    )
    assert (moved.hours, list(moved.communes.all())) == ("l’après-midi", [desk.other])
    gate.apply(row, "withdraw", actor=desk.worker)
    url = reverse("network:public_service_detail", args=[row.reference])
    assert acting(desk.reader).get(url).status_code == 404
    assert acting(desk.worker).get(url).status_code == 200
    with pytest.raises(Unknown):
        gate.apply(row, "restore", actor=stranger)
    desk.published()
    with pytest.raises(Refused) as refused:
        gate.apply(row, "restore", actor=desk.pilot)
    assert codes(refused.value) == {"service_once"}
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_the_pages_beside_the_directory_open_to_whoever_reads_their_links() -> None:
    desk = Desk()
    desk.published()
    for who in (desk.pilot, desk.worker):
        _, _, beside = read(acting(who), LIST).partition("Pages des prescripteurs")
        links = re.findall(r'href="([^"]+)"', beside.partition("</nav>")[0])
        assert len(links) > 1
        assert {link: acting(who).get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_the_address_of_an_agent_is_refused_unless_the_structure_says_that_it_is_public() -> None:
    desk = Desk()
    email = desk.worker.user.email.upper()
    with pytest.raises(ValidationError, match="celle d’une personne qui a un compte"):
        desk.published(email=email)
    assert desk.published(email=email, is_public=True).email == email
    with pytest.raises(ValidationError, match="téléphone ou un courriel"):
        desk.published(name="Muet", phone="")
    with pytest.raises(ValidationError, match="quelles communes"):
        desk.published(name="Nulle part", communes=[])


def test_an_entry_that_nobody_confirmed_for_months_comes_back_to_its_structure_and_says_so() -> None:
    desk = Desk()
    page = read(acting(desk.worker), "/")
    assert "Publier la fiche de votre structure" in page
    long_ago = confirmed_before(timezone.localdate()) - timedelta(days=1)
    row = publish_public_service(actor=desk.worker, organisation=desk.structure, at=long_ago, **desk.said())
    assert "est-elle encore juste" in read(acting(desk.worker), "/")
    assert "à confirmer" in read(acting(desk.reader), LIST)

    url = reverse("network:public_service_confirm", args=[row.reference])
    assert done(acting(desk.worker), url, comment="") == reverse("network:public_service_detail", args=[row.reference])
    assert "est-elle encore juste" not in read(acting(desk.worker), "/")
    assert list(PublicService.objects.to_confirm(timezone.localdate())) == []


def test_the_pages_publish_and_correct_and_say_what_is_wrong_at_its_field() -> None:
    desk = Desk()
    client, url = acting(desk.worker), reverse("network:public_service_publish")
    typed = {
        "organisation": desk.structure.pk, "kind": "ccas", "name": "Accueil", "phone": "0320000000",
        "communes": "Essai-l'Évêque",
    }  # fmt: skip
    assert "Communes non reconnues" in answered(client, url, **typed | {"communes": "Nulle-Part"})
    assert "trop court" in answered(client, url, **typed | {"phone": "12"})
    done(client, url, **typed)
    row = PublicService.objects.get()
    page = reverse("network:public_service_correct", args=[row.reference])
    assert "Essai-l’Évêque" in read(client, page)
    done(client, page, **typed | {"name": "Accueil social", "whole_epcis": [desk.epci.pk]})
    assert PublicService.objects.get().name == "Accueil social"
    assert list(row.communes.all()) == [desk.commune]
    desk.published(name="Antenne")
    assert "déjà une fiche à ce nom" in answered(client, page, **typed | {"name": "Antenne"})


def test_a_structure_that_is_no_prescriber_is_not_in_the_directory() -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.published(desk.pilot, organisation=desk.reader.organisation)
    assert codes(refused.value) == {"service_prescriber"}
    desk.published()
    type(desk.structure).objects.filter(pk=desk.structure.pk).update(is_active=False)
    assert "Accueil social" not in read(acting(desk.reader), LIST)


def test_the_address_that_an_agent_changes_to_or_is_invited_at_is_refused_too() -> None:
    desk = Desk()
    EmailAddress.objects.create(user=desk.worker.user, email="nouvelle@agent.test")
    invite(
        organisation=desk.structure,
        email="bientot@agent.test",
        kind=OrganisationKind.PRESCRIBER,
        role=Role.WORKER,
        by=desk.pilot,
    )
    for email in ("Nouvelle@agent.test", "Bientot@agent.test"):
        with pytest.raises(ValidationError, match="celle d’une personne"):
            desk.published(email=email)


def test_an_address_pasted_with_a_sign_that_is_not_seen_is_refused_at_its_field() -> None:
    desk, pasted = Desk(), "accueil@ccas.fr\u202c"
    with pytest.raises(ValidationError, match="au lieu de le coller"):
        desk.published(email=pasted)
    client, url = acting(desk.pilot), reverse("network:invite", args=[desk.structure.reference])
    page = client.post(url, {"email": pasted, "position": "prescriber:worker", "first_name": "", "last_name": ""})
    assert "au lieu de le coller" in page.content.decode()


def test_the_organisation_of_an_entry_is_not_described_again_with_it() -> None:
    desk = Desk()
    row = desk.published()
    other = make_organisation(OrganisationKind.PRESCRIBER)
    with pytest.raises(TypeError, match="organisation"):
        correct_public_service(actor=desk.worker, public_service=row, organisation=other, **desk.said())
    assert PublicService.objects.get().organisation == desk.structure
