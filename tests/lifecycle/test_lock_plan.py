"""Rows a verb leans on: given to it or at the end of a path of links; counters that are given; causes of a set."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from lifecycle import gate, lock_plan, locking
from lifecycle.exceptions import Refused, Unknown
from lifecycle.registry import Move, on_transition, registry
from network.enums import OrganisationKind, Role
from network.models import Membership, Organisation
from tests.lifecycle.parcels.models import Depot, Parcel, SealProof
from tests.network.factories import make_membership

type Announce = Callable[..., list[Parcel]]


@pytest.fixture
def elsewhere(pilot: Membership) -> Depot:
    return Depot.objects.create(organisation=pilot.organisation, total=1)


@pytest.fixture
def stored(announce: Announce, keeper: Membership) -> list[Parcel]:
    parcels = announce(3)
    labels = {parcel.pk: {"label": f"R-{rank}"} for rank, parcel in enumerate(parcels)}
    gate.apply_many(Parcel.objects.all(), "store", actor=keeper, weight=1, per_row=labels)
    return list(Parcel.objects.order_by("pk"))


def used() -> list[int]:
    return list(Depot.objects.order_by("pk").values_list("used", flat=True))


def test_a_given_row_and_what_is_behind_it_are_locked_before_the_row(
    stored: list[Parcel], pilot: Membership, elsewhere: Depot
) -> None:
    taken = []

    def spy(model: type, pks: list[int], strength: str) -> Any:
        taken.append((model, sorted(pks), strength))
        return real(model, pks, strength)

    real = locking._lock
    with patch.object(locking, "_lock", spy):
        gate.apply(stored[0], "carry", actor=pilot, to=elsewhere)

    first = sorted({stored[0].depot.organisation_id, elsewhere.organisation_id})
    assert taken[0] == (Organisation, first, "FOR NO KEY UPDATE")
    assert taken[1] == (Depot, sorted({stored[0].depot_id, elsewhere.pk}), "FOR NO KEY UPDATE")
    assert taken[2][:2] == (Parcel, [stored[0].pk])


def test_a_given_counter_takes_the_place_and_the_linked_one_gives_it_back(
    stored: list[Parcel], pilot: Membership, elsewhere: Depot
) -> None:
    assert used() == [3, 0]
    moved = gate.apply(stored[0], "carry", actor=pilot, to=elsewhere)
    assert moved.depot == elsewhere
    assert used() == [2, 1]


def test_the_surplus_of_a_given_counter_is_refused_by_rank(
    stored: list[Parcel], pilot: Membership, elsewhere: Depot
) -> None:
    outcome = gate.apply_many(
        Parcel.objects.all(), "carry", actor=pilot, per_row={parcel.pk: {"to": elsewhere.pk} for parcel in stored}
    )
    assert outcome.moved == [stored[0].pk]
    assert {reason.code for reasons in outcome.refused.values() for reason in reasons} == {"shelf_there"}
    assert used() == [2, 1]


def test_the_counter_of_each_row_may_be_another(stored: list[Parcel], pilot: Membership, elsewhere: Depot) -> None:
    third = Depot.objects.create(organisation=elsewhere.organisation, total=1)
    homes = {stored[0].pk: {"to": third.pk}, stored[1].pk: {"to": elsewhere.pk}}
    outcome = gate.apply_many(Parcel.objects.filter(pk__in=homes), "carry", actor=pilot, per_row=homes)
    assert sorted(outcome.moved) == sorted(homes)
    assert used() == [1, 1, 1]


def test_the_preview_counts_the_given_places_too(stored: list[Parcel], pilot: Membership, elsewhere: Depot) -> None:
    outcome = gate.preview(Parcel.objects.all(), "carry", actor=pilot, to=elsewhere)
    assert (len(outcome.moved), len(outcome.refused)) == (1, 2)
    (action,) = [action for action in gate.actions_for(stored[0], pilot) if action.verb == "carry"]
    assert action.allowed


def test_a_given_row_whose_links_change_before_its_lock_is_read_again(
    stored: list[Parcel], pilot: Membership, elsewhere: Depot
) -> None:
    other = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER).organisation
    asked = []

    def moving(*args: object) -> list[lock_plan.Group]:
        asked.append(args)
        found = leaning_given(*args)
        if len(asked) == 1:
            Depot.objects.filter(pk=elsewhere.pk).update(organisation=other)
        return found

    leaning_given = lock_plan.given
    with patch.object(gate, "given", moving):
        gate.apply(stored[0], "carry", actor=pilot, to=elsewhere)
    assert len(asked) == 4


def test_the_cause_of_a_set_is_found_by_the_link_of_a_row_to_another_of_its_kind(
    stored: list[Parcel], keeper: Membership
) -> None:
    box, other, content = stored
    Parcel.objects.filter(pk=content.pk).update(inside=other)
    SealProof.objects.bulk_create([SealProof(parcel=box), SealProof(parcel=other)])

    def break_contents(move: Move) -> None:
        inside = Parcel.objects.filter(inside__in=move.pks)
        gate.apply_many(inside, "break_", actor=move.actor, at=move.at, cause=move, reason="inside")

    on_transition("parcel", "give", break_contents)
    try:
        gate.apply_many(Parcel.objects.filter(pk__in=[box.pk, other.pk]), "give", actor=keeper)
    finally:
        registry.followers.pop(("parcel", "give"))

    entry = content.journal.get(verb="break_")
    assert (entry.cause_machine, entry.cause_entry) == ("parcel", other.journal.get(verb="give").pk)


def test_a_place_that_is_not_there_refuses_with_its_sentence(
    stored: list[Parcel], pilot: Membership, elsewhere: Depot
) -> None:
    gate.apply(stored[0], "carry", actor=pilot, to=elsewhere)
    with pytest.raises(Refused, match=r"Le dépôt d’arrivée est plein\."):
        gate.apply(stored[1], "carry", actor=pilot, to=elsewhere)


# --- who sees a row is read again once it is locked


@contextmanager
def hidden_meanwhile(depot: Depot, organisation: Organisation) -> Iterator[None]:
    """Between the reading of a set and its locks, the depot goes to another organisation."""

    def late(groups: Any) -> Any:
        Depot.objects.filter(pk=depot.pk).update(organisation=organisation)
        return locking.lock_in_order(groups)

    with patch.object(gate, "lock_in_order", late):
        yield


def test_a_row_that_was_hidden_meanwhile_is_unknown(
    announce: Announce, keeper: Membership, depot: Depot, elsewhere: Depot
) -> None:
    (parcel,) = announce()
    with hidden_meanwhile(depot, elsewhere.organisation), pytest.raises(Unknown):
        gate.apply(parcel, "store", actor=keeper, weight=1, label="R")


def test_rows_that_were_hidden_meanwhile_are_not_in_the_set(
    announce: Announce, keeper: Membership, depot: Depot, elsewhere: Depot
) -> None:
    mine = Depot.objects.create(organisation=keeper.organisation, total=5)
    announce()
    (kept,) = announce(depot=mine)
    with hidden_meanwhile(depot, elsewhere.organisation):
        outcome = gate.apply_many(
            Parcel.objects.all(), "store", actor=keeper, weight=1, per_row={kept.pk: {"label": "R"}}
        )
    assert (outcome.moved, outcome.refused) == ([kept.pk], {})


def test_a_set_that_leans_on_nothing_and_was_hidden_meanwhile_does_not_move(
    announce: Announce, keeper: Membership, depot: Depot, elsewhere: Depot
) -> None:
    announce(2)
    with hidden_meanwhile(depot, elsewhere.organisation):
        outcome = gate.apply_many(Parcel.objects.all(), "break_", actor=keeper, reason="fell")
    assert outcome.moved == []
    assert {reason.code for reasons in outcome.refused.values() for reason in reasons} == {"not_allowed"}
