"""What is refused to one row is refused to a set by the same sentence, and a set costs the same whatever its size."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from distribution.documents import HandOverTerms, NoteAsked, prepare_notes
from distribution.followers import with_papers
from distribution.services import allotment, point_stock
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind
from network.models import Membership
from refurb.enums import DeviceType, MissingReason
from refurb.models import Device
from tests.distribution.shelves import Shelf, quotas_balance, screen_of
from tests.network.factories import make_commune, make_epci, make_organisation
from tests.refurb.devices import Bench

pytestmark = pytest.mark.django_db

TERMS = {"price": Decimal(25), "co_funding": Decimal(0)}


class Case:
    """One verb that is refused: on which device, to whom, with what, for which codes."""

    def __init__(self, device: Device, verb: str, actor: Membership, codes: set[str], **given: Any) -> None:
        self.device, self.verb, self.actor, self.codes, self.given = device, verb, actor, codes, given


def allotments(shelf: Shelf) -> list[Case]:
    ready, desktop, screen = shelf.ready(), shelf.desktop(), shelf.ready(DeviceType.SCREEN, price=5)
    own = {"convention": shelf.convention.pk, "convention_epci": shelf.epci.pk, "quota": shelf.quota().pk}
    other = Shelf(Bench()).convention
    allotted = shelf.allotted()
    return [
        Case(ready, "allot", shelf.manager, {"convention"}, **own | {"convention": None}),
        Case(
            ready,
            "allot",
            shelf.manager,
            {"convention", "convention_epci", "quota_known"},
            **own | {"convention": other.pk},
        ),
        Case(ready, "allot", shelf.manager, {"quota_known"}, **own | {"quota": None}),
        Case(ready, "allot", shelf.manager, {"convention_epci"}, **own | {"convention_epci": make_epci().pk}),
        Case(screen_of(desktop), "allot", shelf.manager, {"goes_along", "quota_known"}, **own),
        Case(screen, "allot", shelf.manager, {"serves_alone", "quota_known"}, **own),
        Case(allotted, "ship", shelf.technician, {"delivery"}),
        Case(allotted, "ship", shelf.technician, {"delivery"}, delivery=0, point=shelf.point.pk),
        Case(allotted, "release_allotment", shelf.manager, {"reason"}, reason="nonsense"),
        Case(ready, "attach", shelf.technician, {"screen", "desktop"}, desktop=desktop.pk),
        Case(screen_of(desktop), "detach", shelf.technician, {"reason"}, reason="nonsense"),
    ]


def reservations(shelf: Shelf) -> list[Case]:
    available = shelf.available()
    ours = {"need": shelf.need().pk, **TERMS}
    far = {"need": shelf.need(commune=make_commune()).pk, **TERMS}
    taken = shelf.need()
    reserved = shelf.reserved(need=taken, out_of_order="emergency")
    second = {"need": shelf.need().pk, **TERMS}
    return [
        Case(available, "reserve", shelf.adviser, {"need_waiting"}, **ours | {"need": None}),
        Case(available, "reserve", shelf.adviser, {"need_territory"}, **far),
        Case(available, "reserve", shelf.adviser, {"need_waiting", "need_free"}, **ours | {"need": taken.pk}),
        Case(available, "reserve", shelf.adviser, {"need_kind"}, **ours | {"need": shelf.need("tablet").pk}),
        Case(available, "reserve", shelf.adviser, {"in_order"}, **second),
        Case(available, "reserve", shelf.adviser, {"in_order"}, **second | {"out_of_order": "nonsense"}),
        Case(available, "reserve", shelf.adviser, {"in_order"}, **ours | {"out_of_order": "emergency"}),
        Case(available, "reserve", shelf.adviser, {"sale_price", "grid"}, **ours | {"price": Decimal(5000)}),
        Case(available, "reserve", shelf.adviser, {"sale_price"}, **ours | {"price": None}),
        Case(available, "reserve", shelf.adviser, {"co_funding"}, **ours | {"co_funding": Decimal(26)}),
        Case(reserved, "hand_over", shelf.adviser, {"signed"}, proof="oral"),
        Case(available, "send_back", shelf.adviser, {"reason"}, reason=""),
        Case(available, "report_missing", shelf.adviser, {"reason"}, reason="nonsense"),
    ]


def after(shelf: Shelf) -> list[Case]:
    sold, back = shelf.handed_over(), shelf.returned()
    lost = shelf.missing(shelf.available())
    far = date(2099, 1, 1)
    return [
        Case(sold, "undo_hand_over", shelf.adviser, {"reason"}, reason="nonsense"),
        Case(sold, "take_back", shelf.adviser, {"reason"}, reason="nonsense"),
        Case(back, "undo_take_back", shelf.adviser, {"reason"}, reason="nonsense"),
        Case(back, "tell_repaired", shelf.adviser, {"repaired"}),
        Case(back, "give_back", shelf.adviser, {"repaired", "warranty_prolonged"}, warranty_until=far),
        Case(back, "start", shelf.technician, {"served_otherwise"}),
        Case(lost, "find", shelf.adviser, {"same_quota"}, quota=None),
        Case(shelf.available(), "exchange", shelf.adviser, {"to_exchange"}, need=shelf.need().pk, proof="attested"),
    ]


@pytest.mark.parametrize("situation", [allotments, reservations, after])
def test_a_row_and_a_set_are_refused_by_the_same_sentences(situation: Callable[[Shelf], list[Case]]) -> None:
    for case in situation(Shelf()):
        rows = Device.objects.filter(pk=case.device.pk)
        with pytest.raises(Refused) as refused:
            gate.apply(case.device, case.verb, actor=case.actor, **case.given)
        alone = {reason.sentence for reason in refused.value.all}
        assert {reason.code for reason in refused.value.all} == case.codes, case.verb

        per_row = {case.device.pk: case.given}
        outcome = gate.apply_many(rows, case.verb, actor=case.actor, per_row=per_row)

        assert outcome.moved == []
        assert {reason.sentence for reason in outcome.refused[case.device.pk]} == alone, case.verb
        assert rows.get().seq == case.device.seq
    assert quotas_balance()


def count(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_a_set_costs_the_same_whatever_its_size() -> None:
    shelf = Shelf()
    few, many = [shelf.ready()], [shelf.ready() for _ in range(4)]
    assert shelf.convention.state == "active"
    assert shelf.point.is_active

    def rows(of: list[Device]) -> Any:
        return Device.objects.filter(pk__in=[row.pk for row in of])

    steps: list[Callable[[Any], Any]] = [
        lambda of: allotment.allot_devices(actor=shelf.manager, devices=of, convention=shelf.convention),
        lambda of: allotment.ship_devices(actor=shelf.technician, devices=of, point=shelf.point),
        lambda of: point_stock.stock_in_devices(actor=shelf.adviser, devices=of),
        lambda of: gate.apply_many(of, "report_missing", actor=shelf.adviser, reason=MissingReason.STOCKTAKE),
    ]
    for step in steps:
        one = count(lambda s=step: s(rows(few)))  # type: ignore[misc]
        four = count(lambda s=step: s(rows(many)))  # type: ignore[misc]
        assert four <= one + 2
    assert quotas_balance()


def test_the_notes_of_a_set_cost_the_same_whatever_their_number() -> None:
    shelf = Shelf()
    terms = HandOverTerms(Decimal(25), Decimal(0), None)
    pairs = {shelf.available().pk: shelf.need().pk for _ in range(4)}

    def prepare(of: list[int]) -> None:
        asked = [NoteAsked(device, pairs[device.pk], terms) for device in with_papers(of)]
        prepare_notes(asked, actor=shelf.adviser, at=timezone.now())

    first, *others = pairs
    assert count(lambda: prepare([first])) == count(lambda: prepare(others))
    assert count(lambda: prepare_notes([], actor=shelf.adviser, at=timezone.now())) == 0


def test_a_funder_pays_a_part_of_several_devices_of_a_set() -> None:
    shelf = Shelf()
    funder = make_organisation(OrganisationKind.FUNDER)
    pairs = {shelf.available().pk: shelf.need().pk for _ in range(2)}
    per_row = {pk: {"need": need, "co_funding": Decimal(5), "funder": funder.pk} for pk, need in pairs.items()}

    outcome = gate.apply_many(
        Device.objects.filter(pk__in=pairs), "reserve", actor=shelf.adviser, per_row=per_row, price=Decimal(20)
    )

    assert sorted(outcome.moved) == sorted(pairs)
    notes = {device.pk: device.hand_overs.get() for device in Device.objects.filter(pk__in=pairs)}
    assert {note.to_pay for note in notes.values()} == {15}
    assert {pk: note.need_id for pk, note in notes.items()} == pairs
    assert timezone.localdate(notes[min(pairs)].prepared_at) == timezone.localdate()
