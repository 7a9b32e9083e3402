"""The whole life of a lot at given instants, as the seed and imports of history replay it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents.models import Document, Mail
from donations.enums import DonationState, SlipProof, WithdrawReason
from donations.models import Donation
from donations.services.deeds import accept_deed, deed_of
from donations.services.donations import (
    announce_donation,
    create_donation,
    qualify_donation,
)
from donations.services.pickups import record_pick_up, schedule_donation
from lifecycle import gate
from lifecycle.journal import state_as_of
from reference.dated import fingerprint
from refurb.models import Device
from tests.donations.scene import Scene, laptops, load_law

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def test_a_lot_is_replayed_in_the_past() -> None:
    scene = Scene(lines=(laptops(2),))
    start = timezone.now() - timedelta(days=100)
    days = [start + timedelta(days=n) for n in range(0, 70, 10)]
    workshop = scene.north

    donation = create_donation(actor=scene.contact, donor=scene.donor, lines=scene.lines, at=days[0], **scene.site())
    announce_donation(actor=scene.contact, donation=donation, at=days[1])
    qualify_donation(actor=scene.pilot, donation=donation, rulings=scene.rulings(donation), at=days[2])
    _, exact = deed_of(donation, at=days[3])
    accept_deed(actor=scene.contact, donation=donation, sha256=fingerprint(exact), at=days[3])
    schedule_donation(
        actor=workshop.manager,
        donation=donation,
        starts_at=days[4] + timedelta(hours=1),
        carrier="La Navette",
        contact_name="Accueil",
        at=days[4],
    )
    record_pick_up(
        actor=workshop.technician,
        pick_up=scene.pick_up(donation, workshop),
        counts={donation.lines.get().pk: 2},
        done_on=timezone.localdate(days[5]),
        proof=SlipProof.ATTESTED,
        signer_name="Dominique Exemple",
        at=days[5],
    )
    tags = {pk: {"tag": f"T-{pk}"} for pk in Device.objects.values_list("pk", flat=True)}
    gate.apply_many(Device.objects.all(), "receive", actor=workshop.technician, per_row=tags, at=days[5])
    donation = gate.apply(donation, "reconcile", actor=workshop.manager, at=days[6])

    verbs = ["create", "announce", "qualify", "schedule", "collect", "reconcile"]
    told = list(donation.journal.order_by("seq").values_list("verb", "at"))
    assert told == list(zip(verbs, [*days[:3], *days[4:]], strict=True))
    assert donation.reconciled_at == days[6]
    assert set(Device.objects.values_list("collected_at", flat=True)) == {days[5]}
    assert state_as_of(Donation, days[3])[donation.pk] == DonationState.QUALIFIED
    assert max(Mail.objects.values_list("created_at", flat=True)) == days[6]
    assert max(Document.objects.values_list("created_at", flat=True)) == days[6]


def cost(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def ready(quantity: int) -> tuple[Scene, Donation]:
    scene = Scene(lines=(laptops(quantity),))
    people = (scene.contact, scene.pilot, scene.north.manager, scene.north.technician)
    assert all(people)
    return scene, scene.scheduled()


def test_a_pick_up_of_two_hundred_costs_as_many_queries_as_one_of_two() -> None:
    def pick_up(quantity: int) -> int:
        scene, donation = ready(quantity)
        return cost(lambda: scene.count(donation, scene.north, {0: quantity - 1}))

    pick_up(2)
    assert pick_up(200) <= pick_up(2) + 2


def test_withdrawing_two_hundred_units_costs_as_many_queries_as_withdrawing_two() -> None:
    def withdraw(quantity: int) -> int:
        scene, donation = ready(quantity)
        return cost(lambda: gate.apply(donation, "withdraw", actor=scene.contact, reason=WithdrawReason.KEPT))

    withdraw(2)
    assert withdraw(200) <= withdraw(2) + 2
