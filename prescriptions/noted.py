"""What the facts noted so far say of a request, told beside its steps; an upper app adds what they say of offers."""

from collections.abc import Callable
from typing import Any

from lifecycle.actors import Actor
from lifecycle.registry import Panel
from prescriptions.models import Prescription
from prescriptions.permissions import sees_facts
from prescriptions.services.prescriptions import evaluate

type Teller = Callable[[Prescription, Actor], Panel | None]
_tellers: list[Teller] = []


def tell_noted(function: Teller) -> None:
    """Add what ``function(prescription, actor)`` says of the facts noted, or None where it says nothing."""
    if function not in _tellers:
        _tellers.append(function)


def noted(prescription: Prescription, actor: Actor) -> dict[str, Any] | None:
    """The verdict of the day, then what the upper apps add; None for whom facts are closed."""
    if not sees_facts(actor):
        return None
    told = [found for teller in _tellers if (found := teller(prescription, actor)) is not None]
    return {"evaluation": evaluate(prescription=prescription), "told": told, "prescription": prescription}
