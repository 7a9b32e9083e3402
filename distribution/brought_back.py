"""Where a device that its household brought back stands: to repair, repaired, or its household served otherwise."""

from django.db.models import Exists

from distribution.models import Settlement
from refurb.models import Repair
from refurb.models.device import Device, DeviceQuerySet

OWED = "À réparer, à échanger ou à rembourser"
REPAIRED = "Réparé\u00a0: à rendre au foyer"
SETTLED = "Foyer servi autrement\u00a0: l’atelier peut le reprendre"


def with_standing(devices: DeviceQuerySet) -> DeviceQuerySet:
    """Each with ``repaired`` and ``settled``, of its present stay."""
    return devices.annotate(
        repaired=Exists(Repair.objects.of_this_stay()), settled=Exists(Settlement.objects.of_this_stay())
    )


def standing_of(device: Device) -> str:
    """In the words of who serves its household; of a row read ``with_standing``, else one query."""
    if not hasattr(device, "settled"):
        device = with_standing(Device.objects.filter(pk=device.pk)).get()
    if device.settled:  # type: ignore[attr-defined]
        return SETTLED
    return REPAIRED if device.repaired else OWED  # type: ignore[attr-defined]
