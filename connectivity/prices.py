"""Prices of offers as people read them."""

from decimal import Decimal

from django.utils.formats import number_format

from connectivity.models import Offer

NBSP = "\N{NO-BREAK SPACE}"


def euros(amount: Decimal | None) -> str:
    """An amount: « 5 € », « 15,99 € »; empty when there is none."""
    if amount is None:
        return ""
    return f"{number_format(amount, 0 if amount == amount.to_integral_value() else 2)}{NBSP}€"


def price_of(offer: Offer) -> str:
    """The price of an offer with what it pays for: « 15,99 € par mois », « 2 à 5 € par recharge »."""
    if offer.price is None:
        return "prix à confirmer"
    amount = euros(offer.price)
    if offer.price_max is not None:
        amount = f"{amount.removesuffix(NBSP + '€')} à {euros(offer.price_max)}"
    return f"{amount} {offer.get_period_display()}"
