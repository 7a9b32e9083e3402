"""The tables of connection: offers, the end of copper, files and what hangs from them."""

from connectivity.models.campaign import CampaignCall, CampaignHousehold, CampaignScript, CopperCampaign
from connectivity.models.connection import ConnectionEntry, ConnectionFile
from connectivity.models.copper import CopperClosure, ImportedClosure
from connectivity.models.evidence import ConnectionPaper, OperatorLink, ProblemAnswer, ProofSeen, Transmission
from connectivity.models.line import LineNotice, Recharge
from connectivity.models.offer import Offer, OfferCondition
from connectivity.models.reach import (
    AddressCheck,
    ImportedCoverage,
    ImportedShare,
    MobileCoverage,
    ReachTold,
    TechnologyShare,
)

__all__ = [
    "AddressCheck",
    "CampaignCall",
    "CampaignHousehold",
    "CampaignScript",
    "ConnectionEntry",
    "ConnectionFile",
    "ConnectionPaper",
    "CopperCampaign",
    "CopperClosure",
    "ImportedClosure",
    "ImportedCoverage",
    "ImportedShare",
    "LineNotice",
    "MobileCoverage",
    "Offer",
    "OfferCondition",
    "OperatorLink",
    "ProblemAnswer",
    "ProofSeen",
    "ReachTold",
    "Recharge",
    "TechnologyShare",
    "Transmission",
]
