"""The verbs that distribution adds to the machine of devices, which has them once this is imported; stocktakes."""

from distribution.machine import device, stocktake

__all__ = ["device", "stocktake"]
