"""hypothesis leads devices through random lives: whatever is tried, the only answers are a move or a sentence."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from donations import units
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from refurb.enums import EXPECTED, DeviceType, ErasureVerification
from refurb.models import Device, DeviceEntry
from refurb.services.stock import RecoveredPart
from tests.refurb.devices import Bench, load_numbers
from tests.remembered import from_nothing

VERBS = [name for name, declared in gate.verbs_of(Device).items() if not declared.creates]
EVIDENCE = ["drive", "erase", "erase badly", "no storage", "test", "grade"]
WORK = ["start", "recondition", "report_missing", "receive", "reject", "reopen"]

values = st.fixed_dictionaries(
    {},
    optional={
        "tag": st.sampled_from(["", " ", "T1", "T2", "T3"]),
        "reason": st.sampled_from(
            ["", "other", "stocktake", "kept", "leased", "broken", "grade", "entry", "audit", "nonsense"]
        ),
        "part_wanted": st.sampled_from(["", "Dalle"]),
        "price": st.sampled_from([None, Decimal(-1), Decimal(25), Decimal(5000)]),
        "price_ceiling": st.sampled_from([None, Decimal(180), Decimal(150)]),
        "bsd_number": st.sampled_from(["", "BSD-1", "à voir"]),
        "destruction_awaited": st.booleans(),
        "recipient": st.sampled_from(["", "Les Amis"]),
        "type": st.sampled_from([*DeviceType, "toaster"]),
        "origin_epci": st.none(),
        "recycler": st.just("recycler"),
        "parts": st.just((RecoveredPart("memory"),)),
    },
)
moves = st.tuples(
    st.sampled_from(VERBS + WORK * 2),
    st.integers(0, 2),
    st.sampled_from(["technician", "manager", "pilot", "stranger"]),
    values,
    st.booleans(),
)
findings = st.tuples(st.sampled_from(EVIDENCE), st.integers(0, 2))


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(moves | findings, max_size=30))
def test_whatever_is_tried_a_device_stays_explained_and_proven(steps: list[tuple[Any, ...]]) -> None:
    with from_nothing():
        load_numbers()
        bench = Bench()
        types = (DeviceType.LAPTOP, DeviceType.SMARTPHONE, DeviceType.SCREEN)
        rows = [bench.received(type_, tag=f"T{rank}") for rank, type_ in enumerate(types)]
        for step in steps:
            if len(step) == 2:
                find(bench, *step, rows)
            else:
                attempt(bench, step, rows)
        for device in Device.objects.filter(pk__in=[row.pk for row in rows]):
            check(device)


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prepared=st.lists(st.sampled_from(EVIDENCE), unique=True), moves=st.lists(moves, max_size=12))
def test_a_device_on_its_way_to_stock_is_never_there_unproven(prepared: list[str], moves: list[Any]) -> None:
    with from_nothing():
        load_numbers()
        bench = Bench()
        rows = [bench.in_process(), bench.received(), bench.received()]
        for what in prepared:
            find(bench, what, 0, rows)
        with suppress(Refused):
            bench.recondition(rows[0])
        for move in moves:
            attempt(bench, move, rows)
        for device in Device.objects.filter(pk__in=[row.pk for row in rows]):
            check(device)


def find(bench: Bench, what: str, place: int, rows: list[Device]) -> None:
    """Record evidence, if it may be."""
    device = Device.objects.get(pk=rows[place].pk)
    drive = device.drives.filter(stay=device.stay).order_by("pk").last()
    with suppress(Refused):
        match what:
            case "drive":
                bench.drive(device)
            case "erase" if drive is not None:
                bench.erase(drive)
            case "erase badly" if drive is not None:
                bench.erase(drive, verification=ErasureVerification.NONE)
            case "no storage":
                bench.no_storage(device)
            case "test":
                bench.test(device)
            case "grade":
                bench.grade(device)


def attempt(bench: Bench, move: tuple[Any, ...], rows: list[Device]) -> None:
    """Try one verb, alone or as a set with values per row. An IntegrityError without a sentence would get out."""
    verb, place, who, given, as_a_set = move
    given = {**given, "recycler": bench.recycler.pk} if "recycler" in given else given
    actor = getattr(bench, who)
    before = Device.objects.get(pk=rows[place].pk)
    proven = Device.objects.proven().filter(pk=before.pk).exists()
    with suppress(Refused, PermissionDenied, Unknown):
        if as_a_set:
            gate.apply_many(Device.objects.filter(pk=before.pk), verb, actor=actor, per_row={before.pk: dict(given)})
        else:
            gate.apply(before, verb, actor=actor, **given)
    after = Device.objects.get(pk=before.pk)
    if after.seq != before.seq and after.state in ("ready", "ceded", "dismantled"):
        assert proven or after.state == before.state
    if after.state == "recycled" and before.state == "unusable":
        assert proven or after.destruction_awaited


def check(device: Device) -> None:
    """State and journal agree, and the price of what has one is under its ceiling."""
    verbs, state = gate.verbs_of(Device), ""
    entries = list(DeviceEntry.objects.filter(object=device).order_by("seq"))
    for entry in entries:
        assert entry.source == state
        assert state in verbs[entry.verb].sources
        state = entry.target
    assert (device.state, device.seq, device.type) == (state, len(entries), entries[-1].type)
    if device.state in ("ready", "ceded"):
        assert device.price is not None
        assert device.price_ceiling is not None
        assert device.price <= device.price_ceiling
    stays = sum(entry.verb in ("register", "receive") for entry in entries)
    assert device.stay == stays
    own = Device.objects.filter(pk=device.pk)
    assert own.filter(**units.EXPECTED).exists() == (device.state in EXPECTED), "what a lot asks of it, by columns"
