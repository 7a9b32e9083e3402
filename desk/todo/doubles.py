"""« À faire » of who sees every file: two that look alike, followed where nobody else sees both."""

from django.urls import reverse

from desk.todo.blocks import Block, Line
from desk.todo.limits import Limits
from prescriptions.doubles import Alike, seen_by_no_adviser
from prescriptions.models import Household
from typography.french import HARD


def doubles(limits: Limits) -> Block:
    """One line for two files: no adviser of a distributor can compare them. No name is told."""
    return Block(
        "ressemblances",
        "Dossiers qui se ressemblent",
        lambda: seen_by_no_adviser(limits.values),
        _pair,
        "Aucun dossier ne ressemble à celui d’un autre distributeur.",
    )


def _pair(pair: tuple[Household, Alike]) -> Line:
    file, alike = pair
    said = f"{alike.likeness.label}{HARD}: {', '.join(str(sign.label) for sign in alike.signs)}"
    url = reverse("prescriptions:household_doubles", args=[file.reference])
    return Line(f"{file.reference} et {alike.household.reference}", url, f"{said}. Aucun conseiller ne voit les deux")
