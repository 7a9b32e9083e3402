"""Which parameters and which families of reference data are declared: apps add to it when they are loaded.

Nothing here knows a model: the table of parameters reads its codes from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

type Number = int | Decimal


@dataclass(frozen=True)
class Declaration:
    """What one parameter is. ``usual``: its value on a day that no row covers, and what kind of number it is.

    ``least``: the smallest value that makes sense. ``source``: who says the usual value.
    """

    code: str
    usual: Number
    unit: str
    label: str
    least: int = 1
    source: str = "Maillon, valeur d’usage"

    @property
    def family(self) -> str:
        """The code of its family: what stands before the dot."""
        return self.code.partition(".")[0]

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
