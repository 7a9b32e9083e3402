"""What is written of a device, or of an appointment, names no household: the pilot and the workshop read around it."""

from functools import cache

from distribution.followers import ABOUT_A_HOUSEHOLD
from distribution.models import Appointment
from lifecycle.actors import Actor
from lifecycle.machine import verbs_of
from lifecycle.registry import hush_comments, hush_places, judge_comments
from network.enums import OrganisationKind
from network.permissions import is_pilot
from prescriptions.models import Household
from prescriptions.unnamed import judged_by
from refurb.enums import DeviceState
from refurb.models import Device

S = DeviceState
SERVED = frozenset((S.ALLOTTED, S.SHIPPED, S.AVAILABLE, S.RESERVED, S.HANDED_OVER, S.RETURNED))


def of_its_household(device: Device, actor: Actor) -> tuple[str, ...]:
    """The verbs whose comments a pilot reads with the name of the household that has the device, and not without."""
    if not is_pilot(actor):
        return ()
    named = Household.objects.named_to(actor).filter(prescriptions__needs=device.need_id) if device.need_id else None
    return () if named is not None and named.exists() else ABOUT_A_HOUSEHOLD


def of_its_place(device: Device, actor: Actor) -> tuple[str, ...]:
    """The verbs of which a donor reads neither who did it nor the hour: a device to a household is one household there.

    What few households a territory has stays secret, whoever counts the devices that he gave (domaine §6.4).
    """
    return _on_the_way() if actor.kind == OrganisationKind.DONOR else ()


@cache
def _on_the_way() -> tuple[str, ...]:
    """The verbs that lead to a stage of the distribution, or from none but those."""
    return tuple(
        name for name, verb in verbs_of(Device).items() if verb.target in SERVED or set(verb.sources) <= set(SERVED)
    )


def register() -> None:
    """The machines of the app whose comments may name a household."""
    of_device = judged_by(lambda pks: Device.objects.filter(pk__in=pks).values("need__prescription__household"))
    judge_comments("device", of_device)
    hush_comments("device", of_its_household)
    hush_places("device", of_its_place)
    of_hour = judged_by(lambda pks: Appointment.objects.filter(pk__in=pks).values("need__prescription__household"))
    judge_comments("appointment", of_hour)
