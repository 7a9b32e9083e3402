"""A file that waits and shows a drive nobody inventoried: its device does not leave before it is sorted."""

import pytest
from django.urls import reverse

from lifecycle.exceptions import Refused
from refurb.enums.hardware import DismissalReason
from refurb.models import Device
from refurb.services import depositing
from refurb.unsorted import unsorted_drives
from tests.distribution.shelves import Shelf
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import Bench
from tests.refurb.hardware import deposit, record
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def without_storage(bench: Bench) -> Device:
    """Declared reconditioned on somebody's word that nothing is in it."""
    device = bench.in_process()
    bench.no_storage(device)
    bench.test(device)
    bench.grade(device, storage_gb=0)
    return bench.recondition(bench.identified(device))


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def test_what_waits_and_shows_an_unknown_drive_keeps_its_device_from_being_allotted_and_shipped(shelf: Shelf) -> None:
    bench = shelf.bench
    ready, other = without_storage(bench), without_storage(bench)
    allotted = shelf.allotted(without_storage(bench))
    files = [deposit(bench, f"{one.tag}-lshw.json", machines.lshw(serial=f"S{one.pk}")) for one in (ready, allotted)]
    with pytest.raises(Refused, match="attend d’être trié") as refused:
        shelf.allotted(ready)
    assert codes(refused) == {"files_sorted"}
    with pytest.raises(Refused) as refused:
        shelf.shipped(allotted)
    assert codes(refused) == {"files_sorted"}
    assert shelf.allotted(other).state == "allotted"
    depositing.set_aside(actor=bench.technician, deposits=files, reason=DismissalReason.OTHER_WORKSHOP)
    assert shelf.shipped(allotted).state == "shipped"


def test_the_page_says_it_to_the_workshop_with_where_to_sort_it(shelf: Shelf) -> None:
    bench = shelf.bench
    ready = without_storage(bench)
    deposit(bench, f"{ready.tag}-lshw.json", machines.lshw())
    for name in ("device_detail", "device_evidence"):
        page = read(acting(bench.technician), page_of(ready, name))
        assert "un disque que l’inventaire de cet appareil ne connaît pas" in page
        assert reverse("refurb:hardware_sort") in page
    assert "ne connaît pas" not in read(acting(bench.pilot), page_of(ready, "device_detail")).split("Chronologie")[1]


def test_a_file_that_shows_what_is_inventoried_waits_without_holding_anything_back(shelf: Shelf) -> None:
    bench = shelf.bench
    device = bench.in_process()
    record(
        bench, device, deposit(bench, f"{device.tag}.json", machines.lshw(serial="", drives=(machines.drive_node(),)))
    )
    deposit(bench, f"{device.tag}-smart.json", machines.smartctl())
    assert not unsorted_drives([device.pk])
    deposit(bench, f"{device.tag}-new.json", machines.smartctl("ANOTHER-1"))
    assert list(unsorted_drives([device.pk])) == [device.pk]


def test_nothing_waits_costs_two_queries(shelf: Shelf, django_assert_num_queries: object) -> None:
    device = shelf.bench.in_process()
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert not unsorted_drives([device.pk])
