"""What is held of a household, told model by model: which columns are given to whoever asks, which are not and why.

Each app declares its own, ``declare_personal_data(PersonalData(…))``, in ``AppConfig.ready()``. A test follows every
link that leads to a household and asks that each column be on one side or the other: a new one cannot be forgotten.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.db import models

from prescriptions.models import Household

INTERNAL = "sert à retrouver ou à enchaîner des lignes, et ne dit rien de vous"
COMMON: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        (
            *("id", "seq", "head", "hash", "object", "recorded_at", "due_at", "cause_machine", "cause_entry"),
            *("moved_at", "source"),
        ),
        INTERNAL,
    )
)
"""The columns that tables share and that say nothing of anybody."""
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class PersonalData:
    """One table that hangs from a household.

    ``path``: the look-up from a row to its household, or several of which one is enough; ``columns``: what is given, in
    order; ``apart``: what is not, each with its reason; ``say``: where the words are not those of the column, a
    function of the row.
    """

    model: type[models.Model]
    path: str | tuple[str, ...]
    title: str
    columns: tuple[str, ...]
    apart: Mapping[str, str] = field(default_factory=dict)
    say: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)

    def rows_of(self, household: int) -> "models.QuerySet[Any]":
        """Its rows of one household, and of the files that were joined to it, the oldest first."""
        paths = (self.path,) if isinstance(self.path, str) else self.path
        files = _files(household)
        of_it = models.Q(*((f"{path}__in", files) for path in paths), _connector=models.Q.OR)
        return self.model._base_manager.filter(of_it).order_by("pk")


@dataclass(frozen=True)
class Beyond:
    """A table that a row of a household points to or is pointed from, where what is held of a person ends."""

    model: type[models.Model]
    why: str


def _files(household: int) -> "models.QuerySet[Any]":
    joined = models.Q(pk=household) | models.Q(joined_into=household)
    return Household._base_manager.filter(joined).values("pk")


_personal_data: dict[type[models.Model], PersonalData] = {}
_beyond: dict[type[models.Model], Beyond] = {}


def declare_personal_data(*declared: PersonalData | Beyond) -> None:
    """Declare what an app holds of households."""
    for one in declared:
        if isinstance(one, PersonalData):
            _personal_data[one.model] = one
        else:
            _beyond[one.model] = one


def all_personal_data() -> list[PersonalData]:
    """Every table that holds something of a household, in the order in which they were declared."""
    return list(_personal_data.values())


def tables_beyond() -> dict[type[models.Model], Beyond]:
    """The tables where what is held of a person ends."""
    return dict(_beyond)
