"""The codes of reconditioning: devices, donations, evidence. Import them from here."""

from conventions.enums import DeviceType as DeviceType
from refurb.enums.device import *
from refurb.enums.evidence import *
from refurb.enums.hardware import *
from refurb.enums.papers import *
from refurb.enums.parts import *
from refurb.enums.waste import *
