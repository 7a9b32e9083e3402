"""The households that exercise their rights in the demonstration: one request in each state that is shown."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from demo.calendar import working_day
from demo.context import Story
from demo.rights import rights
from network.enums import Role
from prescriptions.enums import RightKind, RightsChannel, RightsState
from prescriptions.models import RightsRequest
from tests.prescriptions.files import PARIS, Circle
from tests.prescriptions.rights import Desk

pytestmark = pytest.mark.django_db


def test_the_officer_has_one_answered_one_near_its_day_one_in_doubt_and_one_from_a_page() -> None:
    last = date(2026, 6, 30)
    desk = Desk(Circle(at=datetime(2026, 1, 10, 10, tzinfo=PARIS)))
    for year in range(1980, 1988):
        desk.circle.submitted(household=desk.circle.household(birth_date=f"{year}-01-02"))
    people: Any = {("departement", Role.DPO): [desk.officer], ("ccas", Role.WORKER): [desk.circle.worker]}
    cast_of: Any = SimpleNamespace(people=people, code_of=lambda _: "ccas")
    story = cast(Story, SimpleNamespace(cast=cast_of, back=lambda days: working_day(last, -days)))

    instants = list(rights(story))

    assert instants == sorted(instants)
    told = list(RightsRequest.objects.order_by("received_at").values_list("kind", "state", "channel"))
    assert told == [
        (RightKind.ACCESS, RightsState.ANSWERED, RightsChannel.PLACE),
        (RightKind.RECTIFICATION, RightsState.REFUSED, RightsChannel.PLACE),
        (RightKind.OBJECTION, RightsState.WITHDRAWN, RightsChannel.PLACE),
        (RightKind.RECTIFICATION, RightsState.RECEIVED, RightsChannel.PLACE),
        (RightKind.OBJECTION, RightsState.IDENTITY, RightsChannel.EMAIL),
        (RightKind.ACCESS, RightsState.RECEIVED, RightsChannel.PAGE),
    ]
    near = RightsRequest.objects.get(kind=RightKind.RECTIFICATION, state=RightsState.RECEIVED)
    assert near.due_on is not None
    assert timedelta() < near.due_on - last < timedelta(days=10)
