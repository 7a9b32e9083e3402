"""The gate: one row, sets, three answers, rules, journal, stamps, followers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import OutsideTheGate, Refused, Unknown
from lifecycle.models import ClosedPeriod, Comment
from lifecycle.registry import Move, on_transition, registry
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.lifecycle.parcels.models import Depot, Parcel, ParcelEntry, SealProof
from tests.network.factories import make_membership

type Announce = Callable[..., list[Parcel]]


def store(parcel: Parcel, actor: Membership, label: str = "R-1", weight: int = 10) -> Parcel:
    return gate.apply(parcel, "store", actor=actor, label=label, weight=weight)


def test_a_creation_writes_its_first_journal_row_and_a_reference(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    entry = parcel.journal.get()
    assert (parcel.state, parcel.seq, parcel.head) == ("announced", 1, entry.hash)
    assert (entry.seq, entry.verb, entry.source, entry.target) == (1, "announce", "", "announced")
    assert (entry.actor, entry.role, entry.organisation) == (keeper, "technician", keeper.organisation_id)
    assert parcel.reference.startswith("P-")
    assert entry.at == parcel.moved_at


def test_a_move_stamps_its_row_and_chains_its_journal(announce: Announce, keeper: Membership, depot: Depot) -> None:
    (parcel,) = announce()
    moved = store(parcel, keeper)
    first, second = moved.journal.order_by("seq")
    assert (moved.state, moved.label, moved.weight, moved.rounds) == ("stored", "R-1", 10, 1)
    assert (moved.stored_by, moved.stored_at) == (keeper, second.at)
    assert second.hash == second.expected_hash(first.hash) == moved.head
    assert second.values == {"weight": 10, "stamps": {"rounds": 1, "weight": 10}}
    depot.refresh_from_db()
    assert depot.used == 1


def test_everything_that_is_missing_is_said_at_once(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce(limit=5)
    with pytest.raises(Refused) as refusal:
        gate.apply(parcel, "store", actor=keeper, weight=10)
    assert [reason.code for reason in refusal.value.all] == ["weight", "label"]
    assert Parcel.objects.get().seq == 1


def test_a_value_that_is_missing_refuses_with_the_sentence_of_its_rule(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    with pytest.raises(Refused, match="Dites pourquoi"):
        gate.apply(parcel, "break_", actor=keeper)


def test_a_row_one_may_not_see_is_unknown(announce: Announce) -> None:
    (parcel,) = announce()
    stranger = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    with pytest.raises(Unknown):
        gate.apply(parcel, "break_", actor=stranger, reason="fell")


def test_a_role_that_never_does_the_verb_is_not_allowed(announce: Announce, pilot: Membership) -> None:
    (parcel,) = announce()
    with pytest.raises(PermissionDenied):
        store(parcel, pilot)


def test_what_exists_is_not_created_again(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    store(parcel, keeper)
    with pytest.raises(ValueError, match="création"):
        gate.apply(parcel, "announce", actor=keeper)
    assert Parcel.objects.get().state == "stored"


def test_a_verb_from_the_wrong_state_is_refused_with_both_names(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    with pytest.raises(Refused, match=r"« Remettre » n’est pas possible depuis l’état « Annoncé »"):
        gate.apply(parcel, "give", actor=keeper)


def test_a_transition_called_by_itself_raises(announce: Announce) -> None:
    (parcel,) = announce()
    with pytest.raises(OutsideTheGate):
        parcel.break_()


def test_a_set_is_partial_and_says_why_row_by_row(announce: Announce, keeper: Membership) -> None:
    parcels = [*announce(2), *announce(1, limit=1)]
    outcome = gate.apply_many(
        Parcel.objects.all(),
        "store",
        actor=keeper,
        weight=10,
        per_row={parcel.pk: {"label": f"R-{i}"} for i, parcel in enumerate(parcels)},
    )
    assert outcome.moved == [parcels[0].pk, parcels[1].pk]
    assert [reason.code for reason in outcome.refused[parcels[2].pk]] == ["weight"]
    assert set(Parcel.objects.values_list("label", flat=True)) == {"R-0", "R-1", ""}


def test_two_rows_of_a_set_cannot_take_the_same_value(announce: Announce, keeper: Membership) -> None:
    announce(2)
    outcome = gate.apply_many(Parcel.objects.all(), "store", actor=keeper, weight=1, label="R-1")
    assert not outcome.moved
    assert {reason.code for reasons in outcome.refused.values() for reason in reasons} == {"label"}


def test_a_rule_on_values_is_said_beside_the_others(announce: Announce, keeper: Membership) -> None:
    first, second = *announce(), *announce(limit=1)
    store(first, keeper, "R-1")
    with pytest.raises(Refused) as refusal:
        store(second, keeper, "R-1")
    assert [reason.code for reason in refusal.value.all] == ["weight", "label"]


def test_a_rule_on_the_set_s_values_never_judges_blindly_a_value_given_row_by_row(
    announce: Announce, keeper: Membership
) -> None:
    (parcel,) = announce(limit=1)
    with pytest.raises(TypeError, match="ligne par ligne"):
        gate.apply_many(
            Parcel.objects.all(), "store", actor=keeper, per_row={parcel.pk: {"label": "R-1", "weight": 10}}
        )


def test_the_surplus_of_a_capacity_is_refused_by_rank(announce: Announce, keeper: Membership, depot: Depot) -> None:
    Depot.objects.update(total=2)
    parcels = announce(3)
    outcome = gate.apply_many(
        Parcel.objects.all(),
        "store",
        actor=keeper,
        weight=1,
        per_row={parcel.pk: {"label": f"R-{parcel.pk}"} for parcel in parcels},
    )
    assert outcome.moved == [parcels[0].pk, parcels[1].pk]
    assert [reason.code for reason in outcome.refused[parcels[2].pk]] == ["shelf"]
    depot.refresh_from_db()
    assert depot.used == 2


def test_a_place_given_back_can_be_taken_again(announce: Announce, keeper: Membership, depot: Depot) -> None:
    Depot.objects.update(total=1)
    first, second = announce(2)
    first = store(first, keeper)
    with pytest.raises(Refused, match="plein"):
        store(second, keeper, "R-2")
    SealProof.objects.create(parcel=first)
    gate.apply(first, "give", actor=keeper)
    assert store(second, keeper, "R-2").state == "stored"


def test_a_set_of_any_size_costs_the_same_statements(announce: Announce, keeper: Membership) -> None:
    def cost(count: int) -> int:
        parcels = announce(count)
        labels = {parcel.pk: {"label": f"R-{parcel.pk}"} for parcel in parcels}
        with CaptureQueriesContext(
            connection,
        ) as queries:
            gate.apply_many(Parcel.objects.filter(pk__in=labels), "store", actor=keeper, weight=1, per_row=labels)
        return len(queries)

    assert cost(3) == cost(60)


def test_a_creation_of_any_size_costs_the_same_statements(announce: Announce) -> None:
    costs = []
    for count in (2, 50):
        with CaptureQueriesContext(connection) as queries:
            announce(count)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_a_creation_refuses_the_rows_of_another_organisation(depot: Depot) -> None:
    stranger = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    with pytest.raises(PermissionDenied):
        gate.create(Parcel(depot=depot), "announce", actor=stranger)
    assert not Parcel.objects.exists()
    assert not ParcelEntry.objects.exists()


def test_a_reference_that_is_taken_is_drawn_again(announce: Announce, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = iter(["P-1", "P-1", "P-2", "P-2", "P-3"])
    monkeypatch.setattr(gate, "new_reference", lambda prefix: next(draws))
    announce(1)
    announce(2)
    assert set(Parcel.objects.values_list("reference", flat=True)) == {"P-1", "P-2", "P-3"}


def test_a_same_state_verb_takes_a_journal_row_and_its_dimensions_after_the_move(
    announce: Announce, pilot: Membership
) -> None:
    (parcel,) = announce()
    moved = gate.apply(parcel, "reclassify", actor=pilot, reason="typo", size="large")
    entry = moved.journal.get(seq=2)
    assert (entry.source, entry.target, entry.size) == ("announced", "announced", "large")
    assert moved.journal.get(seq=1).size == "small"


def test_a_comment_is_kept_apart_and_its_erasure_leaves_the_chain_whole(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    moved = gate.apply(parcel, "break_", actor=keeper, reason="fell", comment="M. Untel l’a fait tomber")
    entry = moved.journal.get(seq=2)
    Comment.objects.filter(digest=entry.comment_digest).update(text="", salt="")
    assert entry.expected_hash(moved.journal.get(seq=1).hash) == entry.hash
    assert "Untel" not in str(entry.values)


def test_a_free_text_never_enters_the_journal(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    with pytest.raises(ValueError, match="codes"):
        gate.apply(parcel, "break_", actor=keeper, reason="M. Untel l’a fait tomber")


def test_the_preview_answers_without_moving(announce: Announce, keeper: Membership) -> None:
    good, heavy = *announce(1), *announce(1, limit=1)
    outcome = gate.preview(Parcel.objects.all(), "store", actor=keeper, weight=10)
    assert outcome.moved == [good.pk]
    assert [reason.code for reason in outcome.refused[heavy.pk]] == ["weight"]
    assert ParcelEntry.objects.count() == 2


def test_actions_are_those_of_the_role_and_a_greyed_one_says_why(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    parcel = store(parcel, keeper)
    with CaptureQueriesContext(connection) as queries:
        actions = {action.verb: action for action in gate.actions_for(parcel, keeper)}
    assert len(queries) == 1
    assert set(actions) == {"give", "break_"}
    assert not actions["give"].allowed
    assert [reason.sentence for reason in actions["give"].reasons] == ["Le scellé n’a pas été relevé."]
    assert actions["break_"].allowed


def test_a_full_counter_greys_the_action(announce: Announce, keeper: Membership) -> None:
    Depot.objects.update(total=0)
    (parcel,) = announce()
    (action,) = [action for action in gate.actions_for(parcel, keeper) if action.verb == "store"]
    assert [reason.code for reason in action.reasons] == ["shelf"]


def test_a_follower_moves_in_the_same_transaction_with_the_cause(announce: Announce, keeper: Membership) -> None:
    followed, other = announce(2)
    followed = store(followed, keeper)
    SealProof.objects.create(parcel=followed)

    def break_the_other(move: Move) -> None:
        gate.apply_many(
            Parcel.objects.filter(pk=other.pk),
            "break_",
            actor=move.actor,
            at=move.at,
            cause=move,
            reason="chain",
        )

    on_transition("parcel", "give", break_the_other)
    try:
        given = gate.apply(followed, "give", actor=keeper)
    finally:
        registry.followers.pop(("parcel", "give"))
    broken = Parcel.objects.get(pk=other.pk).journal.get(seq=2)
    assert (broken.cause_machine, broken.cause_entry) == ("parcel", given.journal.get(seq=3).pk)
    assert broken.at == given.moved_at


def test_a_follower_that_fails_undoes_everything(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()

    def fail(move: Move) -> None:
        raise RuntimeError(move.name)

    on_transition("parcel", "break_", fail)
    try:
        with pytest.raises(RuntimeError, match=r"parcel\.break_"):
            gate.apply(parcel, "break_", actor=keeper, reason="fell")
    finally:
        registry.followers.pop(("parcel", "break_"))
    assert Parcel.objects.get().state == "announced"
    assert ParcelEntry.objects.count() == 1


def test_an_instant_before_the_last_move_is_an_error(announce: Announce, keeper: Membership) -> None:
    (parcel,) = announce()
    with pytest.raises(ValueError, match="précéderait"):
        gate.apply(parcel, "break_", actor=keeper, reason="fell", at=parcel.moved_at - timedelta(days=1))


def test_nothing_is_written_inside_a_closed_period(keeper: Membership, depot: Depot) -> None:
    now = timezone.now()
    ClosedPeriod.objects.create(starts_at=now - timedelta(days=40), ends_at=now - timedelta(days=10), closed_at=now)
    with pytest.raises(Refused, match="clos"):
        gate.create(Parcel(depot=depot), "announce", actor=keeper, at=now - timedelta(days=20))
    gate.create(Parcel(depot=depot), "announce", actor=keeper, at=now - timedelta(days=10))


def test_the_system_does_the_verbs_of_the_clock_and_no_other(announce: Announce) -> None:
    (parcel,) = announce(expires_at=timezone.now())
    with pytest.raises(PermissionDenied):
        gate.apply(parcel, "break_", actor=SYSTEM, reason="fell")
    expired = gate.apply(parcel, "expire", actor=SYSTEM)
    entry = expired.journal.get(seq=2)
    assert (entry.actor, entry.role, entry.due_at) == (None, "system", parcel.expires_at)
