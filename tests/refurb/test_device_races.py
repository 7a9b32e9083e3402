"""Real connections at once on the same devices: one passes before the other, and neither misses the other."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from lifecycle.exceptions import Refused
from refurb.enums import DriveKind
from refurb.models import Device, Drive
from refurb.services import devices, evidence, stock
from tests.donations.scene import first_line
from tests.races import at_once
from tests.refurb.devices import Bench, fresh, given_to, load_numbers, new_tag, private_lot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def test_scanners_never_take_the_same_unit() -> None:
    scene = private_lot(4)
    bench, line = given_to(scene), first_line(scene.collected())
    technician = bench.technician
    tags = [new_tag() for _ in range(6)]

    def scan(tag: str) -> Callable[[], Any]:
        return lambda: devices.receive_device(actor=technician, line=line, tag=tag)

    answers = at_once(*(scan(tag) for tag in tags))

    received = [answer.pk for answer in answers if isinstance(answer, Device)]
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(set(received)) == len(received) == 4
    assert {reason.code for answer in refused for reason in answer.all} == {"no_free_unit"}


def test_the_same_tag_is_stuck_once() -> None:
    bench = Bench()
    technician, tag = bench.technician, new_tag()

    def register() -> Any:
        return devices.register_device(actor=technician, type="laptop", tag=tag)

    answers = at_once(*[register] * 4)

    assert sum(isinstance(answer, Device) for answer in answers) == 1
    assert {reason.code for answer in answers if isinstance(answer, Refused) for reason in answer.all} == {"tag_free"}


@pytest.mark.parametrize("turn", range(3))
def test_a_drive_found_while_a_device_is_declared_reconditioned_is_missed_by_nobody(turn: int) -> None:
    bench = Bench()
    device, technician = bench.prepared(), bench.technician

    def find() -> Any:
        return evidence.record_drive(actor=technician, device=device, kind=DriveKind.HDD)

    def recondition() -> Any:
        return stock.recondition_device(actor=technician, device=device, price=Decimal(20))

    found, answer = at_once(find, recondition)

    assert isinstance(found, Drive)
    if isinstance(answer, Refused):
        assert [reason.code for reason in answer.all] == ["drives_proven"]
        assert fresh(device).state == "in_process"
    else:
        assert fresh(device).state == "ready"
        assert found.recorded_at >= answer.ready_at
        assert not Device.objects.proven().filter(pk=device.pk).exists()


def test_one_device_is_reconditioned_once() -> None:
    bench = Bench()
    device, technician = bench.prepared(), bench.technician

    def recondition() -> Any:
        return stock.recondition_device(actor=technician, device=device, price=Decimal(20))

    answers = at_once(*[recondition] * 4)

    assert sum(isinstance(answer, Device) for answer in answers) == 1
    assert {reason.code for answer in answers if isinstance(answer, Refused) for reason in answer.all} == {"state"}
    assert fresh(device).journal.filter(verb="recondition").count() == 1
