"""Files that are sorted once their device left: a drive that nothing proves empty is told at once, as a breach.

Its proofs fall, so that nobody puts it on a shelf, reserves it or hands it over; whoever has it is told what to do.
"""

from datetime import datetime

from lifecycle.exceptions import Refused
from lifecycle.machine import Reason
from refurb import emails
from refurb.donor_data import donor_data_of
from refurb.enums import ON_DATA_FOUND, IncidentKind
from refurb.machine.storage_rules import left_behind, unproven
from refurb.models.device import Device
from refurb.models.incident import Incident

NOTHING_NEW = Reason(
    "nothing_new",
    "Cet appareil a quitté l’atelier, et ces fichiers ne disent rien de nouveau de ses disques\u00a0: écartez-les.",
)
TOLD = (
    "Cet appareil a quitté l’atelier, et un de ses disques n’est pas prouvé effacé\u00a0: un incident est ouvert. Le"
    " donateur (si ce sont ses données), le responsable de l’atelier, le point qui a l’appareil et le pilote sont"
    " prévenus aussitôt."
)
TOLD_BEFORE = "Un incident est déjà ouvert pour cet appareil\u00a0: ce fichier le complète."
STANDS = "Cet appareil a quitté l’atelier\u00a0: le disque est inventorié, et prouvé effacé."


def tell(held: Device, *, at: datetime, is_news: bool) -> list[str]:
    """What follows of what files wrote on a device that left, in words. Raises Refused when they wrote nothing."""
    rows = Device.objects.filter(pk=held.pk)
    if not is_news:
        raise Refused({held.pk: (NOTHING_NEW,)})
    if not rows.filter(unproven() | left_behind()).exists():
        return [STANDS]
    if Incident.objects.filter(device=held, stay=held.stay, kind__in=ON_DATA_FOUND).exists():
        return [TOLD_BEFORE]
    incident = Incident.objects.create(
        device=held,
        stay=held.stay,
        kind=IncidentKind.DATA_SHOWN,
        known_at=at,
        lost_from=held.state,
        donation=None if donor_data_of(rows)[held.pk].gone else held.donation,
        workshop=held.workshop,
        entry=held.journal.latest("seq"),
    )
    for tell_them in (
        emails.data_shown_for_donors,
        emails.data_shown_for_workshops,
        emails.data_shown_for_points,
        emails.data_shown_for_pilots,
    ):
        tell_them([incident], at)
    return [TOLD]
