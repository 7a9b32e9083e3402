"""What follows in reconditioning when an EPCI merges: devices whose life is not over."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from network.mergers import Moving, Staying
from network.models import Epci
from refurb.enums import ENDED
from refurb.models import Device
from refurb.models.device import DeviceQuerySet
from typography.french import Noun

DEVICE = Noun("appareil", "appareils")


def devices_of(epci: Epci) -> DeviceQuerySet:
    """Those that come from it or serve it, and live."""
    return Device.objects.exclude(state__in=ENDED).filter(Q(origin_epci=epci) | Q(convention_epci=epci))


def moving_devices(epci: Epci, at: datetime) -> Iterator[Moving]:
    """What moves, and what stays with the EPCI of its day."""
    yield Moving(DEVICE, devices_of(epci).count(), "dont la vie n’est pas finie, remis compris")
    ended = Device.objects.filter(Q(origin_epci=epci) | Q(convention_epci=epci), state__in=ENDED)
    yield Staying(DEVICE, ended.count(), "recyclés, démontés, cédés ou retirés")
