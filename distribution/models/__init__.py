"""What distribution stores: notes of hand-overs, derogations, how a household was served otherwise, the warranty;
stocktakes; appointments."""

from distribution.models.appointment import Appointment, AppointmentEntry, PointClosure, PointOpening
from distribution.models.hand_over import Derogation, DerogationRequest, HandOver, Settlement
from distribution.models.stocktake import Stocktake, StocktakeEntry, StocktakeLine, StocktakeScan
from distribution.models.terms import WarrantyText

__all__ = [
    "Appointment",
    "AppointmentEntry",
    "Derogation",
    "DerogationRequest",
    "HandOver",
    "PointClosure",
    "PointOpening",
    "Settlement",
    "Stocktake",
    "StocktakeEntry",
    "StocktakeLine",
    "StocktakeScan",
    "WarrantyText",
]
