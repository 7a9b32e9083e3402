"""A person who is forgotten is named nowhere any more, and the journals still verify."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.urls import reverse

from connectivity.services.forgetting import forget_person as forget_in_connectivity
from conventions.services.forgetting import forget_person as forget_in_conventions
from desk.services.visits import forget_visits
from documents.models import Mail, StoredFile
from documents.services import forget_person as forget_in_documents
from documents.services import open_file, store_file
from donations.enums import SlipProof
from donations.models import PickUp
from donations.services.donations import announce_donation, qualify_donation
from donations.services.forgetting import forget_person as forget_in_donations
from lifecycle.journal import journal_of
from lifecycle.machine import machines
from lifecycle.registry import registry
from lifecycle.verification import Fault, verify_comments, verify_journal
from network.enums import OrganisationKind, Role
from network.models import User
from network.services.accounts import forget_user
from network.services.invitations import accept_with_new_account, invite
from refurb.models import Erasure
from refurb.services.devices import receive_device
from refurb.services.forgetting import forget_person as forget_in_refurb
from tests.donations.scene import Scene, first_line
from tests.network.factories import PASSWORD, make_membership
from tests.refurb.devices import Bench, load_numbers, new_tag

pytestmark = pytest.mark.django_db

EMAIL = "zelie.effacable@exemple.test"
NAME = "Zélie Effaçable"
TRACES = ("zelie.effacable", "Zélie", "Effaçable")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


@pytest.fixture(autouse=True)
def real_outbox(settings: Any, mailoutbox: list[EmailMessage]) -> None:
    """Account mail is written to the outbox, as in production."""
    settings.MAILERS = {
        "default": {"BACKEND": "documents.mail_backend.OutboxBackend"},
        "delivery": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"},
    }


@pytest.fixture
def scene() -> Scene:
    load_numbers()
    return Scene()


def invited(scene: Scene) -> User:
    """A donor's contact who came by an invitation, signed in, and is changing address."""
    given = {"kind": OrganisationKind.DONOR, "role": Role.CONTACT, "first_name": "Zélie", "last_name": "Effaçable"}
    invite(organisation=scene.donor, email=EMAIL, by=scene.pilot, **given)
    found = re.search(r"/invitation/([\w-]+)/", Mail.objects.get().body)
    assert found is not None
    scene.contact = accept_with_new_account(
        token=found[1], first_name="Zélie", last_name="Effaçable", password=PASSWORD
    )
    user = scene.contact.user
    assert Client().post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD}).status_code == 302
    user.emailaddress_set.create(email=f"nouvelle.{EMAIL}")
    return user


def busy(scene: Scene) -> User:
    """The same, named wherever Maillon lets people be named."""
    user = invited(scene)
    words = {"description": f"Voir avec {NAME}", "access": f"Badge : {EMAIL}"}
    words |= {"contact_name": NAME, "contact_phone": "0320000000", "windows": f"Quand {NAME} est là"}
    donation = scene.draft(**words)
    announce_donation(actor=scene.contact, donation=donation, comment=f"Décidé par {NAME.upper()}")
    donation = qualify_donation(actor=scene.pilot, donation=donation, rulings=scene.rulings(donation))
    scene.accept(donation)
    scene.schedule(donation, scene.north, contact_name=NAME, instructions=f"Sonner,\n{NAME} ouvre")
    drawn = store_file(content=base64.b64decode(PIXEL), name="signature.png", by=scene.north.technician)
    scene.count(donation, scene.north, proof=SlipProof.DRAWN, signer_name=NAME.upper(), signature=drawn)
    make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER, scene.north.organisation, user)
    bench = Bench(scene.north)
    device = receive_device(actor=bench.technician, line=first_line(donation), tag=new_tag())
    bench.erase(bench.drive(device), operator=NAME)
    return user


def traces() -> Iterator[tuple[str, str]]:
    """Each table of the database, and each session, where something of the person can be read."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for trace in TRACES:
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{trace}%"])
                if cursor.fetchone() != (0,):
                    yield table, trace
    for session in Session.objects.all():
        if any(trace in str(session.get_decoded()) for trace in TRACES):
            yield "django_session", str(session.get_decoded())
    for file in StoredFile.objects.filter(forgotten_at=None):
        if any(trace.encode() in open_file(file).read() for trace in TRACES):
            yield "documents_storedfile", file.name


def journals() -> list[dict[str, Any]]:
    return [row for model in machines().values() for row in journal_of(model)._base_manager.order_by("pk").values()]


def test_a_forgotten_person_is_named_nowhere_and_the_journals_are_untouched(scene: Scene) -> None:
    user = busy(scene)
    assert {table for table, _ in traces()} == {
        "account_emailaddress",
        "django_session",
        "documents_document",
        "documents_mail",
        "documents_storedfile",
        "lifecycle_comment",
        "network_invitation",
        "network_user",
        "donations_donation",
        "refurb_erasure",
        "donations_pickup",
    }
    before = journals()

    forget_user(user=user, by=scene.pilot)

    assert list(traces()) == []
    assert journals() == before
    faults: list[Fault] = []
    assert sum(verify_journal(model, faults.append) for model in machines().values()) == len(before)
    verify_comments(faults.append)
    assert faults == []


def test_what_others_wrote_and_what_counts_stay(scene: Scene) -> None:
    user = busy(scene)

    forget_user(user=user, by=scene.pilot)

    kept = Mail.objects.filter(to__contains=[scene.pilot.user.email])
    assert kept.exists()
    assert not kept.exclude(forgotten_at=None).exists()
    pick_up = PickUp.objects.get()
    assert (pick_up.carrier, pick_up.proof, pick_up.counts.get().quantity) == ("La Navette", SlipProof.DRAWN, 3)
    assert Erasure.objects.get().outcome == "accepted"


def test_each_app_that_holds_names_says_how_to_forget_them() -> None:
    assert registry.forgetters == [
        forget_in_documents,
        forget_in_conventions,
        forget_in_connectivity,
        forget_in_donations,
        forget_in_refurb,
        forget_visits,
    ]
