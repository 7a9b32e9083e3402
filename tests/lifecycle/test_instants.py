"""The instant of a move: the past may be told, what has not come may not, unless a history says that it is one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.chains import verify_journal
from lifecycle.clock import run_clock
from lifecycle.faults import Fault
from lifecycle.instants import telling_history
from lifecycle.registry import Move, on_transition, registry
from network.models import Membership
from tests.faults import AHEAD
from tests.lifecycle.parcels.models import Depot, Parcel

type Announce = Callable[..., list[Parcel]]

SOON = timedelta(minutes=1)


def reclassify(parcel: Parcel, pilot: Actor, **given: Any) -> Parcel:
    return gate.apply(parcel, "reclassify", actor=pilot, reason="mistake", size="large", **given)


def test_a_move_ahead_of_the_clock_of_the_database_is_refused(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    with pytest.raises(ValueError, match="devancerait l’horloge"):
        gate.apply(parcel, "break_", actor=keeper, reason="fell", at=timezone.now() + SOON)
    parcel = Parcel.objects.get()
    assert (parcel.seq, parcel.journal.count()) == (1, 1)


def test_a_creation_ahead_of_the_clock_is_refused(depot: Depot, keeper: Membership) -> None:
    with pytest.raises(ValueError, match="devancerait l’horloge"):
        gate.create(Parcel(depot=depot), "announce", actor=keeper, at=timezone.now() + SOON)
    assert not Parcel.objects.exists()


def test_the_clock_itself_does_not_run_ahead(announce: Announce) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    announce(expires_at=tomorrow)
    with pytest.raises(ExceptionGroup) as failed:
        run_clock(at=tomorrow)
    assert [str(error)[:13] for error in failed.value.exceptions] == ["un mouvement "]
    with pytest.raises(CommandError, match="devancerait l’horloge"):
        call_command("run_clock", at=tomorrow)
    assert Parcel.objects.get().state == "announced"


def test_whoever_tells_a_history_says_so_and_no_longer_than_that(announce: Announce, pilot: Membership) -> None:
    (parcel,) = announce()
    to_come = timezone.now() + SOON
    with telling_history():
        assert reclassify(parcel, pilot, at=to_come).moved_at == to_come
    with pytest.raises(ValueError, match="devancerait l’horloge"):
        reclassify(parcel, pilot, at=to_come + SOON)


def test_a_history_told_up_to_a_day_goes_no_further_and_verifies_no_further(
    announce: Announce, pilot: Membership
) -> None:
    (parcel,) = announce()
    last_day = timezone.now() + SOON
    with telling_history(until=last_day):
        with pytest.raises(ValueError, match="devancerait l’horloge"):
            reclassify(parcel, pilot, at=last_day + SOON)
        reclassify(parcel, pilot, at=last_day)
        assert faults_of_parcels() == []
    with telling_history(until=last_day - SOON / 2):
        assert faults_of_parcels() == [AHEAD]
    assert faults_of_parcels() == [AHEAD]


def faults_of_parcels() -> list[str]:
    found: list[Fault] = []
    verify_journal(Parcel, found.append)
    return [fault.sentence for fault in found]


def test_what_follows_a_move_happens_at_its_instant(announce: Announce, pilot: Membership) -> None:
    """A move is never before the last one of its object; what follows it takes its instant, whatever the clock says."""
    first, second = announce(2)

    def reclassify_the_other(move: Move) -> None:
        if move.cause is None:
            reclassify(second, move.actor, at=move.at, cause=move)

    with telling_history():
        ahead = reclassify(first, pilot, at=timezone.now() + SOON).moved_at
    on_transition("parcel", "reclassify", reclassify_the_other)
    try:
        assert reclassify(first, pilot).moved_at == ahead
    finally:
        registry.followers.pop(("parcel", "reclassify"))
    assert Parcel.objects.get(pk=second.pk).moved_at == ahead
