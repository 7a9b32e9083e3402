"""Figures of offers as people read them."""

from collections.abc import Mapping
from typing import Any

from django import template

from connectivity import prices
from connectivity.models import Offer
from connectivity.permissions import can_answer_connection, sees_connections
from network.permissions import is_pilot
from typography.french import euros

register = template.Library()
register.filter(euros)


@register.filter
def price(offer: Offer) -> str:
    """The price of an offer with what it pays for."""
    return prices.price_of(offer)


@register.filter
def price_told(offer: Offer) -> str:
    """The price to expect, and whether somebody is to confirm it first: « 15,99 € par mois », « …, à confirmer »."""
    price, fee = prices.price_of(offer), offer.setup_fee
    if offer.price is not None and offer.is_to_confirm:
        price = f"{price}, à confirmer"
    if fee:
        return f"{price}, et {euros(fee)} de mise en service"
    return f"{price}, frais de mise en service à confirmer" if fee is None else price


@register.inclusion_tag("connectivity/_pages.html", takes_context=True)
def connection_pages(context: Mapping[str, Any], current: str) -> dict[str, Any]:
    """The links between the lists of connection that the reader may open; ``current``: the one shown."""
    actor = context["request"].membership
    serves = sees_connections(actor) is not None and can_answer_connection(actor) is None
    return {"current": current, "serves": serves, "is_pilot": is_pilot(actor)}
