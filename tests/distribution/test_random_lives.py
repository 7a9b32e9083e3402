"""hypothesis leads devices and needs through random lives: places, needs and stays always balance."""

from collections import Counter
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conventions.models import Quota
from distribution.enums import HandOverProof, SettlementKind
from distribution.models import HandOver
from distribution.services import hand_overs, point_stock, returns
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from prescriptions.models import Need
from prescriptions.services.needs import drop_need
from prescriptions.services.prescriptions import withdraw_prescription
from refurb.enums import HOLDS_A_NEED
from refurb.models import Device, DeviceEntry
from refurb.services import devices
from tests.distribution.shelves import Shelf, quotas_balance
from tests.refurb.devices import fresh
from tests.remembered import from_nothing

STEPS = [
    "allot",
    "release_allotment",
    "ship",
    "cancel_shipment",
    "stock_in",
    "send_back",
    "lose",
    "find",
    "find_returned",
    "receive",
    "reserve",
    "release",
    "hand_over",
    "undo_hand_over",
    "take_back",
    "undo_take_back",
    "repair",
    "tell_repaired",
    "give_back",
    "settle",
    "exchange",
    "drop",
    "withdraw",
    "start",
]
ALONG = ["allot", "ship", "stock_in", "reserve", "hand_over", "take_back"]
steps = st.tuples(st.sampled_from(STEPS + ALONG * 3), st.integers(0, 2), st.integers(0, 1))


@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.lists(steps, min_size=8, max_size=45))
def test_whatever_happens_places_needs_and_stays_balance(path: list[tuple[str, int, int]]) -> None:
    with from_nothing():
        shelf = Shelf(quotas={"laptop": 2, "desktop": 2})
        rows = [shelf.ready(), shelf.ready(), shelf.desktop()]
        needs = [shelf.need(), shelf.need()]
        shelf.convention, shelf.point, shelf.adviser  # noqa: B018
        for step, place, rank in path:
            with suppress(Refused, PermissionDenied, Unknown):
                act(shelf, step, fresh(rows[place]), Need.objects.get(pk=needs[rank].pk))
            check(rows)


def act(shelf: Shelf, step: str, device: Device, need: Need) -> None:  # noqa: C901, PLR0912
    adviser = shelf.adviser
    match step:
        case "allot":
            shelf.allotted(device)
        case "release_allotment":
            gate.apply(device, "release_allotment", actor=shelf.manager, reason="balance")
        case "ship":
            shelf.shipped(device)
        case "cancel_shipment":
            gate.apply(device, "cancel_shipment", actor=shelf.technician)
        case "stock_in":
            gate.apply(device, "stock_in", actor=adviser)
        case "send_back":
            gate.apply(device, "send_back", actor=adviser, reason="broken")
        case "lose":
            shelf.missing(device, actor=shelf.technician)
        case "find":
            point_stock.find_device(actor=adviser, device=device)
        case "find_returned":
            point_stock.find_returned_device(actor=adviser, device=device)
        case "receive":
            devices.receive_device(actor=shelf.technician, device=device, tag=device.tag)
        case "reserve":
            shelf.reserve(device, need)
        case "release":
            gate.apply(device, "release", actor=adviser)
        case "hand_over":
            shelf.hand_over(device)
        case "undo_hand_over":
            gate.apply(device, "undo_hand_over", actor=adviser, reason="entry")
        case "take_back":
            shelf.take_back(device)
        case "undo_take_back":
            gate.apply(device, "undo_take_back", actor=adviser, reason="entry")
        case "repair":
            shelf.repair(device)
        case "tell_repaired":
            gate.apply(device, "tell_repaired", actor=adviser)
        case "give_back":
            returns.give_back_device(actor=adviser, device=device)
        case "settle":
            returns.settle_return(actor=adviser, device=device, kind=SettlementKind.GIVEN_UP)
        case "exchange":
            earlier = Device.objects.main().filter(state="returned").exclude(pk=device.pk).first()
            if earlier is not None:
                hand_overs.prepare_exchange(actor=adviser, device=device, replaces=earlier)
                hand_overs.exchange_device(actor=adviser, device=device, proof=HandOverProof.ATTESTED)
        case "drop":
            drop_need(actor=adviser, need=need, reason="unreachable")
        case "withdraw":
            prescription = need.prescription
            withdraw_prescription(actor=prescription.worker, prescription=prescription, reason="moved_away")
        case "start":
            gate.apply(device, "start", actor=shelf.technician)


