"""A log that has the number of a drive, and sees another bus or model than the one inventoried, is told."""

from typing import Any

import pytest

from refurb.enums import DriveKind, ErasureOutcome
from refurb.services import erasures
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.logs import log
from tests.refurb.pages import acting, page_of, read
from tests.refurb.test_proofs_once import SERIAL, deposited, here_now, on_the_bench

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("inventoried", "bus", "told"),
    [
        ({"kind": DriveKind.NVME, "manufacturer": "Micron", "model": "SSD NVMe"}, "ATA-SSD", ["other_bus"]),
        ({"kind": DriveKind.HDD}, "ATA-SSD", ["other_bus"]),
        ({"kind": DriveKind.SSD, "model": "CT500MX500SSD1"}, "ATA-SSD", ["other_model"]),
        ({"kind": DriveKind.NVME, "model": "Micron 2300"}, "USB", ["other_model"]),
        ({"kind": DriveKind.SSD, "capacity": 10**9}, "ATA-SSD", ["other_size"]),
        ({"kind": DriveKind.SSD, "capacity": 240 * 10**9}, "ATA-SSD", []),
        ({"kind": DriveKind.SSD, "manufacturer": "Samsung", "model": "MZ7LN256"}, "ATA", []),
        ({"kind": DriveKind.SSD, "model": "860EVO"}, "ATA-SSD", []),
        ({"kind": DriveKind.SSD, "model": "SSD 256 Go"}, "ATA-SSD", []),
    ],
)
def test_a_log_that_sees_another_drive_under_the_same_number_is_told_and_the_drive_is_to_be_looked_at(
    inventoried: dict[str, Any], bus: str, told: list[str]
) -> None:
    load_numbers()
    bench = Bench()
    device = on_the_bench(bench)
    drive = bench.drive(device, serial=SERIAL, **inventoried)
    erasure = erasures.record_log(
        actor=bench.technician, drive=drive, report=deposited(bench, log(SERIAL, end=here_now(), bus=bus))
    )
    assert erasure.outcome == ErasureOutcome.ACCEPTED
    assert [code for code in erasure.differences if code.startswith("other_")] == told
    page = read(acting(bench.technician), page_of(device, "device_evidence"))
    assert ("Regardez le disque" in page) == bool(told)
