"""Real connections act on the same lot at the same time."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from donations.enums import DonationState, SlipProof
from donations.models import LineDecision, PickUp
from donations.services.donations import qualify_donation
from donations.services.pickups import record_pick_up
from lifecycle.exceptions import Refused
from refurb.models import Device
from tests.donations.scene import Scene, Workshop, again, laptops, load_law
from tests.races import at_once


@pytest.mark.django_db(transaction=True)
def test_two_last_pick_ups_at_once_collect_the_donation_once() -> None:
    load_law()
    scene = Scene(lines=(laptops(6),))
    donation = scene.scheduled(split=True)
    line = donation.lines.get()

    def record(workshop: Workshop) -> Callable[[], PickUp]:
        pick_up, technician = scene.pick_up(donation, workshop), workshop.technician
        return lambda: record_pick_up(
            actor=technician,
            pick_up=pick_up,
            counts={line.pk: 3},
            done_on=timezone.localdate(),
            proof=SlipProof.ATTESTED,
            signer_name="Dominique Exemple",
        )

    ends = at_once(record(scene.north), record(scene.south))

    assert not [end for end in ends if isinstance(end, Refused)]
    assert again(donation).state == DonationState.COLLECTED
    assert donation.journal.filter(verb="collect").count() == 1
    assert set(Device.objects.filter(donation=donation).values_list("state", flat=True)) == {"collected"}


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_leave_one_and_a_sentence() -> None:
    load_law()
    scene = Scene()
    donation = scene.announced()
    rulings = scene.rulings(donation)
    pilot = scene.pilot

    def decide() -> object:
        return qualify_donation(actor=pilot, donation=donation, rulings=rulings)

    ends = at_once(decide, decide)

    refused = [end for end in ends if isinstance(end, Refused)]
    assert len(refused) == 1
    assert "«\N{NO-BREAK SPACE}Qualifié\N{NO-BREAK SPACE}»" in str(refused[0])
    assert LineDecision.objects.filter(line__donation=donation).count() == 1
    assert Device.objects.filter(donation=donation).count() == 3
