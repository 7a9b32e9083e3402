"""The board of a phone or a tablet is its storage; what is called a drive is one, whatever it is said to be."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from lifecycle.exceptions import Refused
from prescriptions.enums import NeedKind
from refurb.enums import DestructionMethod, DeviceType, DriveKind, PartKind, TakenOutReason
from refurb.models import Device, Drive, Part, Repair
from refurb.part_words import name_a_drive
from refurb.services import bench as work
from refurb.services import evidence, parts
from tests.distribution.shelves import Shelf
from tests.pages import acting, answered, read
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.pages import page_of
from tests.refurb.test_parts import bought, codes, fit, left

pytestmark = pytest.mark.django_db
PHONES = (DeviceType.SMARTPHONE, DeviceType.TABLET)
BOARD = "Carte mère Galaxy S9 64 Go"


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def take(bench: Bench, device: Device, kind: PartKind = PartKind.MOTHERBOARD, label: str = BOARD) -> Part:
    return parts.take_part(actor=bench.technician, device=device, kind=kind, label=label)


def destroy(bench: Bench, drive: Drive) -> None:
    evidence.record_destruction(
        actor=bench.technician, drive=drive, method=DestructionMethod.DRILL, destroyed_at=timezone.now()
    )


@pytest.mark.parametrize("type_", PHONES)
def test_a_board_leaves_a_phone_or_a_tablet_once_its_storage_is_proven_empty(bench: Bench, type_: DeviceType) -> None:
    broken = bench.unusable(bench.in_process(type_))
    for inventoried in (False, True):
        if inventoried:
            bench.drive(broken)
        with pytest.raises(Refused, match="prouvez son effacement") as refused:
            take(bench, broken)
        assert codes(refused) == {"board_unproven"}
    bench.erase(Drive.objects.get(device=broken))
    assert take(bench, broken).kind == PartKind.MOTHERBOARD


def test_a_board_whose_storage_is_destroyed_does_not_enter_the_stock(bench: Bench) -> None:
    broken = bench.unusable(bench.in_process(DeviceType.SMARTPHONE))
    destroy(bench, bench.drive(broken))
    with pytest.raises(Refused) as refused:
        take(bench, broken)
    assert codes(refused) == {"board_destroyed"}


def test_any_other_part_leaves_a_phone_unasked_and_the_board_of_a_computer_too(bench: Bench) -> None:
    assert take(bench, bench.unusable(bench.in_process(DeviceType.SMARTPHONE)), PartKind.SCREEN, "Dalle").pk
    assert take(bench, bench.unusable()).pk


def test_the_database_refuses_the_board_of_a_phone_that_nothing_proves_empty(bench: Bench) -> None:
    broken = bench.unusable(bench.in_process(DeviceType.SMARTPHONE))
    told = {"workshop": bench.workshop.organisation, "stored_at": timezone.now(), "label": BOARD, "origin": "taken"}
    with pytest.raises(IntegrityError, match="se prélève"), transaction.atomic():
        Part.objects.create(device=broken, kind=PartKind.MOTHERBOARD, **told)


@pytest.mark.parametrize("type_", PHONES)
def test_a_board_that_is_fitted_is_to_be_proven_where_it_is(bench: Bench, type_: DeviceType) -> None:
    device = bench.prepared(bench.in_process(type_))
    repair = fit(bench, device, bought(bench, PartKind.MOTHERBOARD, label=BOARD))
    assert repair.drive is not None
    assert (repair.drive.kind, repair.drive.arrived_at) == (DriveKind.INTERNAL, repair.recorded_at)
    with pytest.raises(Refused) as refused:
        bench.recondition(device)
    assert codes(refused) == {"drives_proven"}
    bench.erase(repair.drive)
    assert bench.recondition(device).state == "ready"


@pytest.mark.parametrize("inventoried", [False, True])
def test_a_board_is_not_changed_before_what_the_former_one_bears_is_proven_or_destroyed(
    bench: Bench, *, inventoried: bool
) -> None:
    device, part = bench.in_process(DeviceType.SMARTPHONE), bought(bench, PartKind.MOTHERBOARD, label=BOARD)
    drive = bench.drive(device) if inventoried else None
    with pytest.raises(Refused) as refused:
        fit(bench, device, part)
    assert codes(refused) == {"former_board"}
    destroy(bench, drive or bench.drive(device))
    assert fit(bench, device, part).drive is not None


def test_the_database_refuses_a_board_in_a_phone_without_a_storage_to_be_proven(bench: Bench) -> None:
    device, part = (
        bench.prepared(bench.in_process(DeviceType.SMARTPHONE)),
        bought(bench, PartKind.MOTHERBOARD, 2, label=BOARD),
    )
    told: dict[str, Any] = {"device": device, "stay": 1, "recorded_at": timezone.now(), "kind": "motherboard"}
    for said in ({}, {"part": part, "quantity": 1}, {"part": part, "quantity": 1, "drive": device.drives.get()}):
        with pytest.raises(IntegrityError, match="à prouver"), transaction.atomic():
            Repair.objects.create(**told, work="Carte mère", **said)


def test_a_board_comes_out_proven_and_what_is_put_back_is_to_be_proven_again(bench: Bench) -> None:
    device, part = (
        bench.prepared(bench.in_process(DeviceType.SMARTPHONE)),
        bought(bench, PartKind.MOTHERBOARD, label=BOARD),
    )
    repair = fit(bench, device, part)
    out: dict[str, Any] = {"actor": bench.technician, "repair": repair, "reason": TakenOutReason.UNSUITED}
    with pytest.raises(Refused) as refused:
        parts.take_out_part(**out)
    assert codes(refused) == {"fitted_board_unproven"}
    assert repair.drive is not None
    bench.erase(repair.drive)
    parts.take_out_part(**out)
    assert left(part) == 1
    (back,) = Drive.objects.unproven().filter(device=device)
    assert back.slot == "Carte mère remise"


def test_what_a_household_brought_back_keeps_its_board() -> None:
    shelf = Shelf(quotas={"smartphone": 5})
    bench, need = shelf.bench, shelf.need(NeedKind.SMARTPHONE)
    device = shelf.returned(shelf.handed_over(shelf.reserved(shelf.available(DeviceType.SMARTPHONE), need)))
    part = bought(bench, PartKind.MOTHERBOARD, label=BOARD)
    with pytest.raises(Refused) as refused:
        fit(bench, device, part)
    assert codes(refused) == {"keeps_its_board"}
    assert f"?piece={part.pk}" not in read(acting(bench.technician), page_of(device, "device_fit_part"))


def test_a_repair_never_puts_in_the_board_of_a_phone_without_its_storage(bench: Bench) -> None:
    device = bench.prepared(bench.in_process(DeviceType.SMARTPHONE))
    said: dict[str, Any] = {"actor": bench.technician, "kind": PartKind.MOTHERBOARD, "work": "Carte du bac"}
    with pytest.raises(Refused, match="Monter une") as refused:
        work.record_repair(device=device, **said)
    assert codes(refused) == {"named_board"}
    assert work.record_repair(device=bench.in_process(), **said).pk


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        ("SSD Samsung 250 Go", True),
        ("Samsung 870 EVO ssd", True),
        ("Disque\u00a0dur 2,5 pouces", True),
        ("Carte mémoire 32 Go", True),
        ("microSD 64 Go", True),
        ("NVMe 512", True),
        ("Barrette eMMC", True),
        ("Disque 500 Go", True),
        ("Lot de disques SATA", True),
        ("Barrette M.2 512 Go", True),
        ("Barrette M2 256 Go", True),
        ("Samsung PM981 M.2 2280", True),
        ("mSATA 128 Go", True),
        ("Crucial MX500 1\u00a0To", True),
        ("Câble SATA pour SSD", False),
        ("Jeu de vis pour SSD", False),
        ("Boîtier USB 3.0 externe pour disque dur", False),
        ("Lecteur de carte mémoire", False),
        ("Batterie 45 Wh", False),
        ("Carte wifi", False),
        ("Carte wifi M.2 2230", False),
        ("Intel AX200 M.2", False),
        ("Modem 4G M.2", False),
        ("Adaptateur M.2 vers SATA", False),
        ("Vis M.2", False),
        ("Dissipateur M.2", False),
        ("Lecteur de disques", False),
        ("Graveur de disques Blu-ray", False),
        ("Disque optique externe", False),
        ("Disques de refroidissement en silicone", False),
        ("Disque thermique pour processeur", False),
        ("Disque adhésif", False),
        ("Coque MacBook Air M2", False),
        ("Barrette DDR4 16 Go", False),
    ],
)
def test_words_name_a_drive_or_what_goes_with_it(words: str, *, is_one: bool) -> None:
    assert name_a_drive(words) is is_one


def test_a_wireless_card_may_name_the_socket_it_shares_with_drives(bench: Bench) -> None:
    assert bought(bench, PartKind.WIFI, label="Killer 1535 M.2").pk


@pytest.mark.parametrize("words", ["SSD Samsung 250 Go", "Disque 500 Go", "Barrette M.2 512 Go"])
def test_what_is_called_a_drive_enters_the_stock_as_one_alone(bench: Bench, words: str) -> None:
    said = {"label": words, "quantity": 1}
    with pytest.raises(Refused) as refused:
        parts.buy_part(actor=bench.technician, kind=PartKind.OTHER, unit_price=Decimal(20), **said)
    assert codes(refused) == {"called_a_drive"}
    broken = bench.unusable()
    with pytest.raises(Refused) as refused:
        take(bench, broken, PartKind.OTHER, said["label"])
    assert codes(refused) == {"called_a_drive"}
    typed = {"kind": "other", "quantity": "1", "label": said["label"], "fits": "", "place": "", "drive": ""}
    page = answered(acting(bench.technician), page_of(broken, "device_take_part"), **typed)
    assert "choisissez «\u00a0Disque\u00a0»" in page
    assert not Part.objects.exists()
