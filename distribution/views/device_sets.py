"""The verbs of distribution offered on a selection of devices, by the list they are offered on."""

from distribution.forms.deliveries import DeviceReleaseAllotmentForm
from distribution.forms.symptoms import DeviceSendBackForm
from distribution.permissions import can_allot_device, can_release_device, can_send_back_device
from distribution.services.allotment import release_allotment_devices
from distribution.services.point_stock import send_back_devices
from lifecycle.forms import CommentForm
from lifecycle.sets import SetVerb
from refurb.models import Device

ON_SEND_BACKS = (SetVerb(Device, "send_back", DeviceSendBackForm, can_send_back_device, send_back_devices),)
ON_RESERVATIONS = (SetVerb(Device, "release", CommentForm, can_release_device),)
ON_DEVICES = (
    SetVerb(Device, "release_allotment", DeviceReleaseAllotmentForm, can_allot_device, release_allotment_devices),
)
"""On the list of devices of the bench."""
