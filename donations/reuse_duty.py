"""The yearly duty of reuse of a public donor, and how far what it offers here goes towards it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from donations.enums import DonationState
from donations.models import DonationLine
from donations.models.decision import for_reuse
from donations.parameters import DEVICE_AGE, REUSE_RATE
from network.enums import LegalNature
from network.models import Organisation

NOT_OFFERED = (DonationState.DRAFT, DonationState.WITHDRAWN)


@dataclass(frozen=True)
class Gauge:
    """Of the machines of a year: how many were offered, how many go to reuse, the share that is due (per cent)."""

    year: int
    offered: int
    given: int
    undecided: int
    duty: int
    source: str
    donor: Organisation

    @property
    def rate(self) -> int | None:
        """The share given, per cent; None before anything is offered."""
        return None if not self.offered else self.given * 100 // self.offered

    @property
    def reached(self) -> bool:
        return self.rate is not None and self.rate >= self.duty


def reuse_gauge(donor: Organisation, day: date) -> Gauge | None:
    """The gauge of the civil year of ``day``; None for a private donor, who has no such duty. Three queries.

    Machines beyond the age limit are left out. Only what is offered here is known: what the donor gives elsewhere
    counts too, and is not seen. Source of the rule: décret n° 2023-266 du 12 avril 2023.
    """
    if donor.legal_nature != LegalNature.PUBLIC:
        return None
    duty, oldest = REUSE_RATE.in_force(day), DEVICE_AGE.on(day)
    lines = DonationLine.objects.filter(
        donation__donor=donor,
        donation__announced_at__year=day.year,
        purchase_year__gte=day.year - oldest,
    ).exclude(donation__state__in=NOT_OFFERED)
    totals = lines.aggregate(
        offered=Coalesce(Sum("quantity"), 0),
        given=Coalesce(Sum(F("decision__accepted"), filter=for_reuse()), 0),
        undecided=Coalesce(Sum("quantity", filter=Q(donation__state=DonationState.ANNOUNCED)), 0),
    )
    return Gauge(year=day.year, duty=duty.value, source=duty.told_source, donor=donor, **totals)
