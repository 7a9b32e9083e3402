"""What is written of a device, or of an appointment, names no household: the pilot and the workshop read around it."""

from collections.abc import Sequence

from django.db.models import F, Q, QuerySet

from distribution.followers import ABOUT_A_HOUSEHOLD
from distribution.models import Appointment, HandOver
from lifecycle.actors import Actor
from lifecycle.registry import hush_comments, hush_moves, hush_places, judge_comments
from network.enums import OrganisationKind
from network.permissions import is_pilot
from prescriptions.models import Household
from prescriptions.unnamed import judged_by
from refurb.enums import DeviceState
from refurb.models.device import Device, DeviceEntry

S = DeviceState
SERVED = frozenset((S.ALLOTTED, S.SHIPPED, S.AVAILABLE, S.RESERVED, S.HANDED_OVER, S.RETURNED))


def of_its_household(device: Device, actor: Actor) -> tuple[str, ...]:
    """The verbs whose comments a pilot reads with the name of the household that has the device, and not without."""
    if not is_pilot(actor):
        return ()
    named = Household.objects.named_to(actor).filter(prescriptions__needs=device.need_id) if device.need_id else None
    return () if named is not None and named.exists() else ABOUT_A_HOUSEHOLD


def of_its_place(entries: Sequence[DeviceEntry], actor: Actor) -> list[int]:
    """The moves of which a donor reads neither who did it nor the hour: a device to a household is one household there.

    All of them from the first one that led to a stage of the distribution on: what is lost at a point, or comes back
    from it, names that point as well. What few households a territory has stays secret, whoever counts the devices that
    he gave (domaine §6.4).
    """
    return [entry.pk for entry in _on_the_way(entries)] if actor.kind == OrganisationKind.DONOR else []


def of_its_merger(entries: Sequence[DeviceEntry], actor: Actor) -> list[int]:
    """The merger of the territory that it served: its day is published, and tells a donor which one that is."""
    if actor.kind != OrganisationKind.DONOR:
        return []
    return [entry.pk for entry in _on_the_way(entries) if entry.verb == "follow_merger"]


def _on_the_way(entries: Sequence[DeviceEntry]) -> list[DeviceEntry]:
    """The moves since the first one that led to a stage of the distribution."""
    first = min((entry.seq for entry in entries if entry.target in SERVED), default=None)
    return [entry for entry in entries if first is not None and entry.seq >= first]


def _held_by(pks: list[int]) -> QuerySet[Household]:
    """The households that have these devices, or for which they were put aside since they last left the workshop."""
    held = HandOver.objects.filter(device__in=pks, prepared_at__gte=F("device__received_at"))
    mine = Q(prescriptions__needs__in=Device.objects.filter(pk__in=pks).values("need"))
    return Household.objects.filter(mine | Q(prescriptions__needs__in=held.values("need"))).values("pk")


def register() -> None:
    """The machines of the app whose comments may name a household."""
    judge_comments("device", judged_by(_held_by))
    hush_comments("device", of_its_household)
    hush_places("device", of_its_place)
    hush_moves("device", of_its_merger)
    of_hour = judged_by(lambda pks: Appointment.objects.filter(pk__in=pks).values("need__prescription__household"))
    judge_comments("appointment", of_hour)
