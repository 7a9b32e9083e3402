"""What a device may be sold for: the legal ceiling of the day, and what a price is (domaine §2.5)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from conventions.models import PriceCeiling
from donations.enums import DonorKind
from refurb.enums import CEILED
from typography.french import euros

HIGHEST = 10**6
"""Euros: one more digit than the column holds."""


def is_price(given: Any) -> bool:
    """Whether this is an amount in euros that a price may be: positive or zero, to the cent, under a million."""
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        return False
    amount = Decimal(given)
    return amount.is_finite() and 0 <= amount < HIGHEST and amount == round(amount, 2)


def ceilings_on(day: date) -> dict[str, Decimal]:
    """The price ceiling in force on ``day`` of each type, in euros, VAT included; one query."""
    return dict(PriceCeiling.objects.amounts_on(day))


def ceiling_of(ceilings: Mapping[str, Decimal], type_: str, donor_kind: str) -> Decimal | None:
    """The ceiling that applies to a device: none for what a private donor gave."""
    return ceilings.get(type_) if donor_kind in CEILED else None


def doubted_over(type_: str, donor_kind: str, day: date) -> Decimal | None:
    """The ceiling over which a price is asked about, where none binds: over one that binds, it is refused."""
    return None if donor_kind in CEILED else ceilings_on(day).get(type_)


def over_ceiling(ceilings: Mapping[str, Decimal], type_: str, donor_kind: str, price: Decimal) -> str:
    """Why a device may not have this price, as a sentence; empty when it may."""
    ceiling = ceiling_of(ceilings, type_, donor_kind)
    if ceiling is None:
        if donor_kind in CEILED:
            return "Aucun plafond légal n’est connu pour ce type à cette date\u00a0: le prix ne peut être fixé."
        return ""
    if price <= ceiling:
        return ""
    why = "d’origine inconnue, il compte comme public" if donor_kind == DonorKind.UNKNOWN else "don public"
    return f"Le prix dépasse le plafond légal du jour\u00a0: {euros(ceiling)} ({why})."
