"""What distribution stores: notes of hand-overs, derogations, how a household was served otherwise, the warranty;
stocktakes."""

from distribution.models.hand_over import Derogation, DerogationRequest, HandOver, Settlement
from distribution.models.stocktake import Stocktake, StocktakeEntry, StocktakeLine, StocktakeScan
from distribution.models.terms import WarrantyText

__all__ = [
    "Derogation",
    "DerogationRequest",
    "HandOver",
    "Settlement",
    "Stocktake",
    "StocktakeEntry",
    "StocktakeLine",
    "StocktakeScan",
    "WarrantyText",
]
