"""The form by which the pilot establishes that an EPCI merged into another."""

from typing import Any

from django import forms

from lifecycle.forms import CommentForm, field_of
from network.enums import OrganisationKind
from network.machine.merger import ACTS_FOR_IT, EPCI, SUCCESSOR
from network.models import Epci, Organisation


def _choice(label: str, required: str, help_text: str = "") -> Any:
    return forms.ModelChoiceField(
        label=label,
        queryset=Epci.objects.none(),
        empty_label="Choisissez…",
        help_text=help_text,
        error_messages={"required": required, "invalid_choice": required},
    )


class MergerForm(CommentForm):
    """Which EPCI is no more, which one succeeds to it, and who acts for the latter."""

    epci = _choice("EPCI qui disparaît", EPCI.sentence)
    successor = _choice("EPCI qui succède", SUCCESSOR.sentence, "Un EPCI nouveau figure d’abord au territoire.")
    organisation = forms.ModelChoiceField(
        label="Organisation qui agit pour l’EPCI qui succède",
        queryset=Organisation.objects.none(),
        empty_label="Choisissez…",
        help_text="Elle prend la place de l’ancien EPCI dans les conventions en cours.",
        error_messages={"required": ACTS_FOR_IT.sentence, "invalid_choice": ACTS_FOR_IT.sentence},
    )
    field_order = ("epci", "successor", "organisation", "comment")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("epci", "successor"):
            field_of(self, name, forms.ModelChoiceField).queryset = Epci.objects.living().alphabetical()
        field_of(self, "organisation", forms.ModelChoiceField).queryset = Organisation.objects.active().of_kind(
            OrganisationKind.EPCI
        )
