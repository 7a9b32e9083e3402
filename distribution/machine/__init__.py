"""The verbs that distribution adds to the machine of devices, which has them once this is imported."""

from distribution.machine import device

__all__ = ["device"]
