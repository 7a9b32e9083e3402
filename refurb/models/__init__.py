"""What reconditioning stores: reference numbers, donations, devices, evidence, stock."""

from refurb.models.bench import Grading, TestResult, TestRun
from refurb.models.decision import Allocation, LineDecision
from refurb.models.deed import DeedAcceptance, DeedText
from refurb.models.device import Device, DeviceEntry
from refurb.models.device_paper import DevicePaper
from refurb.models.donation import (
    Donation,
    DonationEntry,
    DonationLine,
    DonationPaper,
    LineExplanation,
)
from refurb.models.drive import Destruction, Drive, DriveRemoval, StorageAbsence
from refurb.models.erasure import Erasure
from refurb.models.hand_over import Derogation, DerogationRequest, HandOver, Settlement
from refurb.models.line_correction import LineCorrection
from refurb.models.pick_up import PickUp, PickUpCount
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
from refurb.models.stock import Costing, Incident, IncidentFollowUp, Part, Repair
from refurb.models.tag_shape import TagShape
from refurb.models.terms import WarrantyText

__all__ = [
    "Allocation",
    "Checklist",
    "ChecklistFunction",
    "Costing",
    "DeedAcceptance",
    "DeedText",
    "Delivery",
    "DeliveryLine",
    "Derogation",
    "DerogationRequest",
    "Destruction",
    "Device",
    "DeviceEntry",
    "DevicePaper",
    "DistributionPoint",
    "Donation",
    "DonationEntry",
    "DonationLine",
    "DonationPaper",
    "Drive",
    "DriveRemoval",
    "Erasure",
    "Grading",
    "GradingCap",
    "GradingCriterion",
    "GradingLevel",
    "GradingScale",
    "GradingStep",
    "HandOver",
    "Incident",
    "IncidentFollowUp",
    "LineCorrection",
    "LineDecision",
    "LineExplanation",
    "Part",
    "PickUp",
    "PickUpCount",
    "Repair",
    "Settlement",
    "StorageAbsence",
    "TagShape",
    "TestResult",
    "TestRun",
    "WarrantyText",
]
