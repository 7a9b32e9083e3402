"""What the house does when something happens below it: it forgets when a forgotten person came."""

from desk.services.visits import forget_visits
from lifecycle.registry import forget


def register() -> None:
    """Called once, when the process starts."""
    forget(forget_visits)
