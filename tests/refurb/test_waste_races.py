"""Several people at once on one waste note: one note, one recycler, one correction at a time."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from lifecycle.exceptions import Refused
from network.models import Organisation
from refurb.models import Device, WasteNote
from refurb.services.stock import recycle_device
from refurb.services.waste import complete_waste_note
from tests.network.factories import make_organisation
from tests.races import at_once
from tests.refurb.devices import Bench, load_numbers

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "BSD-1"


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def leaving(bench: Bench, recycler: Organisation) -> Callable[[], Any]:
    """A device of the bench that its technician is about to hand to this recycler."""
    device, actor = bench.unusable(bench.proven(bench.in_process())), bench.technician
    return lambda: recycle_device(actor=actor, device=device, recycler=recycler, bsd_number=NUMBER)


def test_devices_that_leave_at_once_under_one_number_make_one_note() -> None:
    bench = Bench()
    answers = at_once(*(leaving(bench, bench.recycler) for _ in range(4)))

    assert all(isinstance(answer, Device) for answer in answers)
    assert WasteNote.objects.count() == 1


@pytest.mark.parametrize("turn", range(3))
def test_one_number_given_to_two_recyclers_at_once_goes_to_one(turn: int) -> None:
    bench = Bench()
    answers = at_once(leaving(bench, bench.recycler), leaving(bench, make_organisation("recycler")))

    assert sorted(type(answer).__name__ for answer in answers) == ["Device", "Refused"]
    (refused,) = (answer for answer in answers if isinstance(answer, Refused))
    assert [reason.code for reason in refused.all] == ["one_recycler_a_note"]
    assert Device.objects.filter(state="recycled").count() == WasteNote.objects.count() == 1


def test_two_weights_written_at_once_are_one_weight_and_one_sentence() -> None:
    bench = Bench()
    leaving(bench, bench.recycler)()
    note, actor = WasteNote.objects.get(), bench.manager

    def weigh(weight: int) -> Callable[[], Any]:
        return lambda: complete_waste_note(actor=actor, note=note, facts={"weight_kg": Decimal(weight)})

    answers = at_once(*(weigh(weight) for weight in (1, 2, 3)))

    (kept,) = (answer for answer in answers if isinstance(answer, WasteNote))
    assert sum(isinstance(answer, Refused) for answer in answers) == 2
    assert WasteNote.objects.current().get() == kept
