"""A memory card found in a phone, a tablet or a computer: a drive of its own, that comes out, and is proven as any."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lifecycle.exceptions import Refused
from refurb.enums import (
    AbsenceReason,
    CheckResult,
    DestructionMethod,
    DeviceType,
    DriveKind,
    ErasureMethod,
    ErasureOutcome,
    ErasureVerification,
    HiddenSectors,
    RemovalDestination,
)
from refurb.models import Device, Drive
from refurb.services import evidence
from refurb.unsorted import unsorted_drives
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import Bench, fresh, load_numbers
from tests.refurb.hardware import deposit
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db
PHONES = (DeviceType.SMARTPHONE, DeviceType.TABLET)


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def card_in(bench: Bench, device: Device, **given: Any) -> Drive:
    return bench.drive(device, **{"kind": DriveKind.CARD, "serial": ""} | given)


def almost_ready(bench: Bench, type_: DeviceType) -> Device:
    """Proven, tested and graded, with a card that was just found in it."""
    device = bench.prepared(bench.in_process(type_))
    bench.grade(device)
    card_in(bench, device)
    return bench.identified(device)


@pytest.mark.parametrize("type_", PHONES)
def test_a_card_keeps_a_phone_at_the_bench_until_it_is_proven_or_out(bench: Bench, type_: DeviceType) -> None:
    device = almost_ready(bench, type_)
    with pytest.raises(Refused) as refused:
        bench.recondition(device)
    assert codes(refused) == {"drives_proven"}
    card = Drive.objects.get(kind=DriveKind.CARD)
    evidence.remove_drive(actor=bench.technician, drive=card, destination=RemovalDestination.DESTRUCTION)
    assert bench.recondition(device).state == "ready"
    assert list(Drive.objects.missing_erasures()) == [card], "it is followed until it is erased or destroyed"
    evidence.record_destruction(
        actor=bench.technician, drive=card, method=DestructionMethod.CRUSH, destroyed_at=timezone.now()
    )
    assert not Drive.objects.missing_erasures().exists()


def test_a_card_alone_inventories_neither_a_phone_nor_a_laptop(bench: Bench) -> None:
    for type_ in (DeviceType.SMARTPHONE, DeviceType.LAPTOP):
        device = bench.in_process(type_)
        card = card_in(bench, device)
        erased(bench, card)
        bench.test(device)
        bench.grade(device, **({"storage_gb": 0} if type_ == DeviceType.LAPTOP else {}))
        with pytest.raises(Refused) as refused:
            bench.recondition(bench.identified(device))
        assert "storage_inventoried" in codes(refused)
        assert not Device.objects.proven().filter(pk=device.pk).exists(), "the database asks the same"


def erased(bench: Bench, card: Drive, **given: Any) -> Any:
    return bench.erase(
        card,
        **{
            "method": ErasureMethod.OVERWRITE,
            "tool": "nwipe",
            "verification": ErasureVerification.LAST_PASS,
            "hidden_sectors": HiddenSectors.NOT_APPLICABLE,
            "serial_read": "",
        }
        | given,
    )


def test_a_card_is_erased_by_a_tool_with_or_without_number_and_not_by_a_reset_nor_a_key(bench: Bench) -> None:
    device = bench.in_process(DeviceType.SMARTPHONE, at=timezone.now() - timedelta(days=1))
    card = card_in(bench, device, capacity=64 * 10**9)
    for method in (ErasureMethod.RESET, ErasureMethod.CRYPTO):
        assert erased(bench, card, method=method).outcome == ErasureOutcome.REFUSED
    assert erased(bench, card, bytes_expected=64 * 10**9, bytes_erased=64 * 10**9).outcome == ErasureOutcome.ACCEPTED
    numbered = card_in(bench, device, serial="CARD-77")
    assert erased(bench, numbered, serial_read="CARD-77").outcome == ErasureOutcome.ACCEPTED
    with pytest.raises(Refused, match="ne se démagnétise pas"):
        evidence.record_destruction(
            actor=bench.technician, drive=card, method=DestructionMethod.DEGAUSS, destroyed_at=timezone.now()
        )


def test_a_laptop_that_only_had_a_card_is_attested_without_storage_once_the_card_is_out(bench: Bench) -> None:
    device = bench.in_process()
    card = card_in(bench, device)
    with pytest.raises(Refused, match="Des disques sont inventoriés"):
        bench.no_storage(device)
    evidence.remove_drive(actor=bench.technician, drive=card, destination=RemovalDestination.DESTRUCTION)
    absence = evidence.attest_no_storage(actor=bench.technician, device=device, reason=AbsenceReason.REMOVED_BY_DONOR)
    assert absence.pk


def test_a_file_that_shows_a_drive_is_not_taken_for_the_card_without_number(bench: Bench) -> None:
    device = bench.in_process()
    card_in(bench, device)
    deposit(bench, f"{device.tag}-lshw.json", machines.lshw())
    assert list(unsorted_drives([device.pk])) == [device.pk]


@pytest.mark.parametrize("type_", PHONES)
def test_the_bench_asks_of_the_card_and_a_card_left_in_keeps_the_phone(bench: Bench, type_: DeviceType) -> None:
    device = bench.prepared(bench.in_process(type_))
    bench.grade(device)
    bench.test(device, memory_card=CheckResult.FAIL)
    with pytest.raises(Refused) as refused:
        bench.recondition(bench.identified(device))
    assert codes(refused) == {"tests_passed"}
    page = read(acting(bench.technician), page_of(device, "device_recondition"))
    assert "Carte mémoire\u00a0: aucune, ou retirée, ou inventoriée" in page
    assert "Carte mémoire (SD, microSD)" in page
    given = {"kind": "card", "serial": "", "capacity": "32", "manufacturer": "", "model": "", "slot": ""}
    assert acting(bench.technician).post(page_of(device, "device_record_drive"), given).status_code == 302
    assert Drive.objects.get(kind=DriveKind.CARD).device == fresh(device)


def test_the_internal_storage_still_does_not_come_out(bench: Bench) -> None:
    device = bench.in_process(DeviceType.TABLET)
    internal = bench.drive(device, kind=DriveKind.INTERNAL, serial="")
    with pytest.raises(Refused, match="ne se retire pas"):
        evidence.remove_drive(actor=bench.technician, drive=internal, destination=RemovalDestination.STOCK)
