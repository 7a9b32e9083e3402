"""What is written of a device, or of an appointment, names no household: the pilot and the workshop read around it."""

from distribution.followers import ABOUT_A_HOUSEHOLD
from distribution.models import Appointment
from lifecycle.actors import Actor
from lifecycle.registry import hush_comments, judge_comments
from network.permissions import is_pilot
from prescriptions.models import Household
from prescriptions.unnamed import judged_by
from refurb.models import Device


def of_its_household(device: Device, actor: Actor) -> tuple[str, ...]:
    """The verbs whose comments a pilot reads with the name of the household that has the device, and not without."""
    if not is_pilot(actor):
        return ()
    named = Household.objects.named_to(actor).filter(prescriptions__needs=device.need_id) if device.need_id else None
    return () if named is not None and named.exists() else ABOUT_A_HOUSEHOLD


def register() -> None:
    """The machines of the app whose comments may name a household."""
    of_device = judged_by(lambda pks: Device.objects.filter(pk__in=pks).values("need__prescription__household"))
    judge_comments("device", of_device)
    hush_comments("device", of_its_household)
    of_hour = judged_by(lambda pks: Appointment.objects.filter(pk__in=pks).values("need__prescription__household"))
    judge_comments("appointment", of_hour)
