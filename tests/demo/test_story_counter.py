"""The counter of a point serves needs by their order at the hour at which it holds the devices."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from demo.agenda import Agenda, raise_refusal
from demo.cast import Cast
from demo.context import Story
from demo.distribution import HELD, QUEUE, _reserve
from demo.outlets import Outlet, first_needs
from network.enums import Role
from prescriptions.enums import NeedUse
from refurb.enums import DeviceState
from refurb.models import Device
from tests.distribution.shelves import Shelf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]
POINT = "lille"
WEEK = timedelta(weeks=1)


def outlet_of(shelf: Shelf, devices: list[Device], now: Any) -> Outlet:
    cast = Cast()
    cast.points[POINT] = shelf.point
    cast.holders[POINT] = POINT
    cast.organisations["fondation"] = shelf.funder
    cast.people[POINT, Role.ADVISER].append(shelf.adviser)
    today = timezone.localdate(now)
    catalogue: Any = None
    story = Story(cast, catalogue, Random(1), Agenda(now, raise_refusal), today - WEEK, today)
    story.boxes[POINT] += [device.pk for device in devices]
    return Outlet(story, POINT, now)


def test_a_need_that_has_waited_one_more_week_once_all_were_called_is_served_first() -> None:
    now = timezone.now() + timedelta(days=1)
    shelf = Shelf()
    late = {"at": now - timedelta(hours=2)}
    before = shelf.need(use=NeedUse.STUDIES, **late)
    after = shelf.need(use=NeedUse.PAPERWORK, at=now - 2 * WEEK + timedelta(minutes=3))
    for _ in range(QUEUE):
        shelf.need(use=NeedUse.PAPERWORK, **late)
    devices = [shelf.available() for _ in range(HELD + 1)]
    assert list(first_needs(devices[0], now)[:2]) == [before, after]
    assert list(first_needs(devices[0], now + timedelta(minutes=10))[:2]) == [after, before]

    _reserve(outlet_of(shelf, devices, now))
    assert Device.objects.get(state=DeviceState.RESERVED).need == after
