"""The first numbers of a month about households, and which of them its readers are not told."""

from typing import Any

from reports.enums import Stage
from reports.household_tables import NeedSummary
from reports.secrecy.covering import HIDDEN
from reports.summary import Summary


def hidden_headlines(figures: dict[str, Any]) -> list[str]:
    """What « L’essentiel » and the chain of the département say in numbers to the pilot, and hide from its readers."""
    summary, served = Summary(figures, hides_small=True), NeedSummary(figures, hides_small=True)
    told = [
        ("appareils affectés à une convention dans le mois", summary.number("entered", Stage.ALLOTTED)),
        ("appareils mis en rayon dans le mois", summary.number("entered", Stage.AVAILABLE)),
        ("appareils remis à un foyer dans le mois", summary.handed_over),
    ]
    if served.is_counted:
        told += [("besoins satisfaits dans le mois", served.met), ("besoins en attente en fin de mois", served.waiting)]
    return [name for name, number in told if number == HIDDEN]
