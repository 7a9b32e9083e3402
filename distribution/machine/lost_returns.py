"""What a household brought back was lost, and is there after all: it goes back to the return it was in."""

from django.db.models import Exists, Q

from conventions.models import Quota
from distribution.machine.allotment_rules import SAME_QUOTA
from distribution.models import Settlement
from distribution.permissions import can_find_returned_device
from lifecycle.machine import Capacity, Given, Requirement, Verb
from refurb.enums import DeviceState
from refurb.machine.device import DeviceMachine
from refurb.machine.stamps import NOT_MISSING

RETURN_OPEN = Requirement(
    "return_open",
    "Le foyer a été servi autrement depuis\u00a0: l’appareil n’est plus le sien. Il se réceptionne à l’atelier, et"
    " rejoint le stock.",
    lambda ctx: ~Q(Exists(Settlement.objects.of_this_stay())),
    lifted_by="un technicien de l’atelier",
)
PLACE_LEFT = Capacity(
    "place_left",
    "Un autre appareil a pris sa place du quota depuis, et aucune n’est libre\u00a0: servez le foyer autrement, par un"
    " échange ou un remboursement. L’atelier réceptionne ensuite l’appareil, qui rejoint le stock.",
    counter=Quota,
    key=Given("quota"),
    lifted_by="le conseiller du point de distribution",
)

DeviceMachine.extend(
    "distribution",
    find_returned=Verb(
        "Retrouver le retour",
        source=DeviceState.MISSING,
        target=DeviceState.RETURNED,
        who=can_find_returned_device,
        requires=[RETURN_OPEN, SAME_QUOTA, PLACE_LEFT],
        update_locks=["need"],
        stamps=NOT_MISSING,
        journal=["quota"],
        done="Retrouvé, de nouveau en retour SAV",
        varies=True,
        why="It is its household's still: same stay, same warranty; it takes its place of the quota again.",
    ),
)
