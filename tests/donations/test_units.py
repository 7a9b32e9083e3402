"""What a lot asks of its units: by columns, the rows that their states tell; and of the app that follows them."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q

from donations import units
from donations.models import Donation
from donations.units import ARRIVED
from donations.units import EXPECTED as EXPECTED_UNIT
from lifecycle import gate
from refurb.enums import EXPECTED, DeviceState, MissingReason, UndoReceiveReason, WithdrawalReason
from refurb.models import Device
from refurb.services import devices
from tests.donations.scene import Scene, laptops
from tests.refurb.devices import load_numbers, new_tag

NOT_ARRIVED = Q(state__in=(DeviceState.DECLARED, DeviceState.WITHDRAWN)) | Q(
    state=DeviceState.MISSING, stay=0, collected_at=None
)


def received(scene: Scene, device: Device) -> Device:
    return devices.receive_device(actor=scene.north.technician, device=device, tag=new_tag())


def lived(scene: Scene, donation: Donation, undo: str) -> set[str]:
    """Each unit of a lot goes its own way; the states they are in."""
    technician, manager = scene.north.technician, scene.north.manager
    units = list(donation.devices.order_by("pk"))
    gate.apply(units[1], "report_missing", actor=technician, reason=MissingReason.OTHER, comment="Dit")
    received(scene, units[2])
    gate.apply(received(scene, units[3]), undo, actor=technician, reason=UndoReceiveReason.WRONG_DEVICE)
    gate.apply(received(scene, units[4]), "return_to_donor", actor=manager, reason=WithdrawalReason.LEASED)
    gate.apply(received(scene, units[5]), "report_missing", actor=technician, reason=MissingReason.THEFT)
    if donation.collected_at is None:
        gate.apply(units[6], "withdraw", actor=scene.contact, reason=WithdrawalReason.KEPT)
    return set(donation.devices.values_list("state", flat=True))


@pytest.mark.django_db
def test_the_columns_a_rule_asks_of_units_tell_the_same_as_their_states() -> None:
    load_numbers()
    scene = Scene(lines=(laptops(7),))
    before = lived(scene, scene.qualified(), "undo_early_receive")
    after = lived(scene, scene.collected(), "undo_receive")
    assert before | after == {"declared", "collected", "received", "missing", "withdrawn"}
    for asked, known in (
        (Q(**EXPECTED_UNIT), Q(state__in=EXPECTED)),
        (ARRIVED, ~NOT_ARRIVED),
    ):
        found = set(Device.objects.filter(asked).values_list("pk", flat=True))
        assert found == set(Device.objects.filter(known).values_list("pk", flat=True))
        assert 0 < len(found) < 14


def test_a_lot_whose_units_nobody_follows_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "_followed", [])
    with pytest.raises(ImproperlyConfigured, match="aucune application ne suit les appareils"):
        units.units()
