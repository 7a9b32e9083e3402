"""What a point sent back because its data could still be read: until it is reconditioned again, no word is enough.

A drive is named and proven; that there is none is attested by the manager of the workshop, not by a technician.
"""

from collections.abc import Iterable

from django.db.models import OuterRef, Q, Subquery

from lifecycle.actors import Actor
from lifecycle.machine import Reason
from refurb.enums import DriveKind
from refurb.models.device import Device, DeviceEntry
from refurb.models.drive import Drive
from refurb.permissions import can_manage_device

MANAGER_ATTESTS = Reason(
    "manager_attests",
    "Un point y a trouvé des données\u00a0: cherchez le stockage et prouvez-le. S’il n’y en a pas, le responsable"
    " de l’atelier l’atteste.",
    "le responsable de l’atelier",
)
NAMED_AND_PROVEN = Reason(
    "named_and_proven",
    "Un point y a trouvé des données\u00a0: donnez le numéro de série du disque, sa preuve doit le porter.",
    field="serial",
)


def belied(devices: Iterable[int]) -> set[int]:
    """Of these, those that a point sent back with data on them, and that nobody reconditioned since; one query."""
    said = DeviceEntry.objects.filter(
        Q(verb="recondition") | Q(verb="send_back", values__reason="not_erased"), object=OuterRef("pk")
    )
    last = Subquery(said.order_by("-seq").values("verb")[:1])
    return set(
        Device.objects.filter(pk__in=devices).alias(last=last).filter(last="send_back").values_list("pk", flat=True)
    )


def may_not_attest(devices: Iterable[int], actor: Actor) -> dict[int, tuple[Reason, ...]]:
    """Those of which this person may not attest that they hold nothing, each with why."""
    if can_manage_device(actor) is not None:
        return {}
    return dict.fromkeys(belied(devices), (MANAGER_ATTESTS,))


def may_not_be_nameless(drives: Iterable[Drive]) -> dict[int, tuple[Reason, ...]]:
    """The devices of drives that are to be named there; the storage of a phone has no number."""
    nameless = [one.device_id for one in drives if not one.serial and one.kind != DriveKind.INTERNAL]
    return dict.fromkeys(belied(nameless), (NAMED_AND_PROVEN,)) if nameless else {}
