"""Whether the households that come to a point may have the devices of a convention: told before they leave. Reading."""

from conventions.models import Convention
from network.models import Epci
from refurb.models import DistributionPoint


def serves_nobody(convention: Convention, point: DistributionPoint) -> str:
    """Why no household that is sent to this point may have a device of this convention; empty when some may.

    A device of a convention goes to households of its EPCI (machines §1.27); to which point a household goes is said by
    ``DistributionPoint.objects.communes_of``. It warns and refuses nothing: a derogation may send a
    household across, and a point keeps boxes for another.
    """
    communes = DistributionPoint.objects.communes_of(point)
    if Epci.objects.filter(pk__in=convention.territories - {None}, communes__in=communes).exists():
        return ""
    return (
        f"Aucun foyer de «\u00a0{convention.epci}\u00a0» n’est orienté vers ce point\u00a0: sauf dérogation, personne"
        " n’y recevra un appareil de cette convention."
    )
