"""Devices driven at random through the gate: a month balances, agrees with a plain replay, and stays once frozen."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle.exceptions import Refused, Unknown
from network.models import Epci
from refurb.enums import DeviceType
from refurb.models import Device, DeviceEntry
from reports.enums import OF_A_CONVENTION
from reports.figures import Bucket, Standing, bucket_of, reckon
from reports.models import Report
from reports.months import bounds, month_of
from reports.services import compute_report, differences, freeze_report, verify_report
from tests.donations.scene import laptops, screens
from tests.network.factories import make_epci
from tests.reports.stories import NOVEMBER, OCTOBER, Story, buckets, paris

SEPTEMBER, DECEMBER = date(2025, 9, 1), date(2025, 12, 1)
AFTER = paris(12, 31)
VERBS = [
    "receive",
    "start",
    "await_part",
    "resume",
    "reject",
    "undo_reject",
    "lose",
    "ready",
    "reopen",
    "retype",
    "move_to",
]

moves = st.lists(
    st.tuples(
        st.sampled_from(VERBS),
        st.integers(0, 6),
        st.sampled_from(DeviceType),
        st.integers(0, 2),
        # minutes: close calls around midnight, or days
        st.one_of(st.integers(0, 120), st.integers(0, 6 * 24 * 60)),
    ),
    max_size=30,
)


@dataclass(frozen=True)
class Move:
    """Something one tries on a device; of type and EPCI, reclassify alone takes one."""

    verb: str
    type: DeviceType
    epci: Epci | None

    def attempt(self, story: Story, device: Device, at: datetime) -> None:
        """What the rules refuse is left alone."""
        given: dict[str, tuple[Any, ...]] = {"retype": (self.type,), "move_to": (self.epci,)}
        with suppress(Refused, Unknown, ValueError, IntegrityError), transaction.atomic():  # a proof in a closed month
            getattr(story, self.verb)(device, *given.get(self.verb, ()), at)


UNDONE = {"undo_reject": "reject", "reopen": "recondition"}
NO_ACTS = {*UNDONE, "reclassify"}


def place_of(entry: DeviceEntry, sirens: dict[int, str]) -> Bucket:
    return bucket_of(
        Standing(entry.target, entry.type, entry.donor_kind, entry.origin_epci_id, entry.convention_epci_id), sirens
    )


def acts_of(life: list[DeviceEntry], places: list[tuple[str, str]], month: date) -> set[int]:
    """The ranks of the rows of ``month`` that count: last of their verb, not undone in it, not redone."""
    undone: dict[int, int] = {}
    for rank, entry in enumerate(life):
        if entry.verb in UNDONE:
            former = [one for one in range(rank) if life[one].verb == UNDONE[entry.verb] and one not in undone]
            undone[max(former)] = rank
    redone: set[int] = set()
    for rank in range(len(life)):
        owed = [
            one
            for one, by in undone.items()
            if by < rank
            and (life[one].verb, places[one]) == (life[rank].verb, places[rank])
            and (one in redone or month_of(life[one].at) != month_of(life[by].at))
        ]
        paid = [one for one in redone if (life[one].verb, places[one]) == (life[rank].verb, places[rank])]
        if len(owed) > len(paid):
            redone.add(rank)
    last: dict[str, int] = {}
    for rank, entry in enumerate(life):
        gone = rank in undone and month_of(life[undone[rank]].at) == month
        if month_of(entry.at) == month and entry.verb not in NO_ACTS and not gone and rank not in redone:
            last[entry.verb] = rank
    return set(last.values())


def replay(month: date) -> dict[tuple[str, ...], list[int]]:
    """The figures of a month, row after row, without a word of SQL."""
    start, end = bounds(month)
    sirens = dict(Epci.objects.values_list("pk", "siren"))
    names = ("opening", "entered", "left", "closing", "other")
    counted: dict[str, Counter[Bucket]] = {name: Counter() for name in names}
    lives: dict[int, list[DeviceEntry]] = {}
    for entry in DeviceEntry.objects.filter(at__lt=end).order_by("object_id", "seq"):
        lives.setdefault(entry.object_id, []).append(entry)
    for life in lives.values():
        places = [place_of(entry, sirens) for entry in life]
        owed = [
            (place.stage, place.territory if entry.target in OF_A_CONVENTION else "")
            for entry, place in zip(life, places, strict=True)
        ]
        acts, before = acts_of(life, owed, month), None
        for rank, (entry, here) in enumerate(zip(life, places, strict=True)):
            if entry.at < start:
                counted["opening"].update([here])
                counted["opening"].subtract([before] if before else [])
            elif here != before and rank in acts:
                counted["entered"][here] += 1
                counted["left"].update([before] if before else [])
            elif here != before:
                counted["other"][here] += 1
                counted["other"].subtract([before] if before else [])
            before = here
        counted["closing"].update([before] if before else [])
    found = {}
    for bucket in set().union(*counted.values()):
        figures = [counted[name][bucket] for name in names]
        if any(figures):
            found[tuple(bucket)] = figures
    return found


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(before=moves, after=moves)
def test_every_month_balances_and_a_frozen_one_never_changes(before: Any, after: Any) -> None:
    with transaction.atomic():
        live_through(before, after)
        transaction.set_rollback(True)


def live_through(before: Any, after: Any) -> None:
    story = Story()
    devices = story.lot(paris(9, 25), laptops(2), screens(2))
    devices += [story.register(paris(9, 26), type_) for type_ in (DeviceType.SCREEN, DeviceType.TABLET)]
    devices.append(story.register(paris(10, 31, 23, 59, 59), DeviceType.SCREEN))
    epcis = [None, story.epci, make_epci()]
    now = paris(9, 30, 22)
    for verb, place, type_, epci, minutes in before:
        now = min(now + timedelta(minutes=minutes), paris(11, 30, 23))
        Move(verb, type_, epcis[epci]).attempt(story, devices[place], now)
    reports = {month: compute_report(actor=story.pilot, month=month, at=AFTER) for month in (SEPTEMBER, OCTOBER)}
    for month, report in reports.items():
        assert buckets(report) == replay(month)
        for opening, entered, left, closing, other in buckets(report).values():
            assert opening + entered - left + other == closing
    frozen = freeze_report(actor=story.pilot, report=reports[OCTOBER], at=AFTER)
    now = paris(11, 1, 0, 0)
    for verb, place, type_, epci, minutes in after:
        now = min(now + timedelta(minutes=minutes), paris(12, 30))
        move = Move(verb, type_, epcis[epci])
        move.attempt(story, devices[place], now)
        move.attempt(story, devices[place], now - timedelta(days=20))
    again = Report.objects.get(pk=frozen.pk)
    assert again.figures == frozen.figures
    assert verify_report(again)
    assert buckets(again) == replay(OCTOBER)
    november = compute_report(actor=story.pilot, month=NOVEMBER, at=AFTER)
    assert buckets(november) == replay(NOVEMBER)
    assert differences(november) == []


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31)))  # noqa: DTZ001
def test_every_instant_falls_in_one_month(naive: datetime) -> None:
    instant = naive.replace(tzinfo=UTC)
    start, end = bounds(month_of(instant))
    assert start <= instant < end
    assert month_of(end) != month_of(start)
    assert month_of(end - timedelta(microseconds=1)) == month_of(instant)


@pytest.mark.django_db
def test_the_replay_itself_counts(db: None) -> None:
    story = Story()
    story.start(story.register(paris(10, 1)), paris(10, 2))
    assert replay(OCTOBER) == {
        ("received", "unknown", "laptop", "unknown"): [0, 1, 1, 0, 0],
        ("in_process", "unknown", "laptop", "unknown"): [0, 1, 0, 1, 0],
    }
    assert reckon(DECEMBER, AFTER).figures["buckets"] == [["in_process", "unknown", "laptop", "unknown", 1, 0, 0, 1, 0]]
