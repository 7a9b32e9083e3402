"""hypothesis leads prescriptions and their needs through random lives: a closed prescription has no open need."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from lifecycle.registry import Move, Moved
from prescriptions.enums import ENDED_STATES, OPEN_NEED_STATES, DropReason, NeedState, PrescriptionState
from prescriptions.machine.served_by import LETS_GO, MEETS, STARTS, UNDOES
from prescriptions.models import Household, Need, Prescription, rank_of
from tests.prescriptions.files import PARIS, Circle, again
from tests.remembered import from_nothing

pytestmark = pytest.mark.usefixtures("days_to_come")

START = datetime(2026, 1, 5, 9, tzinfo=PARIS)
ACTORS = ["worker", "adviser", "pilot", "manager", "relay", "stranger"]
BY_HAND = [name for name, verb in gate.verbs_of(Prescription).items() if not verb.creates]
NEED_VERBS = [name for name, verb in gate.verbs_of(Need).items() if not verb.creates]
SERVED = {"start": STARTS, "wait_again": LETS_GO, "meet": MEETS, "unmeet": UNDOES}

values = st.fixed_dictionaries(
    {},
    optional={
        "reason": st.sampled_from(["", "other", "unreachable", "already_served", *DropReason.values]),
        "next_step": st.sampled_from(["", "Revenir"]),
        "motive": st.sampled_from(["", "Urgence"]),
        "missing": st.sampled_from([[], ["contact"], ["nonsense"]]),
        "distributor": st.just("distributor"),
        "prescriber": st.sampled_from(["prescriber", "distributor"]),
        "mediation": st.sampled_from(["mediation", "distributor"]),
    },
)
on_files = st.tuples(st.just("file"), st.sampled_from(BY_HAND), st.sampled_from(ACTORS), values)
on_needs = st.tuples(st.just("need"), st.sampled_from(NEED_VERBS), st.integers(0, 2), st.sampled_from(ACTORS), values)
serving = st.tuples(st.just("serve"), st.sampled_from(sorted(SERVED)), st.integers(0, 2))
days = st.tuples(st.just("days"), st.sampled_from([1, 10, 31, 181]))


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    begun=st.sampled_from(["draft", "submitted", "accepted", "accepted"]),
    steps=st.lists(on_files | on_needs | serving | serving | days, max_size=14),
)
def test_whatever_is_tried_a_closed_prescription_has_no_open_need(begun: str, steps: list[Any]) -> None:
    with from_nothing():
        circle = Circle(at=START)
        asked = [("computer", "studies"), ("digital_skills", "work"), ("fixed_connection", "social")]
        prescription = getattr(circle, begun)(asked)
        for step in steps:
            circle.later(hours=1)
            with suppress(Refused, PermissionDenied, Unknown):
                do(circle, prescription, step)
            check(again(prescription), circle.at)
        check_journals(prescription)


def do(circle: Circle, prescription: Prescription, step: tuple[Any, ...]) -> None:
    """Try one thing."""
    match step:
        case ("file", verb, actor, given):
            gate.apply(again(prescription), verb, actor=who(circle, actor), at=circle.at, **named(circle, given))
        case ("need", verb, place, actor, given):
            need = prescription.needs.order_by("pk")[place]
            gate.apply(need, verb, actor=who(circle, actor), at=circle.at, **named(circle, given))
        case ("serve", verb, place):
            machine, cause = SERVED[verb][0].split(".")
            need = prescription.needs.order_by("pk")[place]
            move = Move(machine, cause, circle.adviser, circle.at, None, {}, [Moved(1, "a", "b", 1)])
            given = {"mediation": circle.mediation} if need.kind == "digital_skills" and verb == "start" else {}
            gate.apply(need, verb, actor=circle.adviser, at=circle.at, cause=move, **given)
        case ("days", number):
            run_clock(at=circle.later(days=number))


def who(circle: Circle, name: str) -> Any:
    return Circle().worker if name == "stranger" else getattr(circle, name)


def named(circle: Circle, given: dict[str, Any]) -> dict[str, Any]:
    links = ("distributor", "prescriber", "mediation")
    return {name: getattr(circle, value) if name in links else value for name, value in given.items()}


def check(prescription: Prescription, at: datetime | None) -> None:
    """What is always true of a prescription and its needs."""
    assert at is not None
    needs = list(prescription.needs.all())
    still = [need for need in needs if need.state in OPEN_NEED_STATES]
    if prescription.state in ENDED_STATES:
        assert still == []
        assert not prescription.reminders.planned().exists()
    if prescription.state == PrescriptionState.FULFILLED:
        assert any(need.state == NeedState.MET for need in needs)
    if prescription.state in (PrescriptionState.CLOSED_UNMET, PrescriptionState.WITHDRAWN, PrescriptionState.REFUSED):
        assert not any(need.state == NeedState.MET for need in needs)
    if prescription.state == PrescriptionState.ACCEPTED:
        assert still, "the last need settled closes it"
        assert not any(need.state == NeedState.ASKED for need in needs)
    for need in needs:
        assert (rank_of(need, at) is not None) == (need.state == NeedState.WAITING)


def check_journals(prescription: Prescription) -> None:
    """State and journal agree."""
    for row in (prescription, prescription.household, *prescription.needs.all()):
        verbs, state = gate.verbs_of(type(row)), ""
        entries = list(row.journal.order_by("seq"))
        for entry in entries:
            assert entry.source == state
            assert state in verbs[entry.verb].sources
            state = entry.target
        assert (again(row).state, again(row).seq) == (state, len(entries))
    assert Household.objects.filter(pk=prescription.household_id).exists()
