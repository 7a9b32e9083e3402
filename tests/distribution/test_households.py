"""A device is held for a need, handed over with its note, released, undone: what is asked, what follows."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from conventions.services.drafting import DraftTerms, Price
from distribution.enums import DerogationKind, HandOverProof, UndoHandOverReason
from distribution.machine.household_rules import SERVES_ALONE
from distribution.models import HandOver
from distribution.services import hand_overs
from distribution.services.derogations import ask_derogation
from documents.models import Mail
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from lifecycle.requirements import Context, as_expression
from network.enums import OrganisationKind
from prescriptions.enums import NeedKind, RightKind
from prescriptions.services.households import move_household
from prescriptions.services.needs import drop_need
from prescriptions.services.prescriptions import withdraw_prescription
from refurb.enums import DeviceType
from refurb.models import Device
from tests.conventions.conventions import Treaty, ended_alone, party
from tests.conventions.conventions import again as again_convention
from tests.distribution.shelves import GRID, QUOTAS, Shelf, quotas_balance, screen_of
from tests.donations.scene import Workshop
from tests.network.factories import make_commune, make_epci, make_membership
from tests.pages import acting, read
from tests.prescriptions.files import accepted_prescription, again
from tests.prescriptions.rights import Desk
from tests.refurb.devices import Bench, fresh, from_lot, given_to, private_lot
from tests.refurb.pages import page_of

pytestmark = pytest.mark.django_db


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


def sentences(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.sentence for reason in refused.value.all}


def reserve(shelf: Shelf, device: Device, need: Any = None, **given: Any) -> Callable[[], Device]:
    return lambda: shelf.reserve(device, need, **given)


# --- reserve


def test_a_device_is_held_for_a_need_until_a_day_and_its_note_is_prepared(shelf: Shelf) -> None:
    need = shelf.need()

    device = shelf.reserve(shelf.available(), need)

    assert (device.state, device.need, device.reserved_at) == ("reserved", need, device.moved_at)
    last = timezone.localdate(device.reserved_until - timedelta(seconds=1))
    assert last == timezone.localdate() + timedelta(days=21)
    assert again(need).state == "in_progress"
    note = HandOver.objects.get()
    assert (note.device, note.need, note.stay, note.point) == (device, need, 1, shelf.point)
    assert (note.price, note.co_funding, note.to_pay, note.ceiling) == (25, 0, 25, 180)
    assert note.document.values["household"]["name"] == need.prescription.household.name
    assert (note.proof, note.handed_over_at) == ("", None)
    started = again(need).journal.latest("seq")
    assert (started.verb, started.cause_machine, started.cause_entry) == (
        "start",
        "device",
        device.journal.latest("seq").pk,
    )


def test_a_need_is_of_the_kind_of_the_device(shelf: Shelf) -> None:
    laptop, tablet = shelf.available(), shelf.available(DeviceType.TABLET)

    asked = shelf.need(NeedKind.TABLET)
    assert codes(reserve(shelf, laptop, asked)) == {"need_kind"}
    assert codes(reserve(shelf, tablet, shelf.need())) == {"need_kind"}
    assert codes(reserve(shelf, laptop, shelf.need(NeedKind.FIXED_CONNECTION))) == {"need_kind"}
    assert shelf.reserve(tablet, asked).state == "reserved"


def test_a_screen_alone_serves_no_need(shelf: Shelf) -> None:
    shelf.ready(DeviceType.SCREEN, price=5)
    desktop = shelf.desktop()
    held = Device.objects.filter(as_expression(SERVES_ALONE.condition(Context(timezone.now(), shelf.adviser))))
    assert set(held) == {desktop, screen_of(desktop)}


def test_a_need_that_does_not_wait_is_not_served(shelf: Shelf) -> None:
    device, other = shelf.available(), shelf.available()
    need = shelf.need()
    shelf.reserve(other, need)

    assert codes(reserve(shelf, device, need)) == {"need_waiting", "need_free"}
    dropped = drop_need(actor=shelf.adviser, need=shelf.need(), reason="unreachable")
    assert codes(reserve(shelf, device, dropped)) == {"need_waiting", "prescription_accepted"}


def test_a_need_one_may_not_see_is_unknown(shelf: Shelf) -> None:
    device, foreign = shelf.available(), shelf.need(distributor=make_membership("adviser", "distributor").organisation)

    with pytest.raises(Unknown):
        shelf.reserve(device, foreign)
    with pytest.raises(Unknown):
        shelf.reserve(device, shelf.need(), actor=shelf.technician)
    with pytest.raises(Unknown):
        shelf.reserve(device, shelf.need(distributor=shelf.stranger.organisation), actor=shelf.stranger)


def test_another_territory_needs_a_written_derogation_of_the_pilot_counted_apart(shelf: Shelf) -> None:
    device, need = shelf.available(), shelf.need(commune=make_commune())
    assert codes(reserve(shelf, device, need)) == {"need_territory"}
    grant = lambda **given: hand_overs.grant_derogation(  # noqa: E731
        **{"actor": shelf.pilot, "need": need, "kind": DerogationKind.EMERGENCY, "reason": "Urgence."} | given
    )
    with pytest.raises(PermissionDenied):
        grant(actor=shelf.adviser)
    assert codes(lambda: grant(reason=" ")) == {"reason"}
    assert codes(lambda: grant(need=shelf.need(NeedKind.FIXED_CONNECTION))) == {"not_equipment"}
    derogation = grant()
    assert codes(grant) == {"already_granted"}

    shelf.reserve(device, need)

    assert HandOver.objects.get().derogation == derogation
    at_home = shelf.need()
    grant(need=at_home)
    shelf.reserve(shelf.available(), at_home)
    assert HandOver.objects.filter(derogation__isnull=False).count() == 1


def test_a_device_serves_its_territory_before_and_after_the_epci_merged(shelf: Shelf) -> None:
    allotted_before, before = [shelf.available() for _ in range(2)], shelf.need()
    successor = party(OrganisationKind.EPCI, epci=make_epci())
    gate.apply(shelf.convention, "succeed", actor=shelf.pilot, successor=successor)
    allotted_after = shelf.available(convention=again_convention(shelf.convention))
    after = [shelf.need(commune=make_commune(epci=successor.epci)) for _ in range(2)]

    for device, need in zip((*allotted_before, allotted_after), (before, *after), strict=True):
        assert shelf.reserve(device, need).state == "reserved"

    assert not HandOver.objects.filter(derogation__isnull=False).exists()
    elsewhere = shelf.need(commune=make_commune())
    assert codes(reserve(shelf, shelf.available(convention=again_convention(shelf.convention)), elsewhere)) == {
        "need_territory"
    }


@pytest.mark.usefixtures("days_to_come")
def test_the_convention_is_suspended_or_ended_and_devices_are_still_handed_over_for_a_time(shelf: Shelf) -> None:
    first, second, third = (shelf.available() for _ in range(3))
    gate.apply(shelf.convention, "suspend", actor=shelf.pilot, reason="supply")
    assert shelf.reserve(first).state == "reserved"
    ended_alone(shelf.convention, shelf.convention.distributor_signatory)
    assert shelf.hand_over(fresh(first)).state == "handed_over"
    reserved = shelf.reserve(second)
    late, need = timezone.now() + timedelta(days=91), shelf.need()
    assert codes(reserve(shelf, third, need, at=late)) == {"convention_hands_over"}
    assert codes(lambda: shelf.hand_over(reserved, at=late)) == {"convention_hands_over"}


def test_a_set_gives_each_need_one_device(shelf: Shelf) -> None:
    rows, needs = [shelf.available() for _ in range(3)], [shelf.need(), shelf.need()]
    terms = {"price": Decimal(25), "co_funding": Decimal(0)}
    per_row = {row.pk: {"need": need.pk, **terms} for row, need in zip(rows, (*needs, needs[1]), strict=True)}

    outcome = gate.apply_many(Device.objects.filter(pk__in=per_row), "reserve", actor=shelf.adviser, per_row=per_row)

    assert outcome.moved == [rows[0].pk]
    assert {pk: [reason.code for reason in said] for pk, said in outcome.refused.items()} == {
        rows[1].pk: ["need_free"],
        rows[2].pk: ["need_free"],
    }


# --- what is paid


def test_price_and_shares_make_sense(shelf: Shelf) -> None:
    device, need = shelf.available(), shelf.need()
    for given, code in (
        ({"price": Decimal("10.005")}, "sale_price"),
        ({"price": Decimal(-1)}, "sale_price"),
        ({"co_funding": Decimal(26), "funder": shelf.funder}, "co_funding"),
        ({"co_funding": Decimal(10)}, "co_funding"),
        ({"funder": shelf.funder}, "co_funding"),
    ):
        assert codes(reserve(shelf, device, need, **given)) == {code}
    assert codes(reserve(shelf, device, need, price=Decimal(181))) == {"sale_price", "grid"}
    shelf.reserve(device, need, price=Decimal(180), co_funding=Decimal("100.50"), funder=shelf.funder)
    note = HandOver.objects.get()
    assert (note.price, note.co_funding, note.to_pay, note.funder) == (
        180,
        Decimal("100.5"),
        Decimal("79.5"),
        shelf.funder,
    )
    assert note.document.values["to_pay"] == "79,50\u00a0€"


def test_no_price_is_above_the_grid_that_the_parties_signed() -> None:
    shelf = Shelf(grid=GRID | {"laptop": 60})
    device, need = shelf.available(price=60), shelf.need()

    assert sentences(reserve(shelf, device, need, price=Decimal(80))) == {
        "Le prix dépasse celui de la grille de la convention\u00a0: 60\u00a0€."
    }
    reserved = shelf.reserve(device, need, price=Decimal(60))
    assert codes(
        lambda: hand_overs.prepare_hand_over(actor=shelf.adviser, device=reserved, price=Decimal("60.01"))
    ) == {"grid"}
    assert shelf.hand_over(reserved).sale_price == 60


def test_an_amendment_that_lowers_the_grid_asks_for_another_note() -> None:
    treaty = Treaty(prices=GRID, quotas=QUOTAS)
    shelf = Shelf(Bench(Workshop(treaty.workshop)), epci=treaty.epci)
    shelf.distributor, shelf.convention = treaty.distributor, treaty.active()
    device = shelf.reserved(price=Decimal(100))
    by_grade = [Price("laptop", Decimal(90)), Price("laptop", Decimal(70), device.grade.lower())]
    treaty.amended(shelf.convention, DraftTerms(prices=by_grade))

    assert codes(lambda: shelf.hand_over(device)) == {"note_under_grid"}
    assert codes(lambda: hand_overs.prepare_hand_over(actor=shelf.adviser, device=device, price=Decimal(90))) == {
        "grid"
    }
    hand_overs.prepare_hand_over(actor=shelf.adviser, device=device, price=Decimal(70))
    assert shelf.hand_over(device).sale_price == 70


def test_a_private_donors_device_has_no_ceiling() -> None:
    scene = private_lot()
    shelf = Shelf(given_to(scene))
    device = from_lot(scene)
    bench = shelf.bench
    dear = bench.recondition(bench.prepared(bench_start(shelf, device)), price=200)
    assert codes(lambda: shelf.allotted(dear)) == {"under_grid"}, "what families pay is bound by the convention"
    ready = bench.recondition(bench.prepared(bench_start(shelf, from_lot(scene))), price=180)

    sold = shelf.hand_over(shelf.reserve(shelf.on_the_shelf(ready), price=Decimal(180)))

    assert (sold.sale_price, sold.sale_ceiling) == (180, None)


def bench_start(shelf: Shelf, device: Device) -> Device:
    return gate.apply(device, "start", actor=shelf.technician)


def test_the_note_is_prepared_again_at_another_price(shelf: Shelf) -> None:
    device = shelf.reserved()
    prepare = lambda **given: hand_overs.prepare_hand_over(  # noqa: E731
        **{"actor": shelf.adviser, "device": device, "price": Decimal(10)} | given
    )
    assert codes(lambda: prepare(price=Decimal(181))) == {"sale_price", "grid"}
    assert codes(lambda: prepare(device=shelf.available())) == {"not_reserved"}

    note = prepare(co_funding=Decimal(4), funder=shelf.funder)

    former = HandOver.objects.exclude(pk=note.pk).get()
    assert (former.closed_because, note.closed_at, note.to_pay) == ("replaced", None, 6)
    assert shelf.hand_over(device).sale_price == 10


# --- release


def test_what_is_put_aside_for_a_household_that_limits_its_data_is_not_freed_by_the_clock(shelf: Shelf) -> None:
    device, desk = shelf.reserved(), Desk()
    desk.answer(desk.asked(RightKind.RESTRICTION, device.need.prescription.household, actor=desk.officer))

    run_clock(at=device.reserved_until + timedelta(days=1))

    assert fresh(device).state == "reserved"


def test_a_device_that_is_released_lets_its_need_wait_where_it_was(shelf: Shelf) -> None:
    device = shelf.reserved()
    need = device.need
    accepted_at = need.accepted_at

    free = gate.apply(device, "release", actor=shelf.adviser)

    assert (free.state, free.need, free.reserved_until) == ("available", None, None)
    assert (again(need).state, again(need).accepted_at) == ("waiting", accepted_at)
    assert HandOver.objects.get().closed_because == "released"
    assert shelf.reserve(free, need).need == need


def test_a_need_that_is_dropped_frees_its_device(shelf: Shelf) -> None:
    desktop = shelf.reserve(shelf.on_the_shelf(shelf.desktop()))
    need = desktop.need

    drop_need(actor=shelf.adviser, need=need, reason="unreachable")

    assert (fresh(desktop).state, fresh(screen_of(desktop)).state) == ("available", "available")
    assert again(need).state == "unmet"
    entry = fresh(desktop).journal.latest("seq")
    assert (entry.cause_machine, entry.actor) == ("need", shelf.adviser)


def test_a_prescription_that_is_withdrawn_frees_its_device(shelf: Shelf) -> None:
    device = shelf.reserved()
    prescription = device.need.prescription

    withdraw_prescription(actor=prescription.worker, prescription=prescription, reason="moved_away")

    assert fresh(device).state == "available"


@pytest.mark.usefixtures("days_to_come")
def test_the_clock_frees_what_is_held_for_too_long_and_catches_up(shelf: Shelf) -> None:
    desktop, laptop = shelf.reserve(shelf.on_the_shelf(shelf.desktop())), shelf.reserved()
    until = laptop.reserved_until

    assert moved_by_clock(until - timedelta(minutes=1)) == 0
    assert fresh(laptop).state == "reserved"
    assert moved_by_clock(until + timedelta(days=10)) == 2
    assert [fresh(row).state for row in (desktop, laptop, screen_of(desktop))] == ["available"] * 3
    assert moved_by_clock(until + timedelta(days=10)) == 0
    entry = fresh(laptop).journal.latest("seq")
    assert (entry.actor, entry.due_at, entry.at) == (None, until, until + timedelta(days=10))
    assert [again(row.need).state for row in (desktop, laptop)] == ["waiting"] * 2


def moved_by_clock(at: Any) -> int:
    """How many devices the clock releases at an instant; nothing is refused."""
    (ran,) = [ran for ran in run_clock(at=at) if (ran.machine, ran.verb) == ("device", "release")]
    assert not ran.refused
    return ran.moved


# --- hand over


def test_a_household_has_its_device_under_warranty_and_its_prescription_is_fulfilled(shelf: Shelf) -> None:
    device = shelf.reserved()
    need = device.need

    sold = shelf.hand_over(device, proof=HandOverProof.DRAWN, signature=shelf.signature())

    assert (sold.state, sold.need, sold.handed_over_at) == ("handed_over", need, sold.moved_at)
    assert (sold.sale_price, sold.sale_ceiling, sold.reserved_until) == (25, 180, None)
    assert sold.warranty_until == add_months(timezone.localdate(), 24)
    assert (again(need).state, again(need.prescription).state) == ("met", "fulfilled")
    note = HandOver.objects.get()
    assert (note.proof, note.signed_by, note.handed_over_at) == ("drawn", shelf.adviser, sold.moved_at)
    assert shelf.quota().used == 1
    assert sold.journal.latest("seq").values == {"proof": "drawn"}


def test_the_last_day_of_a_warranty_follows_the_calendar() -> None:
    assert add_months(date(2028, 2, 29), 24) == date(2030, 2, 28)
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)


def test_nothing_is_handed_over_unsigned(shelf: Shelf) -> None:
    device, file = shelf.reserved(), shelf.signature()
    for given in (
        {"proof": ""},
        {"proof": "oral"},
        {"proof": HandOverProof.DRAWN},
        {"proof": HandOverProof.SCANNED},
        {"proof": HandOverProof.ATTESTED, "signature": file},
    ):
        assert codes(lambda g=given: shelf.hand_over(device, **g)) == {"signed"}  # type: ignore[misc]
    for given, sentence in (
        ({"proof": HandOverProof.SCANNED}, "Joignez la signature"),
        ({"proof": HandOverProof.ATTESTED, "signature": file}, "n’a pas de fichier joint"),
    ):
        with pytest.raises(Refused, match=sentence):
            shelf.hand_over(device, **given)
    assert shelf.hand_over(device, proof=HandOverProof.SCANNED, signature=file).state == "handed_over"


def test_a_ceiling_that_changed_asks_for_another_note(shelf: Shelf) -> None:
    device = shelf.reserved(price=Decimal(100))
    from_today = {"valid_from": timezone.localdate(), "source": "test", "checked_on": timezone.localdate()}
    ceiling = device.ceiling_on(timezone.localdate())
    type(ceiling).objects.create(type="laptop", amount=Decimal(90), **from_today)

    assert codes(lambda: shelf.hand_over(device)) == {"note_of_the_day"}
    hand_overs.prepare_hand_over(actor=shelf.adviser, device=device, price=Decimal(90))
    assert shelf.hand_over(device).sale_ceiling == 90


def test_one_need_of_two_settled_leaves_the_prescription_open(shelf: Shelf) -> None:
    prescription = accepted_prescription(
        needs=[("computer", "studies"), ("smartphone", "social")], commune=shelf.commune, distributor=shelf.distributor
    )
    computer = prescription.needs.get(kind="computer")

    shelf.hand_over(shelf.reserve(shelf.available(), computer))

    assert (again(computer).state, again(prescription).state) == ("met", "accepted")


def test_a_desktop_is_handed_over_with_its_screen_for_one_price(shelf: Shelf) -> None:
    desktop = shelf.on_the_shelf(shelf.desktop())
    reserved = shelf.reserve(desktop, price=Decimal(150))
    screen = screen_of(desktop)
    assert (fresh(screen).state, fresh(screen).need) == ("reserved", reserved.need)
    assert HandOver.objects.count() == 1
    assert len(HandOver.objects.get().document.values["articles"]) == 2

    sold = shelf.hand_over(reserved)

    screen = fresh(screen)
    assert (sold.sale_price, screen.sale_price, screen.state, screen.need) == (150, 0, "handed_over", sold.need)
    assert screen.warranty_until == sold.warranty_until
    assert quotas_balance()


def test_only_who_serves_hands_over(shelf: Shelf) -> None:
    device = shelf.reserved(shelf.available(point=shelf.relay_point))
    for actor in (shelf.technician, shelf.pilot):
        with pytest.raises(PermissionDenied):
            shelf.hand_over(device, actor=actor)
    assert shelf.hand_over(device, actor=shelf.relay).state == "handed_over"


# --- undo


def test_a_hand_over_is_undone_the_same_day(shelf: Shelf) -> None:
    desktop = shelf.handed_over(shelf.reserve(shelf.on_the_shelf(shelf.desktop())))
    need = desktop.need
    assert codes(lambda: undo(shelf, desktop, reason="")) == {"reason"}

    held = undo(shelf, desktop)

    assert (held.state, held.need, held.warranty_until, held.sale_price) == ("reserved", need, None, None)
    assert held.reserved_until is not None
    assert (again(need).state, again(need.prescription).state) == ("in_progress", "accepted")
    assert fresh(screen_of(desktop)).state == "reserved"
    assert [note.closed_because for note in HandOver.objects.order_by("pk")] == ["undone", ""]
    assert shelf.hand_over(held).state == "handed_over"


def undo(shelf: Shelf, device: Device, **given: Any) -> Device:
    defaults: dict[str, Any] = {"actor": shelf.adviser, "reason": UndoHandOverReason.ENTRY}
    return gate.apply(device, "undo_hand_over", **defaults | given)


@pytest.mark.usefixtures("days_to_come")
def test_the_day_after_a_hand_over_is_not_undone(shelf: Shelf) -> None:
    device = shelf.handed_over()

    assert codes(lambda: undo(shelf, device, at=timezone.now() + timedelta(days=1))) == {"same_day"}


def test_what_came_back_since_is_not_undone(shelf: Shelf) -> None:
    returned = shelf.returned()
    shelf.repair(returned)
    back = give_back(shelf, returned)

    assert codes(lambda: undo(shelf, back)) == {"never_returned"}
    replaced = shelf.returned(shelf.handed_over())
    exchanged = shelf.exchange(shelf.available(), replaced)
    assert "not_exchanged" in codes(lambda: undo(shelf, exchanged))


def give_back(shelf: Shelf, device: Device) -> Device:
    until = add_months(device.warranty_until, 6)
    return gate.apply(device, "give_back", actor=shelf.adviser, warranty_until=until)


# --- walls


def test_no_mail_and_no_journal_names_a_household(shelf: Shelf) -> None:
    device = shelf.handed_over()
    household = device.need.prescription.household

    assert not Mail.objects.filter(about_machine="device", body__contains=household.last_name).exists()
    for entry in device.journal.all():
        assert household.last_name not in str(entry.values)


def test_each_one_sees_what_its_work_needs(shelf: Shelf) -> None:
    device = shelf.reserved()
    seen = lambda actor: Device.objects.visible_to(actor).filter(pk=device.pk).exists()  # noqa: E731
    notes = lambda actor: HandOver.objects.visible_to(actor).exists()  # noqa: E731
    epci = make_membership("manager", "epci", shelf.convention.epci_party)
    operator = make_membership("agent", "operator")

    assert [seen(actor) for actor in (shelf.adviser, shelf.technician, shelf.pilot, SYSTEM)] == [True] * 4
    assert [seen(actor) for actor in (shelf.stranger, shelf.relay, epci, operator, None)] == [False] * 5
    assert [notes(actor) for actor in (shelf.adviser, device.need.prescription.worker)] == [True] * 2
    assert [notes(actor) for actor in (shelf.technician, shelf.pilot, shelf.stranger, epci)] == [False] * 4


# --- a household that moves while a device is held for it


def moved_away(need: Any) -> Any:
    """Its household lives in another territory from today on."""
    there = make_commune(epci=make_epci())
    household, worker = need.prescription.household, need.prescription.worker
    move_household(actor=worker, household=household, commune=there, moved_on=timezone.localdate())
    return again(need)


def test_a_device_is_not_handed_over_to_a_household_that_left_the_territory_of_its_convention(shelf: Shelf) -> None:
    device = shelf.reserved()
    need = moved_away(device.need)

    told = sentences(lambda: shelf.hand_over(device))
    assert any("n’habite pas le territoire" in one and "dérogation" in one for one in told)
    assert "n’habite pas le territoire" in read(acting(shelf.adviser), page_of(device, "device_detail"))
    panel = read(acting(shelf.adviser), reverse("prescriptions:need_detail", args=[need.reference]))
    assert "n’habite plus le territoire" in panel
    assert reverse("distribution:derogation_ask", args=[need.reference]) in panel

    gate.apply(device, "release", actor=shelf.adviser)
    assert again(need).state == "waiting"


def test_the_derogation_that_lets_it_go_is_asked_while_it_is_held_and_kept_on_the_note(shelf: Shelf) -> None:
    device = shelf.reserved()
    need = moved_away(device.need)
    ask_derogation(actor=shelf.adviser, need=need, kind=DerogationKind.TERRITORY, reason="Il revient chaque semaine.")
    granted = shelf.derogate(need)

    sold = shelf.hand_over(device)

    note = HandOver.objects.current().get(device=sold)
    assert note.derogation == granted
    with pytest.raises(DatabaseError), transaction.atomic():
        HandOver.objects.filter(pk=note.pk).update(derogation=None)


def test_whoever_moved_within_the_territory_is_served_as_before_and_owes_no_derogation(shelf: Shelf) -> None:
    device = shelf.reserved()
    household, worker = device.need.prescription.household, device.need.prescription.worker
    near = make_commune(epci=shelf.epci)
    move_household(actor=worker, household=household, commune=near, moved_on=timezone.localdate())
    shelf.derogate(device.need)
    assert HandOver.objects.current().get(device=shelf.hand_over(device)).derogation is None
