"""The verbs that distribution adds to the machine of devices, which has them once this is imported; stocktakes;
appointments."""

from distribution.machine import appointment, asked_back, device, lost_returns, stocktake

__all__ = ["appointment", "asked_back", "device", "lost_returns", "stocktake"]
