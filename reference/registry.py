"""Which parameters and which families of reference data are declared: apps add to it when they are loaded.

Nothing here knows a model: the table of parameters reads its codes from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

type Number = int | Decimal

MOST: Mapping[str, int] = MappingProxyType(
    {
        "%": 100,
        "minutes": 1440,
        "heures": 24,
        "jours": 3650,
        "jours ouvrés": 365,
        "mois": 240,
        "ans": 30,
        "points": 1000,
        "Mo/s": 100_000,
        "kg par an": 10_000,
        "kg éq. CO₂ par an": 10_000,
    }
)
"""The largest value that makes sense, by unit; a parameter of another unit declares its own."""


@dataclass(frozen=True)
class Declaration:
    """What one parameter is. ``usual``: its value on a day that no row covers, and what kind of number it is.

    ``least``, ``most``: the smallest and the largest values that make sense; that of its unit where it says no
    ``most``. ``source``: who says the usual value.
    """

    code: str
    usual: Number
    unit: str
    label: str
    least: int = 1
    source: str = "Maillon, valeur d’usage"
    most: int | None = None

    @property
    def family(self) -> str:
        """The code of its family: what stands before the dot."""
        return self.code.partition(".")[0]

    @property
    def highest(self) -> int | None:
        """The largest value that makes sense; None when neither it nor its unit says so, which a check refuses."""
        return MOST.get(self.unit) if self.most is None else self.most

    @property
    def is_whole(self) -> bool:
        """Whether it counts whole things: days, points, households."""
        return isinstance(self.usual, int)


@dataclass(frozen=True)
class ParameterFamily:
    """The parameters that a page shows together. ``falls``: codes whose values go down, each under the one before."""

    code: str
    slug: str
    group: str
    title: str
    purpose: str
    falls: tuple[tuple[str, ...], ...] = ()


@dataclass
class ReferenceRegistry:
    """What was declared, in the order in which it was."""

    parameters: dict[str, Declaration] = field(default_factory=dict)
    parameter_families: dict[str, ParameterFamily] = field(default_factory=dict)
    families: list[Any] = field(default_factory=list)
    """The families of tables of their own: ``reference.families.Family``."""


REGISTRY = ReferenceRegistry()


def declared_codes() -> list[tuple[str, str]]:
    """``(code, label)`` of every parameter: the choices of the column."""
    return [(code, declared.label) for code, declared in REGISTRY.parameters.items()]


def declared_parameters() -> Mapping[str, Declaration]:
    """``{code: declaration}`` of every parameter."""
    return REGISTRY.parameters
