"""The tables of connection: offers, the end of copper, files and what hangs from them."""

from connectivity.models.campaign import CampaignCall, CampaignHousehold, CampaignScript, CopperCampaign
from connectivity.models.connection import ConnectionEntry, ConnectionFile
from connectivity.models.copper import CopperClosure, ImportedClosure
from connectivity.models.evidence import ConnectionPaper, OperatorLink, ProblemAnswer, ProofSeen, Transmission
from connectivity.models.line import LineNotice, Recharge
from connectivity.models.offer import Offer, OfferCondition

__all__ = [
    "CampaignCall",
    "CampaignHousehold",
    "CampaignScript",
    "ConnectionEntry",
    "ConnectionFile",
    "ConnectionPaper",
    "CopperCampaign",
    "CopperClosure",
    "ImportedClosure",
    "LineNotice",
    "Offer",
    "OfferCondition",
    "OperatorLink",
    "ProblemAnswer",
    "ProofSeen",
    "Recharge",
    "Transmission",
]
