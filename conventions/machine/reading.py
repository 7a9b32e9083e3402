"""What rules read: the rows of the app, by their name."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Model, OuterRef

from conventions.permissions import can_edit_convention
from lifecycle.machine import Place, Requirement

EDIT = Place("conventions:convention_edit", can_edit_convention, "le gestionnaire de l’EPCI", "epci_party")
TO_FILL = "[à compléter"
"""What the model of clauses leaves to the parties begins with this; a clause that still holds it is not filled."""


def own(model: type[Model], **wanted: Any) -> Exists:
    """True for the conventions that have such a row."""
    return Exists(model._default_manager.filter(convention=OuterRef("pk"), **wanted))


def coded(name: str, codes: Iterable[str], sentence: str) -> Requirement:
    """A reason is given, one of ``codes``."""
    known = set(codes)
    return Requirement(
        name,
        sentence,
        lambda ctx: ctx.values["reason"] in known if ctx.has("reason") else True,
        needs=("reason",),
        field="reason",
    )
