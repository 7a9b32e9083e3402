"""What follows in reconditioning when an EPCI merges: lots under way, and devices whose life is not over."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from network.mergers import Kept, Moving
from network.models import Epci
from refurb.enums import ENDED
from refurb.machine.donation import UNDER_WAY
from refurb.models import Device, Donation
from refurb.models.device import DeviceQuerySet
from refurb.models.donation import DonationQuerySet
from typography.french import Noun

LOT, DEVICE = Noun("lot", "lots"), Noun("appareil", "appareils")


def lots_of(epci: Epci) -> DonationQuerySet:
    """Those that come from this EPCI and are not reconciled."""
    return Donation.objects.filter(origin_epci=epci, state__in=UNDER_WAY)


def devices_of(epci: Epci) -> DeviceQuerySet:
    """Those that come from it or serve it, and live."""
    return Device.objects.exclude(state__in=ENDED).filter(Q(origin_epci=epci) | Q(convention_epci=epci))


def moving_devices(epci: Epci, at: datetime) -> Iterator[Moving]:
    """What moves, and what stays with the EPCI of its day."""
    yield Moving(LOT, lots_of(epci).count(), "en cours")
    yield Moving(DEVICE, devices_of(epci).count(), "dont la vie n’est pas finie, remis compris")
    lots = Donation.objects.filter(origin_epci=epci).exclude(state__in=UNDER_WAY)
    yield Kept(LOT, lots.count(), "rapprochés ou refusés")
    ended = Device.objects.filter(Q(origin_epci=epci) | Q(convention_epci=epci), state__in=ENDED)
    yield Kept(DEVICE, ended.count(), "recyclés, démontés, cédés ou retirés")
