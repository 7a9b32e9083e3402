"""The wrong device was noted as brought back: its household has it, and nothing tells the contrary any more."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from distribution.enums import ClosedBecause, SettlementKind, UndoTakeBackReason
from distribution.models import HandOver
from distribution.passport import passport_of
from distribution.services import hand_overs, returns
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.verification import verify_journals
from network.enums import OrganisationKind, Role
from refurb.enums import DeviceState, PartKind, TakenOutReason
from refurb.models import Device
from refurb.services import parts
from reports.evidence import count_evidence
from reports.figures import reckon
from reports.months import bounds, month_of
from tests.distribution.shelves import Shelf, quotas_balance, screen_of
from tests.network.factories import make_membership
from tests.pages import acting, done, read
from tests.prescriptions.files import again
from tests.refurb.devices import fresh
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db
S, ENTRY = DeviceState, UndoTakeBackReason.ENTRY


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


def figures() -> dict[str, Any]:
    """Of the month, but for what tells that an act was undone."""
    told = reckon(month_of(timezone.now()), timezone.now()).figures
    return {name: value for name, value in told.items() if name not in ("as_of", "variations")}


def undo(shelf: Shelf, device: Device, reason: str = ENTRY) -> Device:
    undone: Device = gate.apply(device, "undo_take_back", actor=shelf.adviser, reason=reason)
    return undone


def test_a_return_noted_on_the_wrong_device_leaves_nothing_behind(shelf: Shelf) -> None:
    make_membership(Role.WORKER, OrganisationKind.PRESCRIBER, shelf.prescriber)
    sold = shelf.hand_over(shelf.reserve(shelf.on_the_shelf(shelf.desktop())))
    before = figures()
    page = read(acting(shelf.adviser), page_of(sold, "device_take_back"))
    assert "«\u00a0Annuler le retour\u00a0»" in page
    back = shelf.take_back(sold)
    assert codes(lambda: undo(shelf, back, "nonsense")) == {"reason"}

    done(acting(shelf.adviser), page_of(back, "device_undo_take_back"), reason=ENTRY)

    home = fresh(sold)
    kept = ("state", "stay", "received_at", "need", "warranty_until", "handed_over_at", "returned_at", "return_reason")
    assert [getattr(home, name) for name in kept] == [getattr(sold, name) for name in kept]
    assert fresh(screen_of(sold)).state == S.HANDED_OVER
    assert Device.objects.proven().filter(pk=sold.pk).exists()
    assert not passport_of(home).standing
    assert again(sold.need).lost_at is None
    assert Mail.objects.filter(subject__contains="n’avait pas été rapporté").count() == 1
    assert figures() == before
    assert quotas_balance()
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_it_may_be_undone_twice_and_a_real_return_begins_a_stay_again(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    for _ in range(2):
        home = undo(shelf, shelf.take_back(sold))
        assert (home.stay, home.received_at) == (1, sold.received_at)

    back = shelf.take_back(home)
    shelf.repair(back)
    assert codes(lambda: undo(shelf, back)) == {"nothing_since_return"}
    given = returns.give_back_device(actor=shelf.adviser, device=back)
    assert passport_of(fresh(given)).is_given_back
    undone = undo(shelf, shelf.take_back(given))
    assert (undone.stay, undone.received_at, undone.warranty_until) == (2, back.received_at, given.warranty_until)
    assert passport_of(fresh(undone)).is_given_back, "nothing of it says that the workshop must take it again"


def test_it_is_not_undone_once_its_household_was_served_otherwise(shelf: Shelf) -> None:
    back = shelf.returned()
    returns.settle_return(actor=shelf.adviser, device=back, kind=SettlementKind.GIVEN_UP)
    assert codes(lambda: undo(shelf, back)) == {"not_settled"}


def test_the_exchange_that_was_prepared_for_it_does_not_take_place(shelf: Shelf) -> None:
    back, other = shelf.returned(), shelf.available()
    hand_overs.prepare_exchange(actor=shelf.adviser, device=other, replaces=back)

    undo(shelf, back)

    note = HandOver.objects.get(device=other)
    assert (note.closed_because, fresh(other).state) == (ClosedBecause.RELEASED, S.AVAILABLE)
    assert HandOver.objects.current().filter(device=back).count() == 1


def test_a_sale_of_the_day_may_still_be_undone_and_what_is_lost_later_is_proven(shelf: Shelf) -> None:
    home = undo(shelf, shelf.take_back(shelf.handed_over()))
    reserved = gate.apply(home, "undo_hand_over", actor=shelf.adviser, reason="entry")
    shelf.missing(reserved, actor=shelf.adviser)
    now = timezone.now()
    assert count_evidence(bounds(month_of(now)).start, now)["missing_erasures"]["devices"] == 0


def test_a_screen_that_came_back_before_its_desktop_did_is_still_there_once_the_desktop_s_return_is_undone(
    shelf: Shelf,
) -> None:
    sold = shelf.hand_over(shelf.reserve(shelf.on_the_shelf(shelf.desktop())))
    screen = shelf.take_back(screen_of(sold))
    shelf.repair(screen)

    home = undo(shelf, shelf.take_back(fresh(sold)))

    assert (home.state, fresh(screen).state) == (S.HANDED_OVER, S.RETURNED)


def test_a_part_taken_out_since_the_return_is_something_that_was_done(shelf: Shelf) -> None:
    bench = shelf.bench
    device = bench.prepared()
    bought = {"label": "Neuve", "unit_price": Decimal(28), "quantity": 1}
    battery = parts.buy_part(actor=bench.technician, kind=PartKind.BATTERY, **bought)
    fitted = parts.fit_part(actor=bench.technician, device=device, part=battery)
    back = shelf.returned(shelf.handed_over(shelf.reserve(shelf.on_the_shelf(bench.recondition(device)))))
    parts.take_out_part(actor=bench.technician, repair=fitted, reason=TakenOutReason.UNSUITED)
    assert codes(lambda: undo(shelf, back)) == {"nothing_since_return"}
