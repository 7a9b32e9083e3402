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


@register.filter
def price_told(offer: Offer) -> str:
    """The price to expect, and whether somebody is to confirm it first: « 15,99 € par mois », « …, à confirmer »."""
    price, fee = prices.price_of(offer), offer.setup_fee
    if offer.price is not None and offer.is_to_confirm:
        price = f"{price}, à confirmer"
    if fee:
        return f"{price}, et {euros(fee)} de mise en service"
    return f"{price}, frais de mise en service à confirmer" if fee is None else price
