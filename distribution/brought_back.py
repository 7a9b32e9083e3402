"""Where a device that its household brought back stands: to repair, repaired, or its household served otherwise."""

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from distribution.machine.return_rules import let_alone, told_since_repair
from distribution.models import HandOver, Settlement
from refurb.enums import DeviceState
from refurb.models import Repair
from refurb.models.device import Device, DeviceQuerySet
from refurb.models.returns import BROUGHT_BACK, LOST_IN_RETURN, is_lost_in_return

OWED = "À réparer, à échanger ou à rembourser"
PREPARED = "Échange préparé\u00a0: fiche à faire signer"
REPAIRED = "Réparé\u00a0: à rendre au foyer"
TOLD = "Réparé, foyer prévenu\u00a0: à lui rendre"
QUIET = "Réparé\u00a0: à rendre au foyer quand il passe, sans lui écrire ni l’appeler, comme il l’a demandé"
LOST = "Introuvable\u00a0: à échanger ou à rembourser, le foyer ne paie rien de nouveau"
LOST_PREPARED = "Introuvable, échange préparé\u00a0: fiche à faire signer"
SETTLED = "Foyer servi autrement\u00a0: l’atelier peut le reprendre"


def to_follow(devices: DeviceQuerySet) -> DeviceQuerySet:
    """What is in return, and what was lost there while its household is still owed."""
    return devices.filter(Q(state=DeviceState.RETURNED) | LOST_IN_RETURN & ~Exists(Settlement.objects.of_this_stay()))


def with_settled(devices: DeviceQuerySet) -> DeviceQuerySet:
    """Each with ``settled``: it was brought back, and its household was served otherwise since."""
    return devices.annotate(
        settled=ExpressionWrapper(BROUGHT_BACK & Q(Exists(Settlement.objects.of_this_stay())), BooleanField())
    )


def with_standing(devices: DeviceQuerySet) -> DeviceQuerySet:
    """Each with ``repaired`` and ``settled``, of its present stay; its household was ``told``, or is ``quiet``.

    ``exchanging``: the note of an exchange waits for its signature.
    """
    return devices.annotate(
        repaired=Exists(Repair.objects.of_this_stay()),
        settled=Exists(Settlement.objects.of_this_stay()),
        exchanging=Exists(HandOver.objects.prepared_exchanges().filter(replaces=OuterRef("pk"))),
        told=told_since_repair(),
        quiet=ExpressionWrapper(let_alone(), BooleanField()),
    )


def standing_of(device: Device) -> str:
    """In the words of who serves its household; of a row read ``with_standing``, else one query."""
    if not hasattr(device, "settled"):
        device = with_standing(Device.objects.filter(pk=device.pk)).get()
    if device.settled:  # type: ignore[attr-defined]
        return SETTLED
    if is_lost_in_return(device):
        return LOST_PREPARED if device.exchanging else LOST  # type: ignore[attr-defined]
    if not device.repaired:  # type: ignore[attr-defined]
        return PREPARED if device.exchanging else OWED  # type: ignore[attr-defined]
    if device.told:  # type: ignore[attr-defined]
        return TOLD
    return QUIET if device.quiet else REPAIRED  # type: ignore[attr-defined]
