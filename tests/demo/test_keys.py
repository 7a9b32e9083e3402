"""The boot keys of the story: what is deposited on the eve tells of machines that nobody else has in hand."""

from types import SimpleNamespace
from typing import Any

import pytest

from demo.catalogue import Catalogue
from demo.tools import told_of_anothers_drive
from lifecycle import gate
from refurb.models import Device, Drive
from tests.distribution.shelves import Shelf
from tests.refurb import machines
from tests.refurb.devices import Bench, load_numbers
from tests.refurb.hardware import blank, deposit, record

pytestmark = pytest.mark.django_db


def came_back(bench: Bench, device: Device) -> Device:
    lost = gate.apply(device, "report_missing", actor=bench.technician, reason="stocktake")
    found = gate.apply(lost, "receive", actor=bench.technician, tag="T-9")
    assert found.stay == 2
    return found


def test_the_drive_of_another_is_that_of_a_device_handed_over() -> None:
    """What is on the bench, or came back to it, is told by the rest of the story, perhaps at the same time."""
    load_numbers()
    bench = Bench()
    held = blank(bench)
    record(bench, held, deposit(bench, f"{held.tag}.json", machines.lshw(drives=())))
    away = Drive.objects.get(device=Shelf(bench).handed_over())
    bench.drive(bench.in_process(), serial="ON-THE-BENCH-1")
    bench.drive(came_back(bench, bench.in_process()), serial="SECOND-STAY-2")
    story: Any = SimpleNamespace(catalogue=Catalogue())
    name, content = told_of_anothers_drive(story, bench.technician.organisation) or ("", b"")
    assert name == f"{held.tag}--lshw.json"
    assert away.serial.encode() in content
    assert b"ON-THE-BENCH-1" not in content
    assert b"SECOND-STAY-2" not in content
