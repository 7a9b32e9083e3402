"""What a device is is read on it before a price is given; or it is said why it cannot be."""

import pytest

from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.enums import DeviceState, DeviceType, UnreadReason
from refurb.models import Device
from refurb.services import bench as work
from refurb.services.devices import describe_device
from tests.pages import acting, read
from tests.refurb.devices import GOOD_PC, READ, Bench, fresh, load_numbers
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def is_asked(bench: Bench, device: Device) -> bool:
    """Whether the identity is among what keeps a device from a price."""
    refused = gate.preview(Device.objects.filter(pk=device.pk), "recondition", actor=bench.technician).refused
    return "identified" in {reason.code for reason in refused.get(device.pk, ())}


@pytest.mark.parametrize("unread", ["manufacturer", "model", "processor", "memory_gb"])
def test_a_computer_is_not_priced_while_one_of_the_four_is_unread(bench: Bench, unread: str) -> None:
    device = bench.in_process(**{unread: None if unread == "memory_gb" else ""})
    assert is_asked(bench, device)

    describe_device(actor=bench.technician, device=device, unread=UnreadReason.NOT_SHOWN)

    assert not is_asked(bench, device)


def test_the_memory_that_was_measured_for_the_grade_is_read(bench: Bench) -> None:
    device = bench.in_process(memory_gb=None)
    work.grade_device(actor=bench.technician, device=device, measures=GOOD_PC, cosmetic="A")

    assert not is_asked(bench, device)


@pytest.mark.parametrize("type_", [DeviceType.SCREEN, DeviceType.SMARTPHONE, DeviceType.TABLET])
def test_of_what_is_no_computer_the_make_and_the_model_are_enough(bench: Bench, type_: DeviceType) -> None:
    known = bench.in_process(type_, processor="", memory_gb=None)
    unknown = bench.in_process(type_, model="")

    assert not is_asked(bench, known)
    assert is_asked(bench, unknown)


def test_a_price_is_refused_with_where_it_is_solved(bench: Bench) -> None:
    device = bench.prepared()
    describe_device(actor=bench.technician, device=device, processor="", memory_gb=None, model="")

    with pytest.raises(Refused) as refused:
        bench.recondition(device)

    (reason,) = refused.value.all
    assert (reason.code, reason.where.page if reason.where else "") == ("identified", "refurb:device_describe")


def test_it_is_typed_on_the_page_of_the_bench_with_the_rest(bench: Bench) -> None:
    device = bench.prepared()
    describe_device(actor=bench.technician, device=device, **dict.fromkeys(("manufacturer", "model", "processor"), ""))
    client, url = acting(bench.technician), page_of(device, "device_recondition")
    page = read(client, url)
    assert '<a href="#identite">La marque, le modèle' in page
    assert "Non relevé, pourquoi" in page
    typed = {f"identity-{name}": said for name, said in READ.items()} | {"identity-unread": "", "price": "20"}

    done = client.post(url, typed | {"declare": "1"})

    assert done.status_code == 302
    assert (fresh(device).state, fresh(device).processor) == (DeviceState.READY, READ["processor"])
