"""What a household brought back was lost, and is there after all: it goes back to the return it was in."""

from django.db.models import Exists, Q

from distribution.machine.allotment_rules import QUOTA_LEFT, SAME_QUOTA
from distribution.models import Settlement
from distribution.permissions import can_find_returned_device
from lifecycle.machine import Requirement, Verb
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

DeviceMachine.extend(
    "distribution",
    find_returned=Verb(
        "Retrouver le retour",
        source=DeviceState.MISSING,
        target=DeviceState.RETURNED,
        who=can_find_returned_device,
        requires=[RETURN_OPEN, SAME_QUOTA, QUOTA_LEFT],
        update_locks=["need"],
        stamps=NOT_MISSING,
        journal=["quota"],
        done="Retrouvé, de nouveau en retour SAV",
        varies=True,
        why="It is its household's still: same stay, same warranty; it takes its place of the quota again.",
    ),
)
