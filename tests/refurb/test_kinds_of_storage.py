"""A storage is of the kind that it is: a word that would let it be proven by less is not taken."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lifecycle.exceptions import Refused
from refurb.enums import DeviceType, DriveKind, ErasureMethod, ErasureVerification
from refurb.models import Drive, Erasure
from refurb.services import batches
from tests.refurb import machines
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.hardware import blank, deposit, record

pytestmark = pytest.mark.django_db
RESET: dict[str, Any] = {
    "method": ErasureMethod.RESET,
    "verification": ErasureVerification.FIRST_START,
    "report": None,
    "serial_read": "",
}


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def test_the_soldered_storage_of_a_computer_is_not_proven_by_a_reset(bench: Bench) -> None:
    drive = bench.drive(bench.in_process(), kind=DriveKind.EMMC)
    erasure = bench.erase(drive, **RESET)
    assert erasure.refusals == ["method_unsuited"]
    assert "joignez le rapport" in " ".join(erasure.refusal_labels)
    kept = {field.attname: getattr(erasure, field.attname) for field in Erasure._meta.concrete_fields}
    del kept["id"], kept["serial_key"]
    with pytest.raises(IntegrityError, match="téléphone"), transaction.atomic():
        Erasure.objects.create(**kept | {"outcome": "accepted", "refusals": []})
    assert bench.erase(drive).outcome == "accepted", "its report proves it"


def test_the_storage_of_a_phone_is_proven_by_a_reset(bench: Bench) -> None:
    assert bench.erase(bench.drive(bench.in_process(DeviceType.SMARTPHONE))).outcome == "accepted"


def test_a_kind_that_a_file_of_the_machine_read_is_not_changed_by_hand(bench: Bench) -> None:
    device = blank(bench)
    record(bench, device, deposit(bench, "pc.json", machines.lshw()))
    drive = Drive.objects.get(device=device)
    assert drive.kind != DriveKind.EMMC
    given: dict[str, Any] = {"kind": DriveKind.EMMC, "serial": drive.serial, "supersedes": drive}
    with pytest.raises(Refused, match="lit un autre type"):
        bench.drive(device, **given)
    with pytest.raises(Refused, match="lit un autre type"):
        bench.drive(device, **given | {"serial": ""})
    found = batches.FoundDrive(device=device, kind=DriveKind.EMMC, serial=drive.serial)
    with pytest.raises(Refused, match="lit un autre type"):
        batches.record_drives(actor=bench.technician, found=[found])
    assert bench.drive(device, **given | {"kind": drive.kind, "slot": "baie 1"}).slot == "baie 1"
