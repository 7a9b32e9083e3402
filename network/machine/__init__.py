"""The machines of the network, which are declared once this is imported."""

from network.machine import awareness, directory, merger, rollout

__all__ = ["awareness", "directory", "merger", "rollout"]
