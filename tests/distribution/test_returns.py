"""What a household brings back: taken in, repaired, exchanged, settled; and what is forgotten of it later."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from calendars.working_days import add_months
from distribution.brought_back import PREPARED, standing_of
from distribution.enums import ClosedBecause, HandOverProof, RefundMeans, SettlementKind
from distribution.followers import forget_households
from distribution.liveness import under_warranty
from distribution.models import HandOver, Settlement
from distribution.parameters import REPAIR_MONTHS, WARRANTY_MONTHS
from distribution.services import hand_overs, returns
from documents.models import StoredFile
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import Refused, Unknown
from lifecycle.models import Comment
from lifecycle.registry import Move, Moved
from prescriptions.enums import Bond
from prescriptions.models import Household
from reference.models import Parameter
from refurb.enums import DeviceType
from refurb.models import Device
from refurb.services import devices
from tests.distribution.shelves import Shelf, quotas_balance, screen_of
from tests.network.factories import make_epci
from tests.prescriptions.files import again
from tests.refurb.devices import fresh
from tests.refurb.pages import acting, page_of, read

pytestmark = pytest.mark.django_db


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


def sentences(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.sentence for reason in refused.value.all}


def give_back(shelf: Shelf, device: Device, **given: Any) -> Device:
    return returns.give_back_device(**{"actor": shelf.adviser, "device": device} | given)


def settle(shelf: Shelf, device: Device, kind: str = SettlementKind.GIVEN_UP, **given: Any) -> Settlement:
    return returns.settle_return(**{"actor": shelf.adviser, "device": device, "kind": kind} | given)


# --- take back


def test_what_is_brought_back_begins_a_new_stay_in_which_nothing_is_proven(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    assert codes(lambda: shelf.take_back(sold, reason="")) == {"reason"}
    assert Device.objects.proven().filter(pk=sold.pk).exists()

    back = shelf.take_back(sold)

    assert (back.state, back.stay, back.returned_at, back.received_at) == ("returned", 2, back.moved_at, back.moved_at)
    assert (back.return_reason, back.need, back.warranty_until) == ("fault", sold.need, sold.warranty_until)
    assert not Device.objects.proven().filter(pk=sold.pk).exists()
    assert again(sold.need).state == "met"
    assert shelf.quota().used == 1


# --- give back


def test_a_repaired_device_goes_back_with_a_longer_warranty(shelf: Shelf) -> None:
    back = shelf.returned()
    assert codes(lambda: give_back(shelf, back)) == {"repaired"}
    shelf.repair(back)

    again_home = give_back(shelf, back)

    assert (again_home.state, again_home.returned_at, again_home.return_reason) == ("handed_over", None, "")
    assert again_home.warranty_until == add_months(back.warranty_until, 6)
    assert (again_home.stay, again_home.handed_over_at) == (2, back.handed_over_at)


def test_the_months_of_warranty_are_those_that_the_household_signed_whatever_they_became_since(shelf: Shelf) -> None:
    """The numbers change between the note and its signature, and again before the repair: the paper is the contract."""
    reserved = shelf.reserve(shelf.on_the_shelf(shelf.desktop()))
    Parameter.objects.filter(code=WARRANTY_MONTHS.code).update(value=12)

    sold = shelf.hand_over(reserved)

    screen = screen_of(sold)
    assert sold.warranty_until == fresh(screen).warranty_until == add_months(timezone.localdate(), 24)
    Parameter.objects.filter(code=REPAIR_MONTHS.code).update(value=1)
    back = shelf.take_back(sold)
    shelf.repair(back)
    signed = add_months(sold.warranty_until, 6)
    for more in (add_months(sold.warranty_until, 1), add_months(signed, 1)):
        assert codes(lambda more=more: gate.apply(back, "give_back", actor=shelf.adviser, warranty_until=more)) == {  # type: ignore[misc]
            "warranty_prolonged"
        }
    assert give_back(shelf, back).warranty_until == fresh(screen).warranty_until == signed


def test_an_exchange_is_under_warranty_for_the_months_of_its_own_note(shelf: Shelf) -> None:
    back, other = shelf.returned(), shelf.available()
    hand_overs.prepare_exchange(actor=shelf.adviser, device=other, replaces=back)
    Parameter.objects.filter(code=WARRANTY_MONTHS.code).update(value=12)

    given = hand_overs.exchange_device(actor=shelf.adviser, device=other, proof=HandOverProof.ATTESTED)

    assert given.warranty_until == add_months(timezone.localdate(), 24)


def test_a_repair_of_an_earlier_return_counts_no_more(shelf: Shelf) -> None:
    back = shelf.returned()
    shelf.repair(back)
    second = shelf.take_back(give_back(shelf, back))

    assert codes(lambda: give_back(shelf, second)) == {"repaired"}


def test_a_warranty_is_not_prolonged_by_more_than_the_rule(shelf: Shelf) -> None:
    back = shelf.returned()
    shelf.repair(back)
    much = add_months(back.warranty_until, 60)

    assert codes(lambda: returns.gate.apply(back, "give_back", actor=shelf.adviser, warranty_until=much)) == {
        "warranty_prolonged"
    }


def test_the_place_of_a_repair_is_noted_while_the_device_is_returned(shelf: Shelf) -> None:
    back = shelf.returned()

    assert devices.describe_device(actor=shelf.technician, device=back, place="Établi 3").place == "Établi 3"


def test_a_desktop_and_its_screen_come_back_and_go_back_together(shelf: Shelf) -> None:
    sold = shelf.handed_over(shelf.reserve(shelf.on_the_shelf(shelf.desktop())))
    screen = screen_of(sold)
    back = shelf.take_back(sold)
    assert fresh(screen).state == "returned"
    shelf.repair(back)

    give_back(shelf, back)

    assert (fresh(screen).state, fresh(screen).warranty_until) == ("handed_over", fresh(sold).warranty_until)
    alone = shelf.take_back(fresh(screen))
    assert codes(lambda: give_back(shelf, alone)) == {"repaired"}
    shelf.repair(alone)
    assert give_back(shelf, alone).state == "handed_over"


# --- settled otherwise


def test_the_household_is_served_otherwise_before_its_device_is_worked_on(shelf: Shelf) -> None:
    back = shelf.returned()
    start = lambda: gate.apply(back, "start", actor=shelf.technician)  # noqa: E731
    reject = lambda: gate.apply(back, "reject", actor=shelf.technician, reason="broken")  # noqa: E731
    assert codes(start) == {"served_otherwise"}
    assert codes(reject) == {"served_otherwise"}

    settlement = settle(shelf, back)

    assert (settlement.kind, settlement.stay, settlement.recorded_by) == ("given_up", 2, shelf.adviser)
    assert HandOver.objects.get().closed_because == ClosedBecause.SETTLED
    assert codes(lambda: settle(shelf, back)) == {"already_settled"}
    shelf.repair(back)
    assert codes(lambda: give_back(shelf, back)) == {"not_settled"}
    started = start()
    assert (started.state, started.need, started.quota, started.convention, started.point) == (
        "in_process",
        None,
        None,
        None,
        None,
    )
    assert shelf.quota().used == 0
    assert quotas_balance()


def test_a_settled_device_is_rejected_and_its_place_is_given_back(shelf: Shelf) -> None:
    back = shelf.returned()
    settle(shelf, back)

    gone = gate.apply(back, "reject", actor=shelf.technician, reason="broken")

    assert (gone.state, gone.need, gone.warranty_until) == ("unusable", None, None)
    assert quotas_balance()


def test_a_refund_is_at_most_what_the_household_paid(shelf: Shelf) -> None:
    device = shelf.reserved(price=Decimal(100), co_funding=Decimal(60), funder=shelf.funder)
    back = shelf.returned(shelf.handed_over(device))
    for amount in (None, Decimal("40.01"), Decimal(-1), Decimal("1.005")):
        assert codes(lambda a=amount: settle(shelf, back, SettlementKind.REFUND, amount=a)) == {"amount"}  # type: ignore[misc]
    assert codes(lambda: settle(shelf, back, amount=Decimal(10))) == {"amount"}
    assert codes(lambda: settle(shelf, back, SettlementKind.EXCHANGE)) == {"kind"}
    with pytest.raises(PermissionDenied):
        settle(shelf, back, SettlementKind.REFUND, amount=Decimal(40), actor=shelf.technician)
    with pytest.raises(Unknown):
        settle(shelf, back, actor=shelf.stranger)

    assert settle(shelf, back, SettlementKind.REFUND, amount=Decimal(40), means=RefundMeans.CASH).amount == 40
    assert codes(lambda: settle(shelf, shelf.reserved())) == {"not_returned"}
    assert Settlement.objects.visible_to(shelf.technician).count() == 1
    assert not Settlement.objects.visible_to(shelf.stranger).exists()


def test_a_device_that_served_one_household_serves_another(shelf: Shelf) -> None:
    back = shelf.returned()
    settle(shelf, back)
    first = back.need
    started = gate.apply(back, "start", actor=shelf.technician)
    ready = shelf.bench.recondition(shelf.bench.prepared(started))

    sold = shelf.handed_over(shelf.reserve(shelf.on_the_shelf(ready)))

    assert sold.need != first
    assert again(first).state == "met"
    assert HandOver.objects.done().count() == 2


# --- exchange


def test_a_device_is_exchanged_under_warranty_without_a_price(shelf: Shelf) -> None:
    back, other = shelf.returned(), shelf.available()

    given = shelf.exchange(other, back)

    assert (given.state, given.need, given.replaces) == ("handed_over", back.need, back)
    assert (given.sale_price, given.warranty_until) == (0, add_months(timezone.localdate(), 24))
    assert again(back.need).state == "met"
    note = HandOver.objects.current().get(device=given)
    assert (note.kind, note.replaces, note.price) == ("exchange", back, 0)
    assert note.document.values["replaces"]["reference"] == back.reference
    assert Settlement.objects.get().replaced_by == given
    assert gate.apply(back, "start", actor=shelf.technician).state == "in_process"
    assert quotas_balance()
    assert Device.objects.serving(given.need).get() == given


def test_a_desktop_given_in_exchange_takes_its_screen_along_and_no_screen_goes_to_another_household(
    shelf: Shelf,
) -> None:
    back = shelf.take_back(shelf.handed_over(shelf.reserve(shelf.on_the_shelf(shelf.desktop()))))
    other = shelf.on_the_shelf(shelf.desktop())
    stranger = shelf.need()

    given = shelf.exchange(other, back)

    screen = screen_of(given)
    assert (given.need, screen.state, screen.need) == (back.need, "handed_over", back.need)
    spare = shelf.desktop()
    of_nobody = screen_of(shelf.on_the_shelf(spare))
    alone = {"need": stranger, "replaces": back, "proof": HandOverProof.ATTESTED}
    with pytest.raises(Refused) as refused:
        gate.apply(of_nobody, "exchange", actor=shelf.adviser, at=shelf.at, **alone)
    assert "to_exchange" in {reason.code for reason in refused.value.all}


def test_what_is_exchanged_is_exchanged_again(shelf: Shelf) -> None:
    first = shelf.returned()
    second = shelf.take_back(shelf.exchange(shelf.available(), first))

    third = shelf.exchange(shelf.available(), second)

    assert third.replaces == second
    assert codes(lambda: shelf.exchange(shelf.available(), first)) == {"to_exchange", "need_free"}


def test_only_what_was_brought_back_under_warranty_is_exchanged_for_the_same_kind_in_the_same_territory(
    shelf: Shelf,
) -> None:
    sold, laptop = shelf.handed_over(), shelf.available()
    prepare = lambda device, replaces: hand_overs.prepare_exchange(  # noqa: E731
        actor=shelf.adviser, device=device, replaces=replaces
    )
    assert codes(lambda: prepare(laptop, sold)) == {"to_exchange", "need_free"}
    assert codes(lambda: prepare(laptop, shelf.available())) == {"to_exchange"}
    back = shelf.take_back(sold)
    assert "need_kind" in codes(lambda: prepare(shelf.available(DeviceType.TABLET), back))
    elsewhere = shelf.available(convention=shelf.another_convention(epci=make_epci()))
    assert sentences(lambda: prepare(elsewhere, back)) == {
        "L’appareil d’échange dépend d’un autre territoire que l’appareil rapporté."
    }
    assert codes(lambda: prepare(shelf.reserved(), back)) == {"not_available"}
    assert not HandOver.objects.filter(kind="exchange").exists()


@pytest.mark.usefixtures("days_to_come")
def test_an_exchange_after_the_warranty_is_refused(shelf: Shelf) -> None:
    sold, other = shelf.handed_over(), shelf.available()
    late = timezone.now() + timedelta(days=800)
    back = shelf.take_back(sold, at=late)

    assert sentences(
        lambda: hand_overs.prepare_exchange(actor=shelf.adviser, device=other, replaces=back, at=late)
    ) == {"La garantie de l’appareil rapporté était terminée à son retour."}


def test_preparing_another_exchange_for_the_same_device_gives_up_the_first(shelf: Shelf) -> None:
    back, first, second = shelf.returned(), shelf.available(), shelf.available()
    for device in (first, second):
        hand_overs.prepare_exchange(actor=shelf.adviser, device=device, replaces=back)
    assert [note.device for note in HandOver.objects.prepared_exchanges()] == [second]


def test_an_exchange_is_noted_and_signed(shelf: Shelf) -> None:
    back, other = shelf.returned(), shelf.available()
    hand_over = lambda **given: hand_overs.exchange_device(  # noqa: E731
        **{"actor": shelf.adviser, "device": other, "proof": HandOverProof.ATTESTED} | given
    )
    assert codes(hand_over) == {"no_note"}
    hand_overs.prepare_exchange(actor=shelf.adviser, device=other, replaces=back)
    assert codes(lambda: hand_over(proof="")) == {"signed"}
    shelf.reserve(other)
    assert codes(hand_over) == {"no_note"}
    assert back.hand_overs.get().closed_at is None


# --- what is forgotten, what outlives


def anonymise(household: Household) -> None:
    """What the follower does, less the two years of waiting."""
    forget_households(
        Move("household", "anonymise", SYSTEM, timezone.now(), None, {}, [Moved(household.pk, "", "", 0)])
    )


def test_nothing_that_names_a_household_outlives_it(shelf: Shelf) -> None:
    device = shelf.reserved(comment="Pour M. Unique-Nom")
    household = device.need.prescription.household
    sold = shelf.handed_over(device, proof=HandOverProof.DRAWN, signature=shelf.signature(), comment="Unique-Nom venu")
    other = shelf.reserved(comment="Autre foyer")

    anonymise(household)

    note = HandOver.objects.get(device=sold)
    assert (note.document.values, note.document.title) == ({}, "")
    assert note.document.forgotten_at is not None
    signature = note.signature
    assert signature is not None
    assert StoredFile.objects.get(pk=signature.pk).is_forgotten
    assert not Comment.objects.filter(text__contains="Unique-Nom").exists()
    assert Comment.objects.filter(text="Autre foyer").exists()
    assert HandOver.objects.get(device=other).document.forgotten_at is None
    assert (note.price, note.to_pay) == (25, 25)


def test_a_warranty_that_runs_keeps_a_household_alive(shelf: Shelf) -> None:
    sold = shelf.handed_over()
    household = Household.objects.filter(pk=sold.need.prescription.household_id)
    now = timezone.now()

    assert household.filter(under_warranty(now)).exists()
    assert household.filter(under_warranty(now + timedelta(days=700))).exists()
    assert not household.filter(under_warranty(now + timedelta(days=800))).exists()


def test_what_a_household_holds_or_waits_for_keeps_it_from_being_erased_at_its_request(shelf: Shelf) -> None:
    def kept_by() -> set[str]:
        refused = gate.preview(household, "erase_on_request", actor=shelf.pilot).refused
        return {reason.code for reasons in refused.values() for reason in reasons} - {"received_on", "channel"}

    device = shelf.reserved()
    household = Household.objects.filter(pk=device.need.prescription.household_id)
    assert kept_by() == {"no_live_file", Bond.DEVICE_RESERVED}
    sold = shelf.handed_over(device)
    assert kept_by() == {Bond.WARRANTY}
    shelf.take_back(sold)
    assert kept_by() == {Bond.WARRANTY, Bond.DEVICE_RETURNED}


def test_the_database_refuses_to_change_what_a_note_says(shelf: Shelf) -> None:
    shelf.handed_over()
    with pytest.raises(Exception, match="ne se complète que par ajout"), connection.cursor() as cursor:
        cursor.execute("UPDATE distribution_handover SET price = 1, to_pay = 1")


def test_a_prepared_exchange_is_told_on_every_list_and_to_whoever_would_reserve_the_other(shelf: Shelf) -> None:
    back, other, need = shelf.returned(), shelf.available(), shelf.need()
    client = acting(shelf.adviser)
    reserve = f"{page_of(other, 'device_reserve')}?besoin={need.reference}"
    assert "Un échange est préparé" not in read(client, reserve)
    hand_overs.prepare_exchange(actor=shelf.adviser, device=other, replaces=back)
    assert standing_of(fresh(back)) == PREPARED
    assert "Un échange est préparé avec cet appareil" in read(client, reserve)
    shelf.repair(fresh(back))
    assert standing_of(fresh(back)) != PREPARED, "it is repaired: it goes back to its household"


def test_the_page_of_a_refund_says_what_the_household_paid_itself_and_takes_it(shelf: Shelf) -> None:
    sold = shelf.handed_over(shelf.reserved(shelf.available(price=120), co_funding=50, funder=shelf.funder))
    back = shelf.take_back(sold)
    page = read(acting(shelf.adviser), page_of(back, "device_settle"))
    assert "70\u00a0€ au plus" in page
    assert codes(lambda: settle(shelf, back, SettlementKind.REFUND, amount=Decimal("70.01"))) == {"amount"}
    assert settle(shelf, back, SettlementKind.REFUND, amount=Decimal(70), means=RefundMeans.CASH).amount == 70
