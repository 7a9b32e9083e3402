"""A file that waits, once its device goes with a screen, or is at a point: what it tells reaches no household."""

import pytest
from django.db import IntegrityError

from distribution.services import allotment
from lifecycle import gate
from lifecycle.exceptions import Refused
from refurb.models import DepositedFile, Device
from tests.distribution.shelves import Shelf, screen_of
from tests.pages import acting, read
from tests.refurb import machines
from tests.refurb.devices import fresh
from tests.refurb.hardware import deposit
from tests.refurb.pages import page_of
from tests.refurb.test_files_unsorted import (
    codes,
    moved_by_force,
    refused_by,
    set_aside_by_the_manager,
    without_storage,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def shown_in(shelf: Shelf, device: Device) -> DepositedFile:
    """A file that waits, and that shows a drive nobody knows in this device."""
    return deposit(shelf.bench, f"{device.tag}-late.json", machines.smartctl(f"UNKNOWN-{device.pk}"))


def set_aside(shelf: Shelf, late: DepositedFile) -> None:
    set_aside_by_the_manager(shelf.bench, [late])


# --- of a screen


def test_a_file_of_a_screen_holds_back_its_desktop_alone_which_the_preview_says(shelf: Shelf) -> None:
    desktop, other = shelf.desktop(), shelf.desktop()
    screen = screen_of(desktop)
    late = shown_in(shelf, screen)
    both = Device.objects.filter(pk__in=[desktop.pk, other.pk])
    per_row = allotment.places_on(both, shelf.convention)

    foreseen = gate.preview(both, "allot", actor=shelf.manager, per_row=per_row)
    done = allotment.allot_devices(actor=shelf.manager, devices=both, convention=shelf.convention)

    for outcome in (foreseen, done):
        assert outcome.moved == [other.pk]
        assert [reason.code for reason in outcome.refused[desktop.pk]] == ["screen_files_sorted"]
        assert f"l’écran {screen.tag}" in outcome.refused[desktop.pk][0].sentence
    assert fresh(desktop).state == "ready"
    assert {fresh(other).state, fresh(screen_of(other)).state} == {"allotted"}
    told = next(one for one in gate.actions_for(fresh(desktop), shelf.manager) if one.verb == "allot")
    assert f"l’écran {screen.tag}" in told.reasons[0].sentence
    page = read(acting(shelf.technician), page_of(desktop, "device_detail"))
    assert f"de l’écran qui va avec\u00a0: {screen.tag}" in page
    set_aside(shelf, late)
    assert shelf.allotted(desktop).state == "allotted"


def test_a_file_of_a_screen_keeps_its_desktop_from_being_shipped_and_not_the_others(shelf: Shelf) -> None:
    desktop, other = shelf.allotted(shelf.desktop()), shelf.allotted(shelf.desktop())
    shown_in(shelf, screen_of(desktop))
    both = Device.objects.filter(pk__in=[desktop.pk, other.pk])
    done = allotment.ship_devices(actor=shelf.technician, devices=both, point=shelf.point)
    assert done.moved == [other.pk]
    assert [reason.code for reason in done.refused[desktop.pk]] == ["screen_files_sorted"]


def test_a_file_of_a_screen_at_a_point_keeps_its_desktop_from_being_reserved(shelf: Shelf) -> None:
    desktop = shelf.on_the_shelf(shelf.desktop())
    shown_in(shelf, screen_of(desktop))
    with pytest.raises(Refused, match=r"l’écran .*, qui va avec lui") as refused:
        shelf.reserve(desktop)
    assert codes(refused) == {"files_sorted_away"}


# --- at a point


def test_what_its_workshop_has_not_sorted_is_not_reserved_and_the_page_of_the_point_says_whom_to_call(
    shelf: Shelf,
) -> None:
    away = shelf.on_the_shelf(without_storage(shelf.bench))
    late = shown_in(shelf, away)
    with pytest.raises(Refused, match="n’a pas encore trié") as refused:
        shelf.reserve(away)
    assert codes(refused) == {"files_sorted_away"}
    with pytest.raises(IntegrityError) as forced:
        moved_by_force(away, "reserved")
    assert refused_by(forced) == "refurb_device_files_sorted"
    page = read(acting(shelf.adviser), page_of(away, "device_detail"))
    assert "Ne le réservez ni ne le remettez" in page
    assert away.workshop.name in page
    assert late.file.called not in page, "the point reads no file"
    set_aside(shelf, late)
    assert shelf.reserve(fresh(away)).state == "reserved"
    assert "Ne le réservez" not in read(acting(shelf.adviser), page_of(away, "device_detail"))


def test_what_its_workshop_has_not_sorted_is_not_handed_over(shelf: Shelf) -> None:
    reserved = shelf.reserved(shelf.on_the_shelf(without_storage(shelf.bench)))
    late = shown_in(shelf, reserved)
    with pytest.raises(Refused) as refused:
        shelf.hand_over(reserved)
    assert codes(refused) == {"files_sorted_away"}
    with pytest.raises(IntegrityError) as forced:
        moved_by_force(reserved, "handed_over")
    assert refused_by(forced) == "refurb_device_files_sorted"
    set_aside(shelf, late)
    assert shelf.hand_over(fresh(reserved)).state == "handed_over"


def test_what_its_workshop_has_not_sorted_is_not_given_in_exchange(shelf: Shelf) -> None:
    returned, away = shelf.returned(), shelf.on_the_shelf(without_storage(shelf.bench))
    shown_in(shelf, away)
    with pytest.raises(Refused) as refused:
        shelf.exchange(away, returned)
    assert codes(refused) == {"files_sorted_away"}


def test_a_hand_over_of_the_day_is_undone_while_a_file_waits(shelf: Shelf) -> None:
    handed = shelf.handed_over(shelf.reserved(shelf.on_the_shelf(without_storage(shelf.bench))))
    shown_in(shelf, handed)
    undone = gate.apply(handed, "undo_hand_over", actor=shelf.adviser, reason="entry")
    assert undone.state == "reserved"
