"""hypothesis leads connection files through random lives: the only answers are a move or a sentence."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectivity.enums import UNDER_WAY, Channel, ConnectionState
from connectivity.models import ConnectionEntry, ConnectionFile
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from prescriptions.models import Need
from prescriptions.services.needs import drop_need
from tests.connectivity.lines import Line, ask, make_offer
from tests.remembered import from_nothing

pytestmark = pytest.mark.usefixtures("days_to_come")

S = ConnectionState
VERBS = [name for name, declared in gate.verbs_of(ConnectionFile).items() if not declared.creates]
FORWARD = ["choose", "send", "accept", "schedule", "activate"]
days = st.integers(-40, 400).map(lambda ahead: timezone.localdate() + timedelta(days=ahead))

values = st.fixed_dictionaries(
    {},
    optional={
        "offer": st.sampled_from([0, 1, 2]),
        "agreement": st.sampled_from(["", "phone", "shout"]),
        "problem": st.sampled_from(["", "duplicate", "storm"]),
        "refusal": st.sampled_from(["", "no_coverage", "mood"]),
        "reason": st.sampled_from(["", "moved", "gave_up", "other", "nonsense"]),
        "operator_reference": st.sampled_from(["", "OP-1"]),
        "appointment_on": days,
        "day_confirmed": st.booleans(),
        "started_on": days,
        "monthly_price": st.sampled_from([Decimal(-1), Decimal(0), Decimal(5)]),
        "entitlement_ends_on": st.none() | days,
        "evidence_kind": st.sampled_from(["", "operator", "invoice", "dream"]),
        "evidence_on": days,
        "evidence_reference": st.sampled_from(["", "F-1"]),
    },
)
moves = st.tuples(
    st.sampled_from(VERBS + FORWARD * 4),
    st.integers(0, 2),
    st.sampled_from(["worker", "adviser", "agent", "pilot"]),
    values,
    st.booleans(),
)
other = st.sampled_from(["drop", "propose", "see", "clock"])


@pytest.mark.django_db
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(moves | other, max_size=25))
def test_whatever_is_tried_a_file_and_its_need_agree(steps: list[Any]) -> None:
    with from_nothing():
        lines = [Line(), Line(Channel.OWN_SUBSCRIPTION), Line(Channel.COUNTER)]
        offers = [line.offer for line in lines]
        ask(offers[0])
        for line in lines:
            line.proposed()
        for rank, step in enumerate(steps):
            if isinstance(step, str):
                happen(step, lines[rank % 3], rank)
            else:
                attempt(lines, offers, step)
        for connection in ConnectionFile.objects.all():
            check(connection)
        for need in Need.objects.all():
            live = [row.state for row in need.connections.live()]
            assert len(live) <= 1
            assert (need.state == "in_progress") == any(state in UNDER_WAY for state in live)
            assert (need.state == "met") == need.connections.filter(active_at__isnull=False).exists()


def happen(what: str, line: Line, rank: int) -> None:
    """Something else than a verb of the file."""
    last = line.need.connections.order_by("-pk")[0]
    with suppress(Refused, PermissionDenied, Unknown):
        match what:
            case "drop":
                drop_need(actor=line.worker, need=Need.objects.get(pk=line.need.pk), reason="no_longer_needed")
            case "propose":
                line.proposed()
            case "see":
                line.see(last)
            case "clock":
                run_clock(at=timezone.now() + timedelta(minutes=rank))


def attempt(lines: list[Line], offers: list[Any], move: tuple[Any, ...]) -> None:
    """Try one verb, alone or as a set. An IntegrityError without a sentence would get out."""
    verb, place, who, given, as_a_set = move
    line = lines[place]
    given = {**given, "offer": offers[given["offer"]]} if "offer" in given else given
    actor = lines[0].agent if who == "agent" else getattr(line, who)
    last = line.need.connections.order_by("-pk")[0]
    with suppress(Refused, PermissionDenied, Unknown, TypeError if not given else Refused):
        if as_a_set:
            gate.apply_many(ConnectionFile.objects.filter(pk=last.pk), verb, actor=actor, **given)
        else:
            gate.apply(last, verb, actor=actor, **given)


def check(connection: ConnectionFile) -> None:
    """State and journal agree; what is active was proven; what is with an operator has one."""
    verbs, state = gate.verbs_of(ConnectionFile), ""
    entries = list(ConnectionEntry.objects.filter(object=connection).order_by("seq"))
    for entry in entries:
        assert entry.source == state
        assert state in verbs[entry.verb].sources
        state = entry.target
    assert (connection.state, connection.seq) == (state, len(entries))
    if connection.state == S.ACTIVE:
        assert connection.evidence_reference
        assert connection.started_on is not None
        assert connection.started_on <= date.max
    if connection.sent_at is not None:
        assert connection.operator is not None
        assert connection.transmissions.exists()


@pytest.mark.django_db
def test_the_offers_of_a_life_stay_apart() -> None:
    assert make_offer().code != make_offer().code
