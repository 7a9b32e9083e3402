"""The verbs offered on a selection of devices, by the list they are offered on."""

from lifecycle.forms import CommentForm
from lifecycle.sets import SetVerb
from refurb.forms.devices import DeviceRejectForm, DeviceReportMissingForm
from refurb.forms.distribution import DeviceReleaseAllotmentForm, DeviceSendBackForm
from refurb.models import Device
from refurb.permissions import (
    can_allot_device,
    can_release_device,
    can_report_missing_device,
    can_send_back_device,
    can_work_on_device,
)
from refurb.services.allotment import release_allotment_devices
from refurb.services.point_stock import send_back_devices

DEVICE_BOX = "device"
"""What the boxes of the lists of devices are called."""
ON_DEVICES = (
    SetVerb(Device, "start", CommentForm, can_work_on_device),
    SetVerb(Device, "reject", DeviceRejectForm, can_work_on_device),
    SetVerb(Device, "release_allotment", DeviceReleaseAllotmentForm, can_allot_device, release_allotment_devices),
    SetVerb(
        Device,
        "report_missing",
        DeviceReportMissingForm,
        can_report_missing_device,
        warning="Pour chaque appareil qui avait quitté son donateur sans preuve d’effacement, un incident est"
        " ouvert\u00a0: le donateur, le responsable de l’atelier et le pilote sont prévenus aussitôt.",
    ),
)
ON_SEND_BACKS = (SetVerb(Device, "send_back", DeviceSendBackForm, can_send_back_device, send_back_devices),)
ON_RESERVATIONS = (SetVerb(Device, "release", CommentForm, can_release_device),)
