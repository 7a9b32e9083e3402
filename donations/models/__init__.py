"""What a gift stores: lots and their lines, what is decided of them, deeds, pick-ups, papers; those who may give."""

from donations.models.decision import Allocation, LineDecision, LineRedirection
from donations.models.deed import DeedAcceptance, DeedText
from donations.models.donation import Donation, DonationEntry, DonationLine, DonationPaper, LineExplanation
from donations.models.inventory import InventoryUnit
from donations.models.line_correction import LineCorrection
from donations.models.pick_up import PickUp, PickUpCount
from donations.models.potential import OrganisationCount, SizeEstimate
from donations.models.prospect import Prospect, ProspectContact, ProspectEntry

__all__ = [
    "Allocation",
    "DeedAcceptance",
    "DeedText",
    "Donation",
    "DonationEntry",
    "DonationLine",
    "DonationPaper",
    "InventoryUnit",
    "LineCorrection",
    "LineDecision",
    "LineExplanation",
    "LineRedirection",
    "OrganisationCount",
    "PickUp",
    "PickUpCount",
    "Prospect",
    "ProspectContact",
    "ProspectEntry",
    "SizeEstimate",
]
