"""Figures of offers as people read them."""

from decimal import Decimal

from django import template

from connectivity import prices
from connectivity.models import Offer

register = template.Library()


@register.filter
def euros(amount: Decimal | None) -> str:
    """An amount: « 5 € », « 15,99 € »."""
    return prices.euros(amount)


@register.filter
def price(offer: Offer) -> str:
    """The price of an offer with what it pays for."""
    return prices.price_of(offer)
