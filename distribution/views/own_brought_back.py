"""What became of a device that its household brought back, on the household's own page while nobody may call it."""

from collections.abc import Mapping

from distribution.appointments import reach_of
from distribution.brought_back import (
    LOST,
    LOST_PREPARED,
    OWED,
    PREPARED,
    SETTLED,
    standing_of,
    to_follow,
    with_standing,
)
from lifecycle.actors import SignedLink
from prescriptions.models import Prescription, RightsRequest
from prescriptions.own_parts import OwnPart
from prescriptions.saying import translatable
from refurb.models import Device

PART = "distribution/own_brought_back.html"
AWAITED = (OWED, PREPARED, LOST, LOST_PREPARED)
"""Nothing is there yet for the household to come for."""
NOT_REPAIRED, REPAIRED = "Pas de nouvelles\u00a0? Appelez {distributor}.", "Il est réparé. Appelez {distributor}."


def brought_back_part(prescription: Prescription, actor: SignedLink, asked: Mapping[str, str]) -> OwnPart | None:
    """Under a limitation, each device that is back and owed: where it stands, whom to call; else it is told above."""
    if prescription.distributor is None or not RightsRequest.objects.limits(prescription.household_id):
        return None
    back = to_follow(Device.objects.main().filter(need__prescription=prescription)).order_by("pk")
    standings = [standing for one in with_standing(back) if (standing := standing_of(one)) != SETTLED]
    whom = reach_of(prescription.distributor)
    said = [translatable(NOT_REPAIRED if one in AWAITED else REPAIRED, distributor=whom) for one in standings]
    return OwnPart(PART, {"lines": said}) if said else None
