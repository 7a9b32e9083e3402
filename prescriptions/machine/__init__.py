"""The machines of the app, which are declared once this is imported."""

from prescriptions.machine import household, need, prescription, rights, transfer

__all__ = ["household", "need", "prescription", "rights", "transfer"]
