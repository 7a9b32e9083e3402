"""Why a device will not serve: what its lot was accepted for, a storage that is there."""

from lifecycle.machine import Context, PerRow
from lifecycle.requirements import PerRowValues
from refurb.enums import DeviceType, UnusableReason
from refurb.machine.device_rules import OTHER_EXPLAINED, UNUSABLE_REASON
from refurb.models.device import Device
from refurb.models.predicates import for_recycling

NOT_DECIDED = "Sa ligne n’est pas acceptée pour le recyclage\u00a0: dites autrement pourquoi il ne servira pas."

NO_STORAGE = (
    "Aucun stockage n’est inventorié dans cet écran\u00a0: s’il en porte un, inventoriez-le d’abord\u00a0; sinon dites"
    " autrement pourquoi il ne servira pas."
)


def _not_decided(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    asked = [pk for pk, given in per_row.items() if given.get("reason") == UnusableReason.RECYCLING]
    if not asked:
        return {}
    decided = set(Device.objects.filter(for_recycling(), pk__in=asked).values_list("pk", flat=True))
    return dict.fromkeys((pk for pk in asked if pk not in decided), NOT_DECIDED)


RECYCLING_DECIDED = PerRow("recycling_decided", NOT_DECIDED, _not_decided, field="reason")


def _without_storage(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    asked = [pk for pk, given in per_row.items() if given.get("reason") == UnusableReason.UNERASABLE]
    screens = Device.objects.filter(pk__in=asked, type=DeviceType.SCREEN, drives=None) if asked else ()
    return dict.fromkeys((device.pk for device in screens), NO_STORAGE)


STORAGE_THERE = PerRow("storage_there", NO_STORAGE, _without_storage, field="reason")
WHY_UNUSABLE = (UNUSABLE_REASON, RECYCLING_DECIDED, STORAGE_THERE, OTHER_EXPLAINED)
