"""The machines of the app, which are declared once this is imported."""

from conventions.machine import convention, ending, review, rollout, signature

__all__ = ["convention", "ending", "review", "rollout", "signature"]
