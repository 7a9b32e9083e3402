"""« À faire » of who sees every file: two that look alike, of which nobody else is asked."""

from django.urls import reverse

from desk.todo.blocks import Block, Line
from desk.todo.limits import Limits
from prescriptions.doubles import Alike, asked_of_nobody_else
from prescriptions.models import Household
from typography.french import HARD


def doubles(limits: Limits) -> Block:
    """One line for two files that nobody else is asked to compare. No name is told."""
    return Block(
        "ressemblances",
        "Dossiers qui se ressemblent",
        lambda: asked_of_nobody_else(limits.values),
        _pair,
        "Aucune ressemblance n’attend votre réponse.",
    )


def _pair(pair: tuple[Household, Alike]) -> Line:
    file, alike = pair
    said = f"{alike.likeness.label}{HARD}: {', '.join(str(sign.label) for sign in alike.signs)}"
    url = reverse("prescriptions:household_doubles", args=[file.reference])
    return Line(f"{file.reference} et {alike.household.reference}", url, f"{said}. Dites si c’est le même foyer")
