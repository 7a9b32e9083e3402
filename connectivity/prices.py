"""Prices of offers as people read them."""

from connectivity.models import Offer
from typography.french import HARD, euros


def price_of(offer: Offer) -> str:
    """The price of an offer with what it pays for: « 15,99 € par mois », « 2 à 5 € par recharge »."""
    if offer.price is None:
        return "prix à confirmer"
    amount = euros(offer.price)
    if offer.price_max is not None:
        amount = f"{amount.removesuffix(HARD + '€')} à {euros(offer.price_max)}"
    return f"{amount} {offer.get_period_display()}"
