"""What is asked of the engine and makes no sense is an error that says so; what is asked twice is done once."""

from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from lifecycle import checks, clock, gate, lock_plan, writing
from lifecycle.acting import invalidate
from lifecycle.actors import SYSTEM, Actor
from lifecycle.causes import cause_of
from lifecycle.exceptions import Refused
from lifecycle.forms import field_of
from lifecycle.journal import canonical
from lifecycle.locking import lock
from lifecycle.machine import SAME, Verb
from lifecycle.previews import missing_before
from lifecycle.registry import Move, Moved, forget, on_transition, panel, registry, verify
from lifecycle.requirements import as_expression
from lifecycle.writing import journal_value
from network.models import Membership
from refurb.models import Device
from tests.lifecycle.parcels.models import Depot, Parcel, ParcelEntry

type Announce = Callable[..., list[Parcel]]


class Typed(forms.Form):
    weight = forms.IntegerField()


# --- the gate


def test_a_row_is_not_created_by_a_verb_that_moves(keeper: Membership, depot: Depot) -> None:
    with pytest.raises(ValueError, match="n’est pas une création"):
        gate.create(Parcel(depot=depot), "store", actor=keeper, weight=1, label="R")
    assert not Parcel.objects.exists()


def test_a_link_that_moves_each_time_it_is_read_moves_nothing_and_says_so(
    announce: Announce, keeper: Membership, pilot: Membership, depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (parcel,) = announce()
    gate.apply(parcel, "store", actor=keeper, weight=1, label="R")
    elsewhere = [Depot.objects.create(organisation=one.organisation, total=9) for one in (keeper, pilot)]
    asked = []

    def moving(*args: Any) -> list[lock_plan.Group]:
        asked.append(args)
        Depot.objects.filter(pk=elsewhere[0].pk).update(organisation=elsewhere[len(asked) % 2].organisation)
        return given(*args)

    given = lock_plan.given
    monkeypatch.setattr(gate, "given", moving)
    with pytest.raises(Refused, match="recommencez dans un instant"):
        gate.apply(parcel, "carry", actor=pilot, to=elsewhere[0])
    assert len(asked) == 2 * gate.ATTEMPTS
    assert Parcel.objects.get().depot == depot


def test_a_move_that_the_database_did_not_do_leaves_no_journal(
    announce: Announce, keeper: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the walls down: they would have refused it before."""
    (parcel,) = announce()
    move = writing._move_sql
    nowhere = ("RETURNING o.id", "AND false RETURNING o.id")
    monkeypatch.setattr(writing, "_move_sql", lambda *told: move(*told).replace(*nowhere))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        with pytest.raises(RuntimeError, match="0 lignes déplacées sur 1"):
            gate.apply(parcel, "break_", actor=keeper, reason="fell")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    assert ParcelEntry.objects.count() == 1
    assert Parcel.objects.get().state == "announced"


def test_a_verb_that_asks_nothing_lacks_nothing(announce: Announce) -> None:
    (parcel,) = announce()
    assert missing_before(parcel, "announce") == ()
    assert [reason.code for reason in missing_before(parcel, "give")] == ["sealed"]


def test_a_path_of_links_that_stops_halfway_leads_nowhere() -> None:
    assert lock_plan.link_of(Parcel(), "inside__depot_id") is None
    assert lock_plan.link_of(Parcel(inside=Parcel(depot_id=7)), "inside__depot_id") == 7


def test_outside_a_service_rows_are_locked_in_any_order(announce: Announce, depot: Depot) -> None:
    (parcel,) = announce()
    with transaction.atomic():
        assert lock(Parcel, [parcel.pk, parcel.pk + 404], "FOR SHARE") == [parcel.pk]
        assert lock(Depot, [depot.pk], "FOR NO KEY UPDATE") == [depot.pk]


def test_whoever_may_by_two_permissions_may_where_either_says(announce: Announce) -> None:
    announce(1, size="small"), announce(1, size="large"), announce(1, size="huge")

    def may(size: str) -> Callable[[Actor], Q | None]:
        return lambda actor: Q(size=size)

    def never(actor: Actor) -> None:
        return None

    verb = Verb("Peser", source="announced", target=SAME, who=(may("small"), never, may("large")))
    scope = verb.scope(SYSTEM)
    assert scope is not None
    assert set(Parcel.objects.filter(scope).values_list("size", flat=True)) == {"small", "large"}


# --- causes


def caused_by(machine: str, *pks: int) -> Move:
    rows = [Moved(pk, "", "", 1000 + pk) for pk in pks]
    return Move(machine, "verb", SYSTEM, timezone.now(), None, {}, rows)


def test_a_row_that_is_born_follows_the_row_of_what_it_is_linked_to() -> None:
    born = [Device(pk=1, donation_id=8), Device(pk=2, donation_id=7), Device(pk=3, donation_id=404), Device(pk=4)]
    found = cause_of(Device, [], caused_by("donation", 7, 8), born)
    assert (found.machine, dict(found.entries)) == ("donation", {1: 1008, 2: 1007})


def test_a_set_that_no_link_leads_to_follows_nothing() -> None:
    with pytest.raises(TypeError, match="Parcel n’a pas un lien et un seul avec Device"):
        cause_of(Parcel, [], caused_by("device", 7, 8))


# --- the journal


def test_a_row_of_a_verb_that_is_no_more_is_told_by_its_name() -> None:
    assert ParcelEntry(verb="former").sentence() == "former"
    assert ParcelEntry(verb="store").sentence() == "Rangé"


def test_the_journal_holds_codes_whatever_they_are_in_and_nothing_else() -> None:
    assert journal_value({"drive": ["ssd", None], "rank": 2}) == {"drive": ["ssd", None], "rank": 2}
    for value in ("Tombé du quai", {"drive": "Tombé du quai"}, {"Tombé du quai": 1}, object()):
        with pytest.raises(ValueError, match="que des codes"):
            journal_value(value)
    with pytest.raises(TypeError, match="valeur impossible au journal\u00a0: object"):
        canonical({"drive": object()})


# --- rules and forms


@pytest.mark.parametrize("condition", [None, 3, "size"])
def test_a_condition_that_is_none_is_an_error(condition: Any) -> None:
    with pytest.raises(TypeError, match="une condition rend un Q"):
        as_expression(condition)


def test_a_field_is_asked_for_as_what_it_is() -> None:
    assert field_of(Typed(), "weight", forms.IntegerField).label is None
    with pytest.raises(TypeError, match="weight is a IntegerField, not a DateField"):
        field_of(Typed(), "weight", forms.DateField)


def test_what_is_invalid_is_told_beside_its_field_or_on_top() -> None:
    form = Typed({"weight": "3"})
    invalidate(form, ValidationError("Trop tard."))
    invalidate(form, ValidationError({"weight": "Trop lourd.", "size": "Trop grand."}))
    assert form.errors == {"__all__": ["Trop tard.", "Trop grand."], "weight": ["Trop lourd."]}


# --- registrations


def test_what_is_registered_twice_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "followers", {})
    monkeypatch.setattr(registry, "panels", {})
    monkeypatch.setattr(registry, "forgetters", [])
    monkeypatch.setattr(registry, "verifiers", [])

    def function(*args: Any) -> Any:
        raise NotImplementedError

    for _ in range(2):
        on_transition("parcel", "give", function)
        panel("parcels.Parcel", function)
        forget(function)
        verify(function)
    assert registry.followers == {("parcel", "give"): [function]}
    assert registry.panels == {"parcels.parcel": [function]}
    assert (registry.forgetters, registry.verifiers) == ([function], [function])


# --- what is verified before anything starts


def test_a_machine_without_a_journal_is_told() -> None:
    assert list(checks._journal(Parcel)) == []
    told = list(checks._journal(Depot))  # type: ignore[arg-type]  # it has no machine, and no journal
    assert [error.id for error in told] == ["lifecycle.E006"]


def test_without_a_verb_of_the_clock_nothing_is_done(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(clock, "machines", dict)
    assert clock.run_clock() == []
