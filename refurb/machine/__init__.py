"""The machines of the app, which are declared once this is imported; a device’s verbs in this order: it is shown."""

from refurb.machine import corrections, device

__all__ = ["corrections", "device"]
