"""Until when a right to an offer lasts: what the rule of the offer says, where nobody gives another day."""

from datetime import date, timedelta

from calendars.working_days import add_months
from connectivity.enums import EvidenceKind
from connectivity.models import ConnectionFile, Offer

DAY = timedelta(days=1)
LAST_YEAR = 7000
"""A line that begins after it is a typing mistake, which the rules of its verb refuse; no duration of an offer passes
the last year of calendars from there."""


def in_months(day: date, months: int) -> date:
    """The last day of an entitlement of so many months that starts on ``day``."""
    return add_months(day, months) - DAY


def term_of(offer: Offer | None, started_on: date) -> date | None:
    """The last day of the right that begins on ``started_on`` by the rule of the offer; None when it has no term."""
    if offer is None or not offer.entitlement_months:
        return None
    if started_on.year > LAST_YEAR:
        return None
    return in_months(started_on, offer.entitlement_months)


def reference_of(kind: str, reference: str, connection: ConnectionFile) -> str:
    """That of what was seen; a line that was tried with the person has no paper: it is that of the file."""
    return connection.reference if kind == EvidenceKind.TRIED and not reference.strip() else reference
