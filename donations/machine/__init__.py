"""The machine of lots, which is declared once this is imported."""

from donations.machine import donation

__all__ = ["donation"]
