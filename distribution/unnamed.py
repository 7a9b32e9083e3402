"""What is written of a device, or of an appointment, names no household: the pilot and the workshop read around it."""

from distribution.models import Appointment
from lifecycle.registry import judge_comments
from prescriptions.unnamed import judged_by
from refurb.models import Device


def register() -> None:
    """The machines of the app whose comments may name a household."""
    of_device = judged_by(lambda pks: Device.objects.filter(pk__in=pks).values("need__prescription__household"))
    judge_comments("device", of_device)
    of_hour = judged_by(lambda pks: Appointment.objects.filter(pk__in=pks).values("need__prescription__household"))
    judge_comments("appointment", of_hour)
