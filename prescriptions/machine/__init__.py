"""The machines of the app, which are declared once this is imported."""

from prescriptions.machine import household, need, photo, prescription, rights, transfer

__all__ = ["household", "need", "photo", "prescription", "rights", "transfer"]
