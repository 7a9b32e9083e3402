"""The threads of lines that work and of calls before copper closes, played alone to their end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connectivity.enums import AfterLoss, Channel, CurrentLine, PricePeriod
from connectivity.models import CampaignCall, ConnectionFile, CopperCampaign, Recharge
from demo import lines
from demo.calls import calls
from demo.context import Story
from demo.lists import lists
from imports.models import Import, LeftLine
from network.enums import OrganisationKind, Role
from prescriptions.enums import HouseholdState, NeedKind, NeedUse
from prescriptions.models import Household, Need
from tests.connectivity.lines import Line, close_copper, make_offer
from tests.demo.test_story_asks import circle, story
from tests.network.factories import make_membership
from tests.prescriptions.files import Circle

__all__ = ["circle", "story"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]


def need_of(circle: Circle) -> Need:
    household = circle.household(address="1 rue des Essais", postcode="59000")
    return circle.accepted([(NeedKind.MOBILE_CONNECTION, NeedUse.WORK)], household).needs.get()


def test_recharges_are_sold_and_one_is_cancelled(circle: Circle, story: Story) -> None:
    story.cast.people["distributor", Role.ADVISER].append(circle.adviser)
    story.cast.people["operateur", Role.AGENT].append(make_membership(Role.AGENT, OrganisationKind.OPERATOR))
    make_offer(
        Channel.COUNTER, code="recharge-solidaire", kinds=[NeedKind.MOBILE_CONNECTION], price=2, price_max=5,
        period=PricePeriod.RECHARGE, entitlement_months=None,
    )  # fmt: skip
    need = need_of(circle)
    list(lines.recharged(story, need, circle.worker, need.accepted_at))
    assert Recharge.objects.count() == 3
    assert Recharge.objects.sold().count() == 2


def test_a_right_is_lost_and_the_line_goes_on(circle: Circle, story: Story) -> None:
    offer = make_offer(code="mobile-solidaire", kinds=[NeedKind.MOBILE_CONNECTION], entitlement_months=12)
    agent = make_membership(Role.AGENT, OrganisationKind.OPERATOR, offer.operator)
    story.cast.people["operateur", Role.AGENT].append(agent)
    story.cast.people["distributor", Role.ADVISER].append(circle.adviser)
    need = need_of(circle)
    list(lines.losing(story, need, circle.worker, need.accepted_at))
    assert ConnectionFile.objects.get().after_loss == AfterLoss.FULL_PRICE


def test_the_pilot_makes_a_campaign_whose_callers_have_begun(circle: Circle, story: Story) -> None:
    story.cast.people["departement", Role.PILOT].append(circle.pilot)
    line = Line(circle=circle)
    line.proposed(current_line=CurrentLine.COPPER)
    close_copper(circle.commune, timezone.localdate() + timedelta(days=100))
    list(calls(story))
    assert CopperCampaign.objects.get().scripts.exists()
    assert CampaignCall.objects.get().script is not None


def test_two_lists_are_brought_and_the_two_files_of_one_person_become_one(circle: Circle, story: Story) -> None:
    story.cast.people["departement", Role.PILOT].append(circle.pilot)
    for code, worker in (("un", circle.worker), ("deux", Circle().worker)):
        story.cast.people[code, Role.WORKER].append(worker)
    list(lists(story))
    assert Household.objects.filter(state=HouseholdState.JOINED).count() == 1
    assert LeftLine.objects.count() == 1
    assert not any(source.file.name for source in Import.objects.select_related("file"))
