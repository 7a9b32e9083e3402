"""What the apps above add to the household's own page: an appointment to take, to move.

Such an app registers, in ``AppConfig.ready()``, ``own_part(function)``: ``function(prescription, actor, asked)``
returns an ``OwnPart``, or None when it has nothing to say; ``actor`` is the link by which the page was opened, and
``asked`` what its form last asked to see. The template is given the context, and ``code`` and ``pass`` for its forms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lifecycle.actors import SignedLink
from prescriptions.models import Prescription


@dataclass(frozen=True)
class OwnPart:
    """A section of the page, after what is told."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    todo: str = ""
    """What it asks before anything else, in place of what is told; empty when it asks nothing now."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What the sheet says of this section, ``{as written there: as said on the page}``, to whoever has it below."""


type PartMaker = Callable[[Prescription, SignedLink, Mapping[str, str]], OwnPart | None]

_functions: list[PartMaker] = []


def own_part(function: PartMaker) -> None:
    """Add a section to the page of every household it has something to say to."""
    if function not in _functions:
        _functions.append(function)


def parts_of(prescription: Prescription, actor: SignedLink, asked: Mapping[str, str]) -> list[OwnPart]:
    """The sections of this household, in the order of their registration."""
    return [part for function in _functions if (part := function(prescription, actor, asked)) is not None]
