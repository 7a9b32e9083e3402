"""The verbs offered on a selection of devices, by the list they are offered on."""

from lifecycle.forms import CommentForm
from lifecycle.sets import SetVerb
from refurb.forms.devices import DeviceRejectForm, DeviceReportMissingForm
from refurb.models import Device
from refurb.onward import onward
from refurb.permissions import can_report_missing_device, can_work_on_device

DEVICE_BOX = "device"
"""What the boxes of the lists of devices are called."""
AT_THE_BENCH = (
    SetVerb(Device, "start", CommentForm, can_work_on_device),
    SetVerb(Device, "reject", DeviceRejectForm, can_work_on_device),
)
MISSING = SetVerb(
    Device,
    "report_missing",
    DeviceReportMissingForm,
    can_report_missing_device,
    warning="Pour chaque appareil qui avait quitté son donateur sans preuve d’effacement, un incident est"
    " ouvert\u00a0: le donateur, le responsable de l’atelier et le pilote sont prévenus aussitôt.",
)


def on_devices() -> tuple[SetVerb, ...]:
    """The verbs of the list of devices: those of the bench, of the app above, and the last resort."""
    return (*AT_THE_BENCH, *onward().sets, MISSING)
