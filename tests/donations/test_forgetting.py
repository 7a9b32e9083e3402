"""What is left of a person who is forgotten in what others were told of lots."""

import pytest

from documents.models import StoredFile
from documents.services import open_file
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.services.accounts import disable_account, forget_user
from tests.donations.scene import Scene, load_law
from tests.network.factories import make_membership

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
