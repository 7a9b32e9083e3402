"""The life of a connection file by its three channels: each verb does what it says, and refuses with its sentence."""

from datetime import timedelta

import pytest

from connectivity.enums import (
    ConnectionState,
    EvidenceKind,
)
from connectivity.services import connections as services
from prescriptions.enums import NeedState
from prescriptions.models import Need
from tests.connectivity.lines import Line, again

pytestmark = pytest.mark.django_db
S = ConnectionState


def need_of(line: Line) -> str:
    return str(Need.objects.get(pk=line.need.pk).state)


def test_by_the_operators_desk_a_line_becomes_active_and_meets_the_need() -> None:
    line = Line()
    connection = line.proposed()
    assert (connection.state, need_of(line)) == (S.PROPOSED, NeedState.IN_PROGRESS)
    connection = line.activate(line.scheduled_from(connection)) if hasattr(line, "scheduled_from") else connection
    chosen = line.choose(again(connection))
    sent = line.send(chosen)
    accepted = services.accept_connection(actor=line.agent, connection=sent, operator_reference="OP-1")
    scheduled = services.schedule_connection(
        actor=line.agent, connection=accepted, appointment_on=line.today() + timedelta(days=3)
    )
    active = line.activate(scheduled)
    assert (active.state, need_of(line)) == (S.ACTIVE, NeedState.MET)
    assert active.evidence_kind == EvidenceKind.OPERATOR
    assert Need.objects.get(pk=line.need.pk).prescription.state == "fulfilled"
