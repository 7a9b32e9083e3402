"""From the stock to a convention and a point: places counted, delivery notes, screens that go along."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from conventions.enums import ConventionPaperKind
from conventions.models import Convention, Quota
from conventions.services.quotas import set_reserve
from distribution.enums import DetachReason, ReleaseReason
from distribution.services import allotment
from distribution.services.points import create_point, edit_point
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from refurb.enums import DeviceType, LineOutcome
from refurb.models import Delivery, Device
from tests.conventions.conventions import ended_alone
from tests.distribution.shelves import GRID, Shelf, delivery_of, quotas_balance, screen_of
from tests.network.factories import make_epci
from tests.refurb.devices import Bench, fresh
from typography.french import written_day

pytestmark = pytest.mark.django_db


def sentences(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.sentence for reason in refused.value.all}


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


def allot(shelf: Shelf, device: Device, **given: object) -> Callable[[], object]:
    return lambda: shelf.allotted(device, **given)  # type: ignore[arg-type]


# --- allot


def test_a_device_allotted_takes_a_place_of_its_type_and_keeps_it(shelf: Shelf) -> None:
    device = shelf.allotted()

    quota = shelf.quota()
    assert (device.state, device.convention, device.quota) == ("allotted", shelf.convention, quota)
    assert (device.convention_epci, device.allotted_at) == (shelf.epci, device.moved_at)
    assert quota.used == 1
    assert quotas_balance()
    entry = device.journal.latest("seq")
    assert (entry.convention_epci, entry.values) == (
        shelf.epci,
        {"convention": shelf.convention.pk, "quota": quota.pk, "stamps": {"quota": quota.pk}},
    )


def test_a_device_dearer_than_the_grid_is_refused_at_allotment_and_not_in_front_of_the_family() -> None:
    shelf = Shelf(grid=GRID | {"laptop": 60})
    dear, fair = shelf.ready(price=80), shelf.ready(price=60)

    assert sentences(allot(shelf, dear)) == {
        "Son prix, 80\u00a0€, dépasse celui de la grille de la convention\u00a0: 60\u00a0€ au plus."
    }
    both = Device.objects.filter(pk__in=(dear.pk, fair.pk))
    outcome = allotment.allot_devices(actor=shelf.manager, devices=both, convention=shelf.convention)
    assert (list(outcome.moved), list(outcome.refused)) == ([fair.pk], [dear.pk])


def test_the_pilot_allots_too_and_nobody_else(shelf: Shelf) -> None:
    shelf.allotted(actor=shelf.pilot)
    with pytest.raises(PermissionDenied):
        shelf.allotted(shelf.ready(), actor=shelf.technician)


def test_only_the_convention_of_the_workshop_in_force_on_the_day_takes_devices() -> None:
    shelf = Shelf()
    device = shelf.ready()
    foreign = Shelf(Bench()).convention
    assert sentences(allot(shelf, device, convention=foreign)) >= {
        "Aucune convention de l’atelier n’est en vigueur.",
        "Cette convention n’est pas celle de l’atelier de l’appareil.",
    }
    own = shelf.convention
    gate.apply(own, "suspend", actor=shelf.pilot, reason="supply")
    assert "Cette convention n’est pas en vigueur à cette date." in sentences(allot(shelf, device))
    assert fresh(device).state == "ready"


def test_a_type_without_a_place_is_refused() -> None:
    shelf = Shelf(quotas={"laptop": 5})
    tablet = shelf.ready(DeviceType.TABLET)

    assert codes(allot(shelf, tablet)) == {"quota_known"}


def test_the_surplus_of_a_set_is_refused_by_rank() -> None:
    shelf = Shelf(quotas={"laptop": 2})
    rows = [shelf.ready() for _ in range(3)]
    taken = shelf.convention.quotas.get(type="laptop")
    begins = taken.ends_on + timedelta(days=1)
    ends = begins + timedelta(days=364)
    Quota.objects.create(convention=shelf.convention, type="laptop", year=2, starts_on=begins, ends_on=ends, total=7)

    outcome = allotment.allot_devices(
        actor=shelf.manager, devices=Device.objects.filter(pk__in=[row.pk for row in rows]), convention=shelf.convention
    )

    assert outcome.moved == [rows[0].pk, rows[1].pk]
    assert [reason.code for reason in outcome.refused[rows[2].pk]] == ["quota"]
    (said,) = [reason.sentence for reason in outcome.refused[rows[2].pk]]
    assert f"année 1 de la convention, jusqu’au {written_day(taken.ends_on)}, 2 places, aucune ne reste" in said
    assert f"\u00a0; année 2, du {written_day(begins)} au {written_day(ends)}, 7 sur 7." in said
    assert shelf.quota().used == 2
    assert quotas_balance()


def test_the_pilot_alone_takes_places_in_the_reserve() -> None:
    shelf = Shelf(quotas={"laptop": 1})
    set_reserve(actor=shelf.pilot, type="laptop", year=timezone.localdate().year, total=1)
    first, second, third = (shelf.ready() for _ in range(3))
    shelf.allotted(first)

    assert "La réserve départementale est affectée par le pilote." in sentences(allot(shelf, second, reserve=True))
    taken = shelf.allotted(second, actor=shelf.pilot, reserve=True)

    assert taken.quota is not None
    assert (taken.quota.convention, taken.quota.used, taken.convention) == (None, 1, shelf.convention)
    full = allot(shelf, third, actor=shelf.pilot, reserve=True)
    assert codes(full) == {"quota"}
    assert f"année {timezone.localdate().year} de la réserve départementale" in "".join(sentences(full))
    set_reserve(actor=shelf.pilot, type="laptop", year=timezone.localdate().year + 1, total=5)
    set_reserve(actor=shelf.pilot, type="desktop", year=timezone.localdate().year + 1, total=9)
    (said,) = sentences(allot(shelf, third, actor=shelf.pilot, reserve=True))
    assert f"année {timezone.localdate().year + 1}, du " in said
    assert "5 sur 5." in said
    assert "9 sur 9" not in said
    assert quotas_balance()


def test_a_place_or_an_epci_that_is_not_of_the_convention_is_refused(shelf: Shelf) -> None:
    device, other = shelf.ready(), shelf.another_convention(epci=make_epci())
    wrong = Quota.objects.get(convention=other, type="laptop")
    given = {"convention": shelf.convention.pk, "convention_epci": shelf.epci.pk, "quota": shelf.quota().pk}

    for changed, code in (
        ({"quota": wrong.pk}, "quota_known"),
        ({"quota": shelf.quota("tablet").pk}, "quota_known"),
        ({"quota": None}, "quota_known"),
        ({"convention_epci": other.epci_id}, "convention_epci"),
    ):
        assert codes(lambda c=changed: gate.apply(device, "allot", actor=shelf.manager, **given | c)) == {code}  # type: ignore[misc]
    assert gate.apply(device, "allot", actor=shelf.manager, **given).state == "allotted"


def test_a_preview_without_a_convention_asks_whether_any_would_do() -> None:
    shelf = Shelf()
    device = shelf.ready()
    rows = Device.objects.filter(pk=device.pk)
    before = gate.preview(rows, "allot", actor=shelf.manager)
    assert shelf.convention.state == "active"
    after = gate.preview(rows, "allot", actor=shelf.manager)

    assert [reason.code for reason in before.refused[device.pk]] == ["some_convention"]
    assert after.moved == [device.pk]


# --- release the allotment


def release(shelf: Shelf, device: Device, reason: str = ReleaseReason.BALANCE) -> Device:
    return gate.apply(device, "release_allotment", actor=shelf.manager, reason=reason)


def test_a_place_is_given_back_with_the_device(shelf: Shelf) -> None:
    device = shelf.allotted()
    assert codes(lambda: release(shelf, device, "")) == {"reason"}

    back = release(shelf, device)

    assert (back.state, back.convention, back.quota, back.convention_epci, back.allotted_at) == (
        "ready",
        None,
        None,
        None,
        None,
    )
    assert back.grade != ""
    assert shelf.quota().used == 0


def test_the_end_of_a_convention_gives_back_what_has_not_left(shelf: Shelf) -> None:
    allotted, desktop, shipped = shelf.allotted(), shelf.allotted(shelf.desktop()), shelf.shipped()
    screen = screen_of(desktop)
    signatory = shelf.convention.distributor_signatory

    ended_alone(shelf.convention, signatory)

    assert [fresh(row).state for row in (allotted, desktop, screen, shipped)] == ["ready", "ready", "ready", "shipped"]
    entry = fresh(allotted).journal.latest("seq")
    assert (entry.cause_machine, entry.values["reason"], entry.actor) == ("convention", "convention_ended", signatory)
    assert quotas_balance()
    assert shelf.quota().used == 1
    paper = shelf.convention.papers.get(kind=ConventionPaperKind.END)
    assert [fate["count"] for fate in paper.document.values["fates"]] == [3, 1], "the screen counts as its desktop does"


def test_the_paper_of_the_end_does_not_tell_an_epci_how_many_households_were_served(shelf: Shelf) -> None:
    shelf.hand_over(shelf.reserve(shelf.available()))
    assert shelf.available()
    assert shelf.allotted()

    ended_alone(Convention.objects.get(pk=shelf.convention.pk), shelf.convention.distributor_signatory)

    paper = shelf.convention.papers.get(kind=ConventionPaperKind.END)
    told = [(fate["told"], fate["count"]) for fate in paper.document.values["fates"]]
    assert told == [("Revenus en stock à l’atelier", 1), ("Sortis de l’atelier", 2)]


# --- ship


def test_what_leaves_together_leaves_with_one_note(shelf: Shelf) -> None:
    rows = [shelf.allotted() for _ in range(2)]

    outcome = allotment.ship_devices(
        actor=shelf.technician, devices=Device.objects.filter(pk__in=[row.pk for row in rows]), point=shelf.point
    )

    assert len(outcome.moved) == 2
    note = Delivery.objects.get()
    assert [line.device_id for line in note.lines.all()] == [row.pk for row in rows]
    assert (note.convention, note.point, note.workshop) == (shelf.convention, shelf.point, shelf.manager.organisation)
    assert note.document is not None
    assert [line["tag"] for line in note.document.values["lines"]] == [row.tag for row in rows]
    device = fresh(rows[0])
    assert (device.state, device.delivery, device.point, device.shipped_at) == (
        "shipped",
        note,
        shelf.point,
        device.moved_at,
    )


def test_a_note_is_not_left_behind_when_nothing_leaves(shelf: Shelf) -> None:
    device = shelf.ready()

    assert codes(lambda: shelf.shipped(device)) >= {"state"}
    assert not Delivery.objects.exists()


def test_a_device_leaves_for_a_point_of_the_distributor_or_of_its_relays(shelf: Shelf) -> None:
    abroad = Shelf(Bench()).point
    device = shelf.allotted()
    sentence = "Ce point n’est ni au distributeur de la convention, ni à l’un de ses relais en service."

    assert sentences(lambda: shelf.shipped(device, abroad)) == {sentence}
    closed = edit_point(actor=shelf.pilot, point=shelf.another_point(name="Fermé"), is_active=False)
    with pytest.raises(Unknown):
        shelf.shipped(device, closed)
    assert shelf.shipped(device, shelf.relay_point).point == shelf.relay_point


def test_a_proof_that_fell_keeps_the_device_in_the_workshop(shelf: Shelf) -> None:
    device = shelf.allotted()
    shelf.bench.drive(device)

    assert codes(lambda: shelf.shipped(device)) == {"proofs_stand"}


def test_a_device_is_shipped_on_the_note_of_its_own_convention(shelf: Shelf) -> None:
    device, other = shelf.allotted(), shelf.allotted(convention=shelf.another_convention(epci=make_epci()))
    note = delivery_of(shelf.shipped(other))

    def on_a_wrong_note() -> Device:
        return gate.apply(device, "ship", actor=shelf.technician, delivery=note.pk, point=note.point_id)

    assert sentences(on_a_wrong_note) == {
        "Cet appareil est affecté à une autre convention que celle du bon de livraison."
    }
    assert codes(lambda: gate.apply(device, "ship", actor=shelf.technician)) == {"delivery"}


def test_nothing_joins_a_delivery_note_that_is_established(shelf: Shelf) -> None:
    note = delivery_of(shelf.shipped())
    late = shelf.allotted()

    assert sentences(
        lambda: gate.apply(late, "ship", actor=shelf.technician, delivery=note.pk, point=note.point_id)
    ) == {"Ce bon de livraison est déjà établi\u00a0: établissez-en un autre."}


def test_a_shipment_is_cancelled_and_made_again(shelf: Shelf) -> None:
    device = shelf.shipped()
    note = delivery_of(device)

    back = gate.apply(device, "cancel_shipment", actor=shelf.technician)

    assert (back.state, back.point, back.delivery, back.shipped_at) == ("allotted", None, None, None)
    assert note.lines.get().outcome == LineOutcome.CANCELLED
    assert shelf.quota().used == 1
    assert shelf.shipped(back).delivery != note


# --- a screen and its desktop


def test_a_screen_follows_its_desktop_and_takes_no_place(shelf: Shelf) -> None:
    desktop = shelf.desktop()
    screen = screen_of(desktop)

    desktop = shelf.shipped(shelf.allotted(desktop))

    screen = fresh(screen)
    assert (screen.state, screen.quota, screen.convention, screen.point) == (
        "shipped",
        None,
        shelf.convention,
        shelf.point,
    )
    assert sum(Quota.objects.values_list("used", flat=True)) == shelf.quota("desktop").used == 1
    assert {line.device for line in delivery_of(desktop).lines.all()} == {desktop, screen}
    assert quotas_balance()
    gate.apply(desktop, "cancel_shipment", actor=shelf.technician)
    release(shelf, fresh(desktop))
    assert (fresh(screen).state, fresh(screen).attached_to) == ("ready", desktop)


def test_an_attached_screen_does_not_go_alone(shelf: Shelf) -> None:
    desktop = shelf.desktop()
    screen = screen_of(desktop)

    assert "goes_along" in codes(allot(shelf, screen))
    with pytest.raises(Refused, match="agissez sur l’ordinateur"):
        allot(shelf, screen)()
    shelf.allotted(desktop)
    assert codes(lambda: release(shelf, fresh(screen))) == {"left_alone"}


def test_a_desktop_whose_screen_is_unproven_is_refused_alone_and_the_preview_says_so(shelf: Shelf) -> None:
    """The screen would refuse the whole set once its desktop moved: nobody foresaw it."""
    desktop, laptop = shelf.desktop(), shelf.ready()
    shelf.bench.drive(screen_of(desktop), kind="ssd")
    both = Device.objects.filter(pk__in=[desktop.pk, laptop.pk])
    per_row = allotment.places_on(both, shelf.convention)

    foreseen = gate.preview(both, "allot", actor=shelf.manager, per_row=per_row)
    done = allotment.allot_devices(actor=shelf.manager, devices=both, convention=shelf.convention)

    for outcome in (foreseen, done):
        assert outcome.moved == [laptop.pk]
        assert [reason.code for reason in outcome.refused[desktop.pk]] == ["screen_proven"]
    assert (fresh(desktop).state, fresh(laptop).state) == ("ready", "allotted")
    told = next(one for one in gate.actions_for(fresh(desktop), shelf.manager) if one.verb == "allot")
    assert "n’est pas prouvé vide" in told.reasons[0].sentence


def test_a_desktop_goes_no_further_with_a_screen_whose_proof_fell(shelf: Shelf) -> None:
    desktop = shelf.allotted(shelf.desktop())
    shelf.bench.drive(screen_of(desktop), kind="ssd")
    assert codes(lambda: shelf.shipped(desktop)) == {"screen_proven"}


def test_a_screen_alone_is_not_allotted_as_it_serves_no_household(shelf: Shelf) -> None:
    screen = shelf.ready(DeviceType.SCREEN, price=5)
    assert "serves_alone" in codes(allot(shelf, screen))
    assert set(Quota.objects.values_list("used", flat=True)) == {0}


def test_a_screen_is_attached_to_one_reconditioned_desktop_of_the_workshop(shelf: Shelf) -> None:
    desktop, screen, laptop = shelf.desktop(), shelf.ready(DeviceType.SCREEN, price=5), shelf.ready()
    elsewhere = Shelf(Bench()).ready(DeviceType.DESKTOP)

    def attach(device: Device, to: Device) -> Callable[[], object]:
        return lambda: allotment.attach_device(actor=shelf.technician, device=device, desktop=to)

    assert codes(attach(laptop, desktop)) >= {"screen", "desktop"}
    assert codes(attach(screen, desktop)) == {"desktop"}
    assert codes(attach(screen, elsewhere)) == {"desktop"}
    assert codes(attach(screen, laptop)) == {"desktop"}
    assert codes(attach(screen_of(desktop), shelf.ready(DeviceType.DESKTOP))) == {"not_attached"}
    free = shelf.ready(DeviceType.DESKTOP)
    attach(screen, free)()
    assert fresh(screen).attached_to == free


def test_two_screens_of_a_set_are_not_attached_to_the_same_desktop(shelf: Shelf) -> None:
    desktop, *screens = shelf.ready(DeviceType.DESKTOP), *(shelf.ready(DeviceType.SCREEN, price=5) for _ in range(2))
    per_row = {screen.pk: {"desktop": desktop.pk} for screen in screens}
    outcome = gate.apply_many(
        Device.objects.filter(pk__in=per_row), "attach", actor=shelf.technician, at=shelf.at, per_row=per_row
    )
    codes_of = {pk: [reason.code for reason in told] for pk, told in outcome.refused.items()}
    assert (codes_of, outcome.moved) == ({screen.pk: ["desktop"] for screen in screens}, [])


def test_a_screen_is_detached_in_the_workshop(shelf: Shelf) -> None:
    screen = screen_of(shelf.desktop())

    apart = gate.apply(screen, "detach", actor=shelf.technician, reason=DetachReason.APART)

    assert apart.attached_to is None
    again = lambda: gate.apply(apart, "detach", actor=shelf.technician, reason=DetachReason.APART)  # noqa: E731
    assert codes(again) == {"attached"}


# --- points


def test_a_point_is_held_by_a_distributor_or_a_relay(shelf: Shelf) -> None:
    given = {"name": "Point", "address": "1 rue", "postcode": "59000", "commune": shelf.commune}
    workshop = shelf.manager.organisation

    assert codes(lambda: create_point(actor=shelf.pilot, distributor=workshop, **given)) == {"distributor"}
    assert codes(
        lambda: create_point(actor=shelf.pilot, distributor=shelf.distributor, organisation=workshop, **given)
    ) == {"organisation"}
    with pytest.raises(PermissionDenied):
        create_point(actor=shelf.adviser, distributor=shelf.distributor, **given)
    assert shelf.relay_point.organisation == shelf.relay.organisation
