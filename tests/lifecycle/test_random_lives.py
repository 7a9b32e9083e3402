"""hypothesis drives the tests' own machine at random: journal, heads, columns and counters always agree."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import Refused, Unknown
from lifecycle.journal import state_as_of
from lifecycle.machine import verbs_of
from network.enums import OrganisationKind, Role
from tests.lifecycle.parcels.models import Depot, Parcel, ParcelEntry, SealProof
from tests.network.factories import make_membership

BIRTH = datetime(2026, 1, 1, 8, tzinfo=UTC)
VERBS = ["store", "give", "break_", "reclassify", "expire"]

steps = st.lists(
    st.tuples(
        st.sampled_from(VERBS),
        st.integers(0, 3),
        st.sampled_from(["keeper", "pilot", "system"]),
        st.integers(0, 60),
        st.sets(st.sampled_from(["label", "weight", "reason", "size", "sealed"])),
    ),
    max_size=25,
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_whatever_is_tried_the_journal_the_heads_the_columns_and_the_counters_agree(
    steps: list[tuple[str, int, str, int, set[str]]],
) -> None:
    keeper = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    actors = {"keeper": keeper, "pilot": make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT), "system": SYSTEM}
    depot = Depot.objects.create(organisation=keeper.organisation, total=2)
    rows = [Parcel(depot=depot, expires_at=BIRTH + timedelta(minutes=300)) for _ in range(4)]
    parcels = gate.create_many(Parcel, "announce", rows, actor=keeper, at=BIRTH)
    now, remembered = BIRTH, {}
    for verb, place, name, minutes, given_names in steps:
        now += timedelta(minutes=minutes)
        remembered[now] = state_as_of(Parcel, now)
        attempt(parcels[place], verb, actors[name], now, given_names)
    check_parcels([parcel.pk for parcel in parcels], depot)
    ours = {parcel.pk for parcel in parcels}
    for instant, states in remembered.items():
        again = state_as_of(Parcel, instant)
        assert {pk: state for pk, state in again.items() if pk in ours} == {
            pk: state for pk, state in states.items() if pk in ours
        }


def attempt(parcel: Parcel, verb: str, actor: Any, at: datetime, given_names: set[str]) -> None:
    """Try one verb; the only answers are a move, a refusal, a 403 or a 404."""
    values: dict[str, Any] = {"label": f"R-{parcel.pk}", "weight": 3, "reason": "fell", "size": "large"}
    if "sealed" in given_names:
        SealProof.objects.create(parcel=parcel)
    with suppress(Refused, PermissionDenied, Unknown):
        gate.apply(parcel, verb, actor=actor, at=at, **{n: v for n, v in values.items() if n in given_names})


def check_parcels(pks: list[int], depot: Depot) -> None:
    """Everything that must hold whatever happened."""
    verbs = verbs_of(Parcel)
    for parcel in Parcel.objects.filter(pk__in=pks):
        previous, state, at = "", "", BIRTH
        entries = list(ParcelEntry.objects.filter(object=parcel).order_by("seq"))
        for place, entry in enumerate(entries, start=1):
            assert entry.seq == place
            assert entry.source == state
            assert state in verbs[entry.verb].sources
            assert entry.target == verbs[entry.verb].target_from(state)
            assert entry.hash == entry.expected_hash(previous)
            assert entry.at >= at
            previous, state, at = entry.hash, entry.target, entry.at
        assert (parcel.state, parcel.head, parcel.seq, parcel.moved_at) == (state, previous, len(entries), at)
        assert entries[-1].size == parcel.size
    depot.refresh_from_db()
    taken = ParcelEntry.objects.filter(object_id__in=pks, verb="store").count()
    given_back = ParcelEntry.objects.filter(object_id__in=pks, verb="give").count()
    assert depot.used == taken - given_back <= depot.total
