"""What is left of a person who is forgotten in what others were told of lots."""

import base64

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from documents.exceptions import FileForgotten
from documents.models import StoredFile
from documents.services import open_file, store_file
from donations.enums import SlipProof
from donations.models import PickUp
from donations.services.donations import announce_donation, qualify_donation
from donations.services.forgetting import forget_contact_on_site
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.models import Comment
from network.enums import OrganisationKind, Role
from network.services.accounts import disable_account, forget_user
from tests.donations.scene import Scene, load_law
from tests.donations.test_pick_up import PIXEL
from tests.network.factories import make_membership
from tests.pages import acting, read

pytestmark = pytest.mark.django_db


def test_what_a_colleague_was_told_of_a_pick_up_that_was_cancelled_names_nobody_who_is_forgotten() -> None:
    load_law()
    scene = Scene()
    colleague = make_membership(Role.CONTACT, OrganisationKind.DONOR, scene.donor)
    donation = scene.qualified()
    scene.accept(donation)
    user = scene.contact.user
    name, email = user.get_full_name(), user.email
    scene.schedule(donation, scene.north, contact_name=name, instructions=f"Voir {email}")
    disable_account(user=user)
    gate.apply(donation, "withdraw", actor=colleague, reason="kept")
    told = StoredFile.objects.filter(attachments__mail__to__contains=[colleague.user.email])
    assert told.count() == 2

    forget_user(user=user)

    kept = [open_file(file).read().decode().replace("\r\n ", "") for file in told.filter(forgotten_at=None)]
    assert ["METHOD:CANCEL" in calendar for calendar in kept] == [True]
    assert name not in kept[0]
    assert email not in kept[0]


def named_there() -> set[str]:
    """The tables, and the files, in which whoever was to be asked on site stands."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = set()
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ~ %s', ["Inoubliable|0320998877"])
            if cursor.fetchone() != (0,):
                found.add(table)
    for file in StoredFile.objects.filter(forgotten_at=None):
        if b"Inoubliable" in open_file(file).read():
            found.add(file.name)
    return found


def test_whoever_was_to_be_asked_on_site_and_has_no_account_is_erased_by_the_pilot_once_the_lot_is_fetched() -> None:
    load_law()
    scene = Scene()
    asked = {"contact_name": "Odile Inoubliable", "contact_phone": "0320998877"}
    donation = scene.draft(**asked, access="Sonner chez Odile Inoubliable")
    announce_donation(actor=scene.contact, donation=donation, comment="Odile Inoubliable ouvre")
    donation = qualify_donation(actor=scene.pilot, donation=donation, rulings=scene.rulings(donation))
    scene.accept(donation)
    scene.schedule(donation, scene.north, **asked, instructions="Odile Inoubliable a la clé")
    pages = ("detail", "forget_contact")
    lot, url = (reverse(f"donations:donation_{page}", args=[donation.reference]) for page in pages)
    assert "Odile Inoubliable" in read(acting(scene.pilot), lot)
    with pytest.raises(Refused):
        gate.apply(donation, "forget_contact", actor=scene.pilot)
    gate.apply(donation, "withdraw", actor=scene.contact, reason="kept")
    assert named_there() >= {"donations_donation", "donations_pickup", "documents_document", "documents_mail"}
    assert acting(scene.contact).get(url).status_code == 403

    assert url in read(acting(scene.pilot), lot)
    acting(scene.pilot).post(url)

    assert named_there() == set()
    assert PickUp.objects.count() == 1
    with pytest.raises(Refused, match="Plus personne"):
        gate.apply(donation, "forget_contact", actor=scene.pilot)


def test_where_nobody_was_named_the_comments_of_the_lot_stay() -> None:
    """No word to look for is not every word."""
    load_law()
    scene = Scene()
    donation = scene.draft(contact_name="", contact_phone="")
    announce_donation(actor=scene.contact, donation=donation, comment="Prévoir un diable")
    forget_contact_on_site([donation.pk], timezone.now())
    assert Comment.objects.get(text="Prévoir un diable")


def test_the_signature_that_was_drawn_on_site_goes_with_the_name_of_whoever_drew_it() -> None:
    load_law()
    scene = Scene()
    donation = scene.scheduled()
    drawn = store_file(content=base64.b64decode(PIXEL), name="signature.png", by=scene.north.technician)
    name = "Odile Inoubliable"
    pick_up = scene.count(donation, scene.north, proof=SlipProof.DRAWN, signer_name=name, signature=drawn)
    assert open_file(drawn).read()
    forget_contact_on_site([donation.pk], timezone.now())
    pick_up.refresh_from_db()
    assert (pick_up.signer_name, pick_up.proof) == ("", SlipProof.DRAWN)
    drawn.refresh_from_db()
    assert drawn.is_forgotten
    with pytest.raises(FileForgotten):
        open_file(drawn)
