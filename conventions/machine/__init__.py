"""The machines of the app, which are declared once this is imported."""

from conventions.machine import convention, review, rollout, signature

__all__ = ["convention", "review", "rollout", "signature"]
