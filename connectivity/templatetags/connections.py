"""Figures of offers as people read them."""

from django import template

from connectivity import prices
from connectivity.models import Offer
from typography.french import euros

register = template.Library()
register.filter(euros)


@register.filter
def price(offer: Offer) -> str:
    """The price of an offer with what it pays for."""
    return prices.price_of(offer)
