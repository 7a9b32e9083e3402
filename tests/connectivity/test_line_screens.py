"""The pages of a line that works and of campaigns of calls in a real browser: accessible, whole at any width."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from connectivity.enums import AfterLoss, Channel, CurrentLine, RightLoss
from connectivity.services.campaigns import create_campaign, note_call
from connectivity.services.lines import sell_recharge
from lifecycle import gate
from tests.connectivity.lines import MOBILE, Line, close_copper, make_offer
from tests.connectivity.test_recharges import PREPAID
from tests.screens import Look, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_pages_of_a_line_read_at_any_width(open_page: Callable[..., Page]) -> None:
    line = Line(Channel.OWN_SUBSCRIPTION, person={"contact_channel": "phone"})
    file = line.active(entitlement_ends_on=line.today() + timedelta(days=50))
    make_offer(Channel.OWN_SUBSCRIPTION)
    page = open_page()
    look = Look(page)
    sign_in(page, line.worker)
    look.at(reverse("connectivity:connection_lose_right", args=[file.reference]))
    look.at(reverse("connectivity:connection_change_offer", args=[file.reference]))
    gate.apply(
        file, "lose_right", actor=line.worker, right_loss=RightLoss.OVER_CEILING, after_loss=AfterLoss.FULL_PRICE,
        price_after=Decimal("36.99"),
    )  # fmt: skip
    look.at(reverse("connectivity:connection_detail", args=[file.reference]))
    page.get_by_role("button", name="Le foyer est prévenu").press("Enter")
    page.get_by_text("le foyer est prévenu.").wait_for()


def test_the_pages_of_recharges_read_at_any_width(open_page: Callable[..., Page]) -> None:
    line = Line(Channel.COUNTER, kind=MOBILE, offer_columns=PREPAID)
    file = line.active()
    sold = sell_recharge(actor=line.adviser, connection=file, amount=Decimal(3))
    page = open_page()
    look = Look(page)
    sign_in(page, line.adviser)
    look.at(reverse("connectivity:connection_detail", args=[file.reference]))
    look.at(reverse("connectivity:recharge_sell", args=[file.reference]))
    look.at(reverse("connectivity:recharge_cancel", args=[file.reference, sold.pk]))
    look.at(reverse("connectivity:recharge_list"))


def test_the_pages_of_a_campaign_read_at_any_width(open_page: Callable[..., Page]) -> None:
    line = Line()
    line.proposed(current_line=CurrentLine.COPPER)
    Line(circle=line.circle).proposed()
    closes = timezone.localdate() + timedelta(days=200)
    close_copper(line.circle.commune, closes)
    campaign = create_campaign(
        actor=line.pilot, title="Lot 3", closes_by=closes, script="Bonjour.\nLe cuivre s’arrête.",
        commune=line.circle.commune,
    )  # fmt: skip
    target = campaign.households.order_by("pk")[0]
    note_call(actor=line.worker, target=target, result="no_answer", note="Messagerie pleine.")
    page = open_page()
    look = Look(page)
    sign_in(page, line.worker)
    look.at(reverse("connectivity:campaign_list"))
    look.at(reverse("connectivity:campaign_detail", args=[campaign.pk]))
    look.at(reverse("connectivity:call_note", args=[target.pk]))
    other = open_page()
    look = Look(other)
    sign_in(other, line.pilot)
    look.at(reverse("connectivity:campaign_create"))
    look.at(reverse("connectivity:campaign_detail", args=[campaign.pk]))
    look.at(reverse("connectivity:campaign_script", args=[campaign.pk]))
    look.at(reverse("desk:closures_import"))


def test_the_pages_of_an_offer_and_of_delays_read_at_any_width(open_page: Callable[..., Page]) -> None:
    line = Line()
    make_offer(Channel.BESIDE, name="Wifi de la médiathèque", technology="public", price=Decimal(0))
    need = Line(circle=line.circle).need
    line.sent()
    page = open_page()
    look = Look(page)
    sign_in(page, line.pilot)
    look.at(reverse("connectivity:offer_detail", args=[line.offer.code]))
    look.at(reverse("connectivity:delays"))
    other = open_page()
    look = Look(other)
    sign_in(other, line.worker)
    look.at(reverse("connectivity:connection_propose", args=[need.reference]))
