"""The verbs offered on a selection of devices, by the list they are offered on."""

from functools import partial

from lifecycle.forms import CommentForm
from lifecycle.sets import SetVerb
from network.models import Membership
from refurb.forms.devices import DeviceRecycleForm, DeviceRejectForm, DeviceReportMissingForm
from refurb.models import Device
from refurb.onward import onward
from refurb.permissions import can_report_missing_device, can_work_on_device
from refurb.services.stock import recycle_devices

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
    " ouvert\u00a0: le donateur (si ce sont ses données), le responsable de l’atelier et le pilote sont prévenus"
    " aussitôt.",
)


def recycling(actor: Membership) -> SetVerb:
    """Hand several devices to one recycler under one number, of which its workshop's register has the note.

    To dismantle is not offered on a selection: it is done for the parts, which are counted device by device.
    """
    form = partial(DeviceRecycleForm, by=actor)
    return SetVerb(
        Device,
        "recycle",
        form,
        can_work_on_device,
        recycle_devices,
        warning="Tous partent sous le même bordereau, que le registre des déchets garde\u00a0: son poids et son"
        " transporteur s’y complètent ensuite.",
    )


def on_devices(actor: Membership) -> tuple[SetVerb, ...]:
    """The verbs of the list of devices: those of the bench, of the app above, waste, and the last resort."""
    return (*AT_THE_BENCH, *onward().sets, recycling(actor), MISSING)
