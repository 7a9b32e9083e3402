"""What follows for lots when an EPCI merges: those under way."""

from collections.abc import Iterator
from datetime import datetime

from donations.machine.donation import UNDER_WAY
from donations.models import Donation
from donations.models.donation import DonationQuerySet
from network.mergers import Moving, Staying
from network.models import Epci
from typography.french import Noun

LOT = Noun("lot", "lots")


def lots_of(epci: Epci) -> DonationQuerySet:
    """Those that come from this EPCI and are not reconciled."""
    return Donation.objects.filter(origin_epci=epci, state__in=UNDER_WAY)


def moving_lots(epci: Epci, at: datetime) -> Iterator[Moving]:
    """What moves, and what stays with the EPCI of its day."""
    yield Moving(LOT, lots_of(epci).count(), "en cours")
    lots = Donation.objects.filter(origin_epci=epci).exclude(state__in=UNDER_WAY)
    yield Staying(LOT, lots.count(), "soldés, écartés ou retirés")
