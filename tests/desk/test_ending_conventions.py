"""What is still to be handed over under a convention that ends: the point, the EPCI and the pilot read until when."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from calendars.days import day_start
from desk.todo.blocks import BlockRow, Shown, first_of
from desk.todo.pages import page_for
from lifecycle import gate
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.conventions.conventions import ended_alone
from tests.distribution.shelves import Shelf
from tests.network.factories import make_membership
from tests.pages import acting, read
from typography.french import day

pytestmark = pytest.mark.django_db


def shown(actor: Membership, at: datetime) -> Shown:
    (block,) = (one for one in page_for(actor, at).blocks if one.key == "fins-de-remise")
    return first_of(block)


def said(actor: Membership, at: datetime) -> BlockRow:
    (line,) = shown(actor, at).lines
    return line


def test_what_is_to_be_handed_over_before_a_convention_ends_is_counted_down_for_whoever_can_act() -> None:
    shelf = Shelf()
    assert shelf.convention
    for device in (shelf.available(), shelf.shipped(), shelf.on_the_shelf(shelf.desktop())):
        assert device.convention == shelf.convention
    shelf.reserved()
    shelf.handed_over()
    shelf.ready()
    convention = shelf.convention
    assert convention.epci_party is not None
    epci = make_membership(Role.MANAGER, OrganisationKind.EPCI, organisation=convention.epci_party)
    concerned = (shelf.adviser, epci, shelf.pilot)
    last = day(convention.ends_on + timedelta(days=89))
    end = day_start(convention.ends_on)

    for actor in concerned:
        assert shown(actor, end - timedelta(days=91)).lines == []
        line = said(actor, end - timedelta(days=90))
        assert "4\u00a0appareils à remettre, dont 1\u00a0réservé" in line.about, (
            "with neither a screen nor what is served"
        )
        assert "un avenant la prolonge" in line.about
        assert f"remises jusqu’au {last}" in line.about
        assert not line.is_late
        assert said(actor, end - timedelta(days=30)).is_late
    assert shown(make_membership(Role.MANAGER, OrganisationKind.EPCI), end).lines == [], "another EPCI"
    assert shown(make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR), end).lines == [], "another point"

    ended_alone(convention, convention.distributor_signatory)
    now = timezone.now()
    for actor in concerned:
        line = said(actor, now)
        assert line.when.startswith(f"jusqu’au {day(timezone.localdate() + timedelta(days=89))}")
        assert "remises possibles jusqu’à ce jour" in line.about
        assert "avenant" not in line.about
        assert (line.is_late, said(actor, now + timedelta(days=59)).is_late) == (False, True)
        assert shown(actor, now + timedelta(days=90)).lines == [], "it is to be sent back since"
        assert convention.title in read(acting(actor), "/")
    assert convention.title in read(acting(epci), said(epci, now).url)

    gate.apply(shelf.convention.devices.get(state="reserved"), "release", actor=shelf.adviser)
    assert "dont" not in said(epci, now).about
