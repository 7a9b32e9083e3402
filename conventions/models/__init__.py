"""The tables of conventions."""

from conventions.models.reference import MONEY, PriceCeiling

__all__ = ["MONEY", "PriceCeiling"]
