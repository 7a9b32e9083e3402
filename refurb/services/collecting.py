"""The devices of a lot that a pick-up counted leave their donor."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from conventions.followers import all_moved
from donations.models.pick_up import PickUpCount
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.registry import Move
from refurb.enums import DeviceState
from refurb.models.device import Device


def collect_counted(
    donations: Iterable[int],
    *,
    actor: Actor,
    at: datetime | None = None,
    cause: Move | None = None,
    workshop: int | None = None,
) -> None:
    """Collect the declared devices of these donations up to what their pick-ups counted, line by line and
    workshop by workshop; those already arrived or collected count first. Four statements beside the gate's,
    whatever the number of devices. Raises Refused, for all of them, when one cannot be.
    """
    counted = PickUpCount.objects.filter(pick_up__donation__in=list(donations))
    devices = Device.objects.filter(donation__in=list(donations))
    if workshop is not None:
        counted, devices = counted.filter(pick_up__workshop=workshop), devices.filter(workshop=workshop)
    room: Counter[tuple[int, int]] = Counter(
        {
            (home, line): quantity
            for home, line, quantity in counted.values_list("pick_up__workshop", "line", "quantity")
        }
    )
    taken = devices.filter(Q(collected_at__isnull=False) | Q(stay__gt=0)).order_by()
    room.subtract(taken.values_list("workshop", "line"))
    chosen = []
    for pk, home, line in (
        devices.filter(state=DeviceState.DECLARED).order_by("pk").values_list("pk", "workshop", "line")
    ):
        if room[home, line] > 0:
            room[home, line] -= 1
            chosen.append(pk)
    if chosen:
        all_moved(gate.apply_many(Device.objects.filter(pk__in=chosen), "collect", actor=actor, at=at, cause=cause))
