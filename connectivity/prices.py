"""Prices of offers as people read them, and what an offer costs over a year or two."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from calendars.working_days import add_months
from connectivity.enums import PricePeriod, Reliability
from connectivity.models import Offer
from connectivity.parameters import OFFER_CHECK_MONTHS
from typography.french import HARD, day, euros

TO_CONFIRM = "prix à confirmer"
YEARS = (12, 24)
"""Over how many months offers are compared."""


def price_of(offer: Offer) -> str:
    """The price of an offer with what it pays for: « 15,99 € par mois », « 2 à 5 € par recharge »."""
    if offer.price is None:
        return TO_CONFIRM
    return f"{_between(offer.price, offer.price_max)} {offer.get_period_display()}"


def dearest(offer: Offer, day: date) -> Offer | None:
    """The version of an offer that costs the most: as it was chosen, or as it is sold on ``day``.

    When one of them says no price, nobody knows what it should cost: the dearest of the catalogue of ``day`` that is
    paid at the same pace, for no offer to the same people costs more. None where there is none.
    """
    sold = list(Offer.objects.on(day).exclude(pk=offer.pk))
    versions = [offer, *(one for one in sold if one.code == offer.code)]
    if any(_highest(one) is None for one in versions):
        versions = [one for one in sold if one.period == offer.period and _highest(one) is not None]
    return max(versions, key=lambda one: _highest(one) or 0, default=None)


def is_over(price: Decimal, offer: Offer | None) -> bool:
    """Whether a price that was paid is above all that an offer says."""
    most = None if offer is None else _highest(offer)
    return most is not None and price > most


def is_news(price: Decimal | None, offer: Offer | None) -> bool:
    """Whether a price that is paid is not what the household was told of its offer: nobody could promise it, or it
    differs."""
    if price is None or offer is None:
        return False
    most = _highest(offer)
    return offer.is_to_confirm or offer.price is None or most is None or not offer.price <= price <= most


def _highest(offer: Offer) -> Decimal | None:
    return offer.price if offer.price_max is None else offer.price_max


def checked_since(today: date) -> date:
    """The day from which the source of an offer counts as read: six months ago, unless told otherwise."""
    return add_months(today, -OFFER_CHECK_MONTHS.on(today))


def reliability_of(offer: Offer, since: date) -> str:
    """How far one may promise: « Sûr », « À confirmer », « Source à relire » when it was read before ``since``."""
    if offer.reliability == Reliability.SURE and offer.checked_on < since:
        return f"Source à relire\u00a0: lue le {day(offer.checked_on)}"
    return str(offer.get_reliability_display())


@dataclass(frozen=True)
class Cost:
    """What an offer costs over so many ``months``, in euros, from its first day, fees included.

    ``is_least``: its fees are not known, so it costs that at least. ``one_a_month``: it is paid by recharge, and one is
    counted each month. ``renewed``: the right to it ends before, and it costs that if the right is renewed.
    """

    months: int
    low: Decimal
    high: Decimal | None = None
    is_least: bool = False
    one_a_month: bool = False
    renewed: bool = False

    def __str__(self) -> str:
        said = [f"{'au moins ' if self.is_least else ''}{_between(self.low, self.high)}"]
        if self.one_a_month:
            said.append("à une recharge par mois")
        if self.renewed:
            said.append("si le droit est renouvelé")
        return ", ".join(said)


def cost_over(offer: Offer, months: int) -> Cost | None:
    """What an offer costs over so many months; None where nobody knows its price yet."""
    if offer.price is None:
        return None
    fee = offer.setup_fee or Decimal(0)
    return Cost(
        months,
        offer.price * months + fee,
        None if offer.price_max is None else offer.price_max * months + fee,
        is_least=offer.setup_fee is None,
        one_a_month=offer.period == PricePeriod.RECHARGE,
        renewed=offer.entitlement_months is not None and offer.entitlement_months < months,
    )


def _between(low: Decimal, high: Decimal | None) -> str:
    """« 15,99 € », « 2 à 5 € »."""
    return euros(low) if high is None else f"{euros(low).removesuffix(HARD + '€')} à {euros(high)}"
