"""The machines of lots and of those who may give one, which are declared once this is imported."""

from donations.machine import donation, prospect

__all__ = ["donation", "prospect"]
