"""What another version of an offer changes for a household, as it is told before it agrees again."""

from connectivity.models import Offer
from connectivity.prices import price_of
from typography.french import euros


def changes_between(former: Offer, newer: Offer) -> list[tuple[str, str, str]]:
    """``(what, as it was chosen, as it is now)``, of what differs; two queries."""
    before, after = _said(former), _said(newer)
    return [(what, before[what], after[what]) for what in before if before[what] != after[what]]


def _said(offer: Offer) -> dict[str, str]:
    months, right = offer.commitment_months, offer.entitlement_months
    return {
        "Nom": offer.name,
        "Prix": price_of(offer),
        "Mise en service": "à confirmer" if offer.setup_fee is None else euros(offer.setup_fee),
        "Engagement": f"{months}\u00a0mois" if months else "sans",
        "Durée du droit": f"{right}\u00a0mois" if right else "sans terme",
        "Technologie": offer.get_technology_display(),
        "Ce que donne la ligne": offer.get_gives_display(),
        "Comment on l’obtient": offer.get_channel_display(),
        "Compte bancaire": "demandé" if offer.needs_bank_account else "non demandé",
        "Conditions": ", ".join(condition.asked.label for condition in offer.conditions.all()) or "aucune",
        "Ce que fait la famille": offer.how_to,
    }
