"""What reconditioning stores: reference numbers, donations, devices, evidence, stock."""

from refurb.models.bench import Grading, TestResult, TestRun
from refurb.models.carried import CarriedFacts
from refurb.models.defects import Defect, DefectMended, DefectWord
from refurb.models.deposit_token import DepositToken
from refurb.models.device import Device, DeviceEntry
from refurb.models.device_paper import DevicePaper
from refurb.models.drive import Destruction, Drive, DriveRemoval, StorageAbsence
from refurb.models.erasure import Erasure
from refurb.models.hardware import DepositedFile, FileDismissal, FilePointer, HardwareReport, ProcessorScore
from refurb.models.incident import Incident, IncidentFollowUp
from refurb.models.label import Label, LabelRun, LabelSheet
from refurb.models.photo import Photo
from refurb.models.points import Delivery, DeliveryLine, DistributionPoint
from refurb.models.reference import (
    Checklist,
    ChecklistFunction,
    GradingCap,
    GradingCriterion,
    GradingLevel,
    GradingScale,
    GradingStep,
)
from refurb.models.stock import Costing, Part, PartTakenOut, PartWrittenOff, Repair
from refurb.models.tag_shape import TagShape
from refurb.models.tectech import TecTechRow
from refurb.models.waste import WasteCode, WasteNote

__all__ = [
    "CarriedFacts",
    "Checklist",
    "ChecklistFunction",
    "Costing",
    "Defect",
    "DefectMended",
    "DefectWord",
    "Delivery",
    "DeliveryLine",
    "DepositToken",
    "DepositedFile",
    "Destruction",
    "Device",
    "DeviceEntry",
    "DevicePaper",
    "DistributionPoint",
    "Drive",
    "DriveRemoval",
    "Erasure",
    "FileDismissal",
    "FilePointer",
    "Grading",
    "GradingCap",
    "GradingCriterion",
    "GradingLevel",
    "GradingScale",
    "GradingStep",
    "HardwareReport",
    "Incident",
    "IncidentFollowUp",
    "Label",
    "LabelRun",
    "LabelSheet",
    "Part",
    "PartTakenOut",
    "PartWrittenOff",
    "Photo",
    "ProcessorScore",
    "Repair",
    "StorageAbsence",
    "TagShape",
    "TecTechRow",
    "TestResult",
    "TestRun",
    "WasteCode",
    "WasteNote",
]
