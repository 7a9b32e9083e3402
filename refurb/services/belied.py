"""What left with its data, as a point or a late file shows: until it is reconditioned again, no word is enough.

A drive is named and proven; that there is none is attested by the manager of the workshop, not by a technician.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from lifecycle.actors import Actor
from lifecycle.machine import Reason
from refurb.enums import HAVE_NO_NUMBER, ON_DATA_FOUND
from refurb.models.device import DeviceEntry
from refurb.models.drive import Drive
from refurb.models.incident import Incident
from refurb.permissions import can_manage_device

MANAGER_ATTESTS = Reason(
    "manager_attests",
    "Des données y ont été trouvées après son départ\u00a0: cherchez le stockage et prouvez-le. S’il n’y en a pas, le"
    " responsable de l’atelier l’atteste.",
    "le responsable de l’atelier",
)
NAMED_AND_PROVEN = Reason(
    "named_and_proven",
    "Des données y ont été trouvées après son départ\u00a0: donnez le numéro de série du disque, sa preuve doit le"
    " porter.",
    field="serial",
)


def belied(devices: Iterable[int]) -> set[int]:
    """Of these, those with an incident of data found, that nobody reconditioned since; one query."""
    again = DeviceEntry.objects.filter(verb="recondition", object=OuterRef("device"), seq__gt=OuterRef("entry__seq"))
    found = Incident.objects.filter(kind__in=ON_DATA_FOUND, device__in=devices).filter(~Exists(again))
    return set(found.values_list("device", flat=True))


def may_not_attest(devices: Iterable[int], actor: Actor) -> dict[int, tuple[Reason, ...]]:
    """Those of which this person may not attest that they hold nothing, each with why."""
    if can_manage_device(actor) is not None:
        return {}
    return dict.fromkeys(belied(devices), (MANAGER_ATTESTS,))


def may_not_be_nameless(drives: Iterable[Drive]) -> dict[int, tuple[Reason, ...]]:
    """The devices of drives that are to be named there; neither the storage of a phone nor a card has a number."""
    nameless = [one.device_id for one in drives if not one.serial and one.kind not in HAVE_NO_NUMBER]
    return dict.fromkeys(belied(nameless), (NAMED_AND_PROVEN,)) if nameless else {}