def check(rows: list[Device]) -> None:
    """What is always true, whatever was tried."""
    assert quotas_balance()
    assert all(0 <= quota.used <= quota.total for quota in Quota.objects.all())
    held = Device.objects.main().filter(state__in=HOLDS_A_NEED).values_list("need", flat=True)
    assert max(Counter(held).values(), default=0) <= 1
    for need in Need.objects.select_related("prescription"):
        serving = Device.objects.serving(need).first()
        entries = Counter(need.journal.values_list("verb", flat=True))
        assert entries["meet"] - entries["unmeet"] in (0, 1)
        if need.state == "in_progress":
            assert serving is not None
            assert serving.state == "reserved"
        if need.state in ("waiting", "unmet"):
            assert serving is None
        if need.prescription.state in ("withdrawn", "closed_unmet", "refused", "expired"):
            assert not Device.objects.filter(need=need, state="reserved").exists()
    for device in Device.objects.filter(pk__in=[row.pk for row in rows]):
        lived = Counter(DeviceEntry.objects.filter(object=device).values_list("verb", flat=True))
        begun = sum(lived[verb] for verb in ("register", "receive", "send_back", "take_back"))
        assert device.stay == begun - lived["undo_take_back"]
        assert device.quota is None or device.state not in ("ready", "received", "in_process")
        notes = HandOver.objects.current().filter(device=device)
        assert (device.state == "reserved") <= notes.exists()
        screen = Device.objects.filter(attached_to=device).first()
        if screen is not None and device.state in ("allotted", "shipped", "reserved", "handed_over"):
            assert screen.state in (device.state, "missing", "available", "returned", "shipped")


@pytest.mark.django_db
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tries=st.lists(
        st.tuples(
            st.sampled_from(sorted(gate.verbs_of(Device))),
            st.sampled_from(["adviser", "technician", "manager", "pilot", "stranger", "relay"]),
            st.fixed_dictionaries(
                {},
                optional={
                    "reason": st.sampled_from(["", "other", "fault", "entry", "broken", "nonsense"]),
                    "need": st.sampled_from(["ours", "none"]),
                    "convention": st.sampled_from(["ours", "none"]),
                    "quota": st.sampled_from(["ours", "none"]),
                    "price": st.sampled_from([Decimal(-1), Decimal(20), Decimal("0.005"), Decimal(900), "dix"]),
                    "co_funding": st.sampled_from([Decimal(0), Decimal(5), None]),
                    "proof": st.sampled_from(["", "attested", "drawn", "oral"]),
                    "warranty_until": st.dates(),
                    "tag": st.sampled_from(["", "T9"]),
                    "desktop": st.sampled_from(["none"]),
                },
            ),
            st.booleans(),
        ),
        max_size=25,
    )
)
def test_the_gate_answers_anything_with_a_move_or_a_sentence(tries: list[tuple[Any, ...]]) -> None:
    with from_nothing():
        shelf = Shelf()
        rows = [shelf.reserved(), shelf.available()]
        ours = {"need": shelf.need().pk, "convention": shelf.convention.pk, "quota": shelf.quota().pk}
        for rank, (verb, who, asked, as_a_set) in enumerate(tries):
            if gate.verbs_of(Device)[verb].creates:
                continue
            device, actor = fresh(rows[rank % 2]), getattr(shelf, who)
            values = {name: ours.get(name, value) if value == "ours" else value for name, value in asked.items()}
            values = {name: None if value == "none" else value for name, value in values.items()}
            with suppress(Refused, PermissionDenied, Unknown):
                if as_a_set:
                    gate.apply_many(Device.objects.filter(pk=device.pk), verb, actor=actor, per_row={device.pk: values})
                else:
                    gate.apply(device, verb, actor=actor, **values)
            check(rows)
