"""A unit that is looked for before anyone has seen it follows its lot; a price is in euros and cents."""

from decimal import Decimal

import pytest

from donations.enums import DeclineReason, ReassignReason, WithdrawReason
from donations.models import Donation
from donations.services.donations import reassign_donation
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import MissingReason
from refurb.models import Device
from refurb.services import devices
from tests.donations.scene import Scene
from tests.refurb.devices import Bench, fresh, load_numbers, new_tag

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def looked_for(scene: Scene, donation: Donation) -> Device:
    """One unit of a qualified lot that its workshop reports missing."""
    unit = Device.objects.filter(donation=donation).order_by("pk")[0]
    return gate.apply(unit, "report_missing", actor=scene.north.technician, reason=MissingReason.OTHER, comment="Dit")


def test_a_lot_is_withdrawn_or_declined_with_the_unit_that_is_looked_for() -> None:
    scene = Scene()
    for end in (
        lambda lot: gate.apply(lot, "withdraw", actor=scene.contact, reason=WithdrawReason.KEPT),
        lambda lot: gate.apply(lot, "decline", actor=scene.pilot, reason=DeclineReason.TOO_OLD),
    ):
        donation = scene.qualified()
        unit = looked_for(scene, donation)

        end(donation)

        gone = fresh(unit)
        assert (gone.state, gone.missing_at, gone.missing_reason) == ("withdrawn", None, "")
        assert set(donation.devices.values_list("state", flat=True)) == {"withdrawn"}


def test_a_lot_is_reassigned_with_the_unit_that_is_looked_for() -> None:
    scene = Scene()
    donation = scene.qualified()
    unit = looked_for(scene, donation)
    line = donation.lines.get()

    reassign_donation(
        actor=scene.pilot,
        donation=donation,
        shares={line.pk: {scene.south.pk: line.quantity}},
        reason=ReassignReason.DISTANCE,
    )

    assert (fresh(unit).state, fresh(unit).workshop) == ("missing", scene.south.organisation)
    assert not donation.devices.filter(workshop=scene.north.organisation).exists()


def test_a_unit_that_was_looked_for_may_still_be_received_after_the_pick_up() -> None:
    scene = Scene()
    donation = scene.scheduled()
    unit = looked_for(scene, donation)

    scene.count(donation, scene.north)

    assert fresh(unit).state == "missing"
    received = devices.receive_device(actor=scene.north.technician, device=unit, tag=new_tag())
    assert received.state == "received"


def test_a_unit_that_had_left_its_donor_is_not_withdrawn() -> None:
    scene = Scene()
    donation = scene.collected()
    unit = looked_for(scene, donation)

    with pytest.raises(Refused) as refused:
        gate.apply(unit, "withdraw", actor=scene.contact, reason="kept")

    assert [reason.code for reason in refused.value.all] == ["never_seen"]


@pytest.mark.parametrize("price", ["10.005", "0.001", "1E-5"])
def test_a_price_is_in_euros_and_cents(price: str) -> None:
    bench = Bench()
    with pytest.raises(Refused) as refused:
        bench.recondition(bench.prepared(), Decimal(price))

    assert [reason.code for reason in refused.value.all] == ["price_given"]


def test_a_price_in_cents_passes_however_it_is_written() -> None:
    bench = Bench()

    assert bench.recondition(bench.prepared(), Decimal("10.500")).price == Decimal("10.5")
