"""A drive of the stock that is lost, or stolen, then found and destroyed, left the stock once."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lifecycle.exceptions import Refused
from refurb.enums import DestructionMethod, DriveKind, PartKind
from refurb.models import Drive, Part, PartWrittenOff
from refurb.services import evidence, parts
from tests.pages import acting, answered, done, read
from tests.refurb.devices import Bench, load_numbers

pytestmark = pytest.mark.django_db


@pytest.fixture
def bench() -> Bench:
    load_numbers()
    return Bench()


def left(part: Part) -> int:
    return Part.objects.with_left().get(pk=part.pk).left


def out_again(bench: Bench, part: Part, *serials: str) -> list[Drive]:
    """Drives of this entry that were fitted in devices, and came out of them: on the shelf, to be erased."""
    repairs = [
        parts.fit_part(
            actor=bench.technician,
            device=bench.in_process(),
            part=part,
            drive={"kind": DriveKind.SSD, "serial": serial, "capacity": 256 * 10**9},
        )
        for serial in serials
    ]
    for repair in repairs:
        parts.take_out_part(actor=bench.technician, repair=repair, reason="unsuited")
    return [repair.drive for repair in repairs if repair.drive is not None]


def destroy(bench: Bench, drive: Drive) -> None:
    evidence.record_destruction(
        actor=bench.technician, drive=drive, method=DestructionMethod.DRILL, destroyed_at=timezone.now()
    )


def bought(bench: Bench, quantity: int) -> Part:
    return parts.buy_part(
        actor=bench.technician, kind=PartKind.STORAGE, label="SSD 256 Go", quantity=quantity, unit_price=20
    )


@pytest.mark.parametrize("reason", ["lost", "stolen"])
def test_a_drive_that_is_lost_then_found_and_destroyed_left_the_stock_once(bench: Bench, reason: str) -> None:
    part = bought(bench, 3)
    (drive,) = out_again(bench, part, "LOST-1")
    off = parts.write_off_part(actor=bench.technician, part=part, reason=reason, drive=drive)
    assert (left(part), off.drive) == (2, drive)
    assert drive in Drive.objects.missing_erasures(), "what is not there is still to be proven"

    destroy(bench, drive)
    assert left(part) == 2
    parts.undo_write_off(actor=bench.technician, written_off=off)
    assert left(part) == 2, "found, and destroyed: it does not come back"


def test_the_list_of_missing_erasures_says_that_a_drive_is_not_there_and_sends_nobody_to_erase_it(bench: Bench) -> None:
    part, missing = bought(bench, 3), reverse("refurb:missing_erasure_list")
    (drive,) = out_again(bench, part, "GONE-1")
    assert "à effacer ou à détruire" in read(acting(bench.pilot), missing)
    off = parts.write_off_part(actor=bench.technician, part=part, reason="stolen", drive=drive)
    told = read(acting(bench.pilot), missing)
    assert "Dit volé le" in told
    assert "à effacer ou à détruire" not in told, "nobody has it any more"
    parts.undo_write_off(actor=bench.technician, written_off=off)
    assert "à effacer ou à détruire" in read(acting(bench.pilot), missing)


def test_the_last_of_an_entry_is_known_without_being_named(bench: Bench) -> None:
    part = bought(bench, 1)
    (drive,) = out_again(bench, part, "LOST-1")
    assert parts.write_off_part(actor=bench.technician, part=part, reason="lost").drive == drive
    assert left(part) == 0


def test_a_drive_that_was_fitted_again_is_on_no_shelf_and_once_out_it_is_there_once(
    bench: Bench, django_assert_num_queries: Any
) -> None:
    part = bought(bench, 2)
    (drive,) = out_again(bench, part, "AGAIN-1")
    bench.erase(drive)
    (again,) = out_again(bench, part, "AGAIN-1")
    with django_assert_num_queries(1):
        assert parts.on_the_shelf(part) == [again], "one disk, named once, as it came out last"
    bench.erase(again)
    fitted = {"kind": DriveKind.SSD, "serial": "AGAIN-1", "capacity": 256 * 10**9}
    parts.fit_part(actor=bench.technician, device=bench.in_process(), part=part, drive=fitted)

    assert parts.on_the_shelf(part) == []
    off = parts.write_off_part(actor=bench.technician, part=part, reason="lost")
    assert (off.drive, left(part)) == (None, 0), "the one that is lost is not the one that is in a device"


def test_a_drive_is_named_on_the_page_among_those_on_the_shelf_alone(bench: Bench) -> None:
    part, browser = bought(bench, 4), acting(bench.technician)
    mine, gone = out_again(bench, part, "HERE-1", "GONE-1")
    destroy(bench, gone)
    elsewhere = bench.drive(bench.in_process(), serial="ELSE-1")
    page = reverse("refurb:part_detail", args=[part.pk])

    shown = read(browser, page)
    assert "HERE-1" in shown
    assert "GONE-1" not in shown.partition('id="off"')[2]
    for wrong in (gone, elsewhere):
        answered(browser, page, quantity="1", reason="lost", drive=str(wrong.pk))
        with pytest.raises(Refused):
            parts.write_off_part(actor=bench.technician, part=part, reason="lost", drive=wrong)
    assert "sort seul" in answered(browser, page, quantity="2", reason="lost", drive=str(mine.pk))
    done(browser, page, quantity="1", reason="stolen", drive=str(mine.pk))

    assert PartWrittenOff.objects.get().drive == mine
    told = read(browser, page)
    assert "volée" in told
    assert "HERE-1" in told.partition("hors du stock")[2]
    assert left(part) == 2
