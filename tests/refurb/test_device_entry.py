"""How a device enters a workshop: declared with its lot, scanned, unexpected; and how it goes back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.models import Epci
from refurb.enums import DeviceType, WithdrawalReason
from refurb.machine import device_rules as rules
from refurb.machine.tag_rules import TAG_FREE, TAG_GIVEN
from refurb.models import Device
from refurb.services import devices
from tests.donations.scene import first_line, laptops, public_scene
from tests.network.factories import make_epci
from tests.refurb.devices import (
    Bench,
    fresh,
    from_lot,
    given_to,
    load_numbers,
    new_tag,
    private_lot,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.all]


# --- declared with the lot


def test_each_accepted_unit_is_a_declared_device_of_its_donor() -> None:
    scene = public_scene(laptops(2, unit_value=100))
    donation = scene.qualified()

    units = Device.objects.filter(donation=donation)

    assert {(unit.state, unit.type, unit.donor_kind, unit.stay, unit.tag) for unit in units} == {
        ("declared", "laptop", "public", 0, "")
    }
    assert {unit.origin_epci_id for unit in units} == {scene.commune.epci_id}
    assert {unit.workshop_id for unit in units} == {scene.north.pk}


def test_nobody_declares_a_device_without_a_lot() -> None:
    scene = private_lot()
    with pytest.raises(PermissionDenied):
        gate.create(Device(type="laptop", workshop=scene.north.organisation), "declare", actor=scene.pilot)


def test_a_device_is_not_collected_before_its_pick_up() -> None:
    scene = private_lot()
    unit = Device.objects.get(donation=scene.scheduled())

    with pytest.raises(Refused, match="pas encore fait") as refused:
        gate.apply(unit, "collect", actor=scene.north.technician)

    assert codes(refused) == ["picked_up"]


def test_a_picked_up_lot_has_its_devices_collected() -> None:
    unit = Device.objects.get(donation=private_lot().collected())

    assert unit.state == "collected"
    assert unit.collected_at == unit.moved_at


# --- receive


def test_a_scan_takes_a_free_unit_of_the_line() -> None:
    scene = private_lot(2)
    bench, donation = given_to(scene), scene.collected()

    received = devices.receive_device(
        actor=bench.technician, line=first_line(donation), tag=" LIL-0001 ", serial="5CG8", place="B2"
    )

    assert (received.state, received.tag, received.stay) == ("received", "LIL-0001", 1)
    assert received.received_at == received.moved_at
    assert (fresh(received).serial, fresh(received).place) == ("5CG8", "B2")
    assert Device.objects.filter(donation=donation, state="collected").count() == 1


def test_a_unit_already_picked_up_is_taken_before_one_that_is_not() -> None:
    scene = private_lot(2)
    donation = scene.scheduled()
    line = first_line(donation)
    early = devices.receive_device(actor=scene.north.technician, line=line, tag=new_tag())
    assert early.collected_at is None

    scene.count(donation, scene.north)
    late = devices.receive_device(actor=scene.north.technician, line=line, tag=new_tag())

    assert late.collected_at is not None


def test_a_scan_beyond_the_units_of_the_line_is_told_to_be_unexpected() -> None:
    scene = private_lot(1)
    device = from_lot(scene)

    with pytest.raises(Refused, match="inattendu") as refused:
        devices.receive_device(actor=scene.north.technician, line=device.line, tag=new_tag())

    assert codes(refused) == ["no_free_unit"]


def test_a_line_of_another_workshop_is_unknown(bench: Bench) -> None:
    line = first_line(private_lot().collected())

    with pytest.raises(Unknown):
        devices.receive_device(actor=bench.technician, line=line, tag=new_tag())


def test_an_asset_tag_is_required() -> None:
    scene = private_lot()
    line = first_line(scene.collected())

    with pytest.raises(Refused) as refused:
        devices.receive_device(actor=scene.north.technician, line=line, tag="  ")

    assert TAG_GIVEN.sentence in [reason.sentence for reason in refused.value.all]


def test_an_asset_tag_is_unique_in_its_workshop_and_free_in_another() -> None:
    scene = private_lot()
    bench, line = given_to(scene), first_line(scene.collected())
    bench.received(tag="LIL-0001")
    Bench().received(tag="LIL-0002")

    with pytest.raises(Refused) as refused:
        devices.receive_device(actor=bench.technician, line=line, tag="LIL-0001")
    assert [reason.sentence for reason in refused.value.all] == [TAG_FREE.sentence]

    assert devices.receive_device(actor=bench.technician, line=line, tag="LIL-0002").tag == "LIL-0002"


def test_a_tag_is_free_again_once_its_device_has_left_for_good(bench: Bench) -> None:
    """Replaced: a label was kept for ever by a device that is waste; one is unique among the devices that live."""
    device = bench.recycle(bench.unusable(bench.proven(bench.in_process())))

    assert bench.received(tag=device.tag).tag == device.tag


def test_several_scans_are_one_set_where_each_tag_is_judged() -> None:
    scene = private_lot(4)
    bench, line = given_to(scene), first_line(scene.collected())
    bench.received(tag="LIL-0009")

    outcome = devices.receive_devices(
        actor=bench.technician, line=line, tags=["LIL-0001", "LIL-0009", "LIL-0002", "LIL-0002"], place="C1"
    )

    assert len(outcome.moved) == 1
    assert {reason.code for reasons in outcome.refused.values() for reason in reasons} == {"tag_free"}
    assert Device.objects.get(tag="LIL-0001").place == "C1"


def test_scanning_twenty_costs_as_many_queries_as_scanning_two() -> None:
    scene = private_lot(22)
    bench, line = given_to(scene), first_line(scene.collected())

    def cost(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            tags = [new_tag() for _ in range(count)]
            devices.receive_devices(actor=bench.technician, line=line, tags=tags)
        return len(queries)

    assert cost(2) == cost(20)


def test_only_a_technician_of_the_workshop_receives() -> None:
    scene = private_lot()
    unit = Device.objects.get(donation=scene.collected())

    for actor in (scene.contact, scene.pilot):
        with pytest.raises(PermissionDenied):
            devices.receive_device(actor=actor, device=unit, tag=new_tag())
    with pytest.raises(Unknown):
        devices.receive_device(actor=Bench().technician, device=unit, tag=new_tag())


# --- register


def test_an_unexpected_device_is_of_unknown_origin(bench: Bench) -> None:
    device = bench.received(serial="X", year=2019)

    assert (device.state, device.unannounced, device.donor_kind, device.stay) == ("received", True, "unknown", 1)
    assert device.is_under_ceiling_rule
    assert device.journal.get().donor_kind == "unknown"


def test_one_more_than_announced_in_a_lot_has_the_origin_of_the_lot() -> None:
    scene = private_lot()
    donation = scene.collected()

    extra = devices.register_device(
        actor=scene.north.technician, type=DeviceType.LAPTOP, tag=new_tag(), donation=donation
    )

    assert (extra.unannounced, extra.donor_kind, extra.line_id) == (True, "private", None)
    assert extra.origin_epci_id == donation.origin_epci_id


def test_one_more_of_a_lot_whose_epci_merged_since_is_counted_with_the_one_that_succeeds() -> None:
    """A lot that is balanced keeps the EPCI of its day; what comes of it later is of today."""
    scene = private_lot()
    donation, successor = scene.collected(), make_epci()
    Epci.objects.filter(pk=donation.origin_epci_id).update(succeeded_by=successor, succeeded_at=timezone.now())
    donation.refresh_from_db()

    extra = devices.register_device(
        actor=scene.north.technician, type=DeviceType.LAPTOP, tag=new_tag(), donation=donation
    )

    assert extra.origin_epci == successor


def test_registering_needs_a_free_tag(bench: Bench) -> None:
    device = bench.received()

    for tag, code in (("", "tag_given"), (device.tag, "tag_free")):
        with pytest.raises(Refused) as refused:
            bench.received(tag=tag)
        assert codes(refused) == [code]


@pytest.mark.parametrize("scanned", ["D-96TK-FQFX", "a-96tk-fqfx", "https://maillon.example/verifier/7K3M"])
def test_what_is_printed_on_papers_is_no_tag(bench: Bench, scanned: str) -> None:
    """The slip lies beside the pile: its code is read once in a while instead of that of the device."""
    scene = private_lot(2)
    given, line = given_to(scene), first_line(scene.collected())

    for scan in (
        lambda: bench.received(tag=scanned),
        lambda: devices.receive_device(actor=given.technician, line=line, tag=scanned),
    ):
        with pytest.raises(Refused) as refused:
            scan()
        assert codes(refused) == ["tag_of_a_device"]
        assert ("adresse d’une page" in str(refused.value)) == ("://" in scanned)
    assert not Device.objects.exclude(tag="").exists()


def test_only_a_workshop_registers(bench: Bench) -> None:
    with pytest.raises(PermissionDenied):
        devices.register_device(actor=bench.pilot, type="laptop", tag=new_tag())


# --- withdrawn, given back


def test_a_donor_takes_back_a_unit_not_yet_picked_up() -> None:
    scene = private_lot()
    unit = Device.objects.get(donation=scene.qualified())
    with pytest.raises(Refused) as refused:
        gate.apply(unit, "withdraw", actor=scene.contact, reason="")
    assert [reason.sentence for reason in refused.value.all] == [rules.WITHDRAWAL_REASON.sentence]

    withdrawn = gate.apply(unit, "withdraw", actor=scene.contact, reason=WithdrawalReason.KEPT)

    assert (withdrawn.state, withdrawn.withdrawal_reason) == ("withdrawn", "kept")
    assert withdrawn.ended_at == withdrawn.moved_at


def test_once_collected_a_unit_is_not_withdrawn() -> None:
    scene = private_lot()
    unit = Device.objects.get(donation=scene.collected())

    with pytest.raises(Refused) as refused:
        gate.apply(unit, "withdraw", actor=scene.contact, reason=WithdrawalReason.KEPT)

    assert codes(refused) == ["state"]


def test_the_manager_gives_a_leased_device_back(bench: Bench) -> None:
    device = bench.in_process()
    with pytest.raises(PermissionDenied):
        gate.apply(device, "return_to_donor", actor=bench.technician, reason=WithdrawalReason.LEASED)
    for reason in ("", WithdrawalReason.KEPT):
        with pytest.raises(Refused) as refused:
            gate.apply(device, "return_to_donor", actor=bench.manager, reason=reason)
        assert [reason.sentence for reason in refused.value.all] == [rules.RETURN_REASON.sentence]

    back = gate.apply(device, "return_to_donor", actor=bench.manager, reason=WithdrawalReason.LEASED)

    assert (back.state, back.withdrawal_reason) == ("withdrawn", "leased")
