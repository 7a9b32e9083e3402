"""What people type to move a convention: one form per verb."""

from datetime import date
from typing import Any

from django import forms

from conventions.enums import (
    QUOTA_TYPES,
    ActBody,
    DraftAbandonReason,
    SuspendReason,
)
from conventions.forms.base import CommentForm, ReasonForm
from conventions.machine import rules
from conventions.machine.measured import NOT_EXCEEDED
from lifecycle.forms import choose, day_input, field_of
from network.enums import OrganisationKind
from network.models import Organisation

FOLLOWED = "amended_ended"
"""The reason of an amendment whose convention ended: nobody chooses it."""


class ConventionAbandonForm(ReasonForm):
    reasons, rule = [choice for choice in DraftAbandonReason.choices if choice[0] != FOLLOWED], rules.ABANDON_REASON


class ConventionSuspendForm(ReasonForm):
    """The rate is no reason before it was exceeded: it is left out, and the field says why."""

    reasons, rule = SuspendReason.choices, rules.SUSPEND_REASON

    def __init__(self, *args: Any, exceeded: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if exceeded:
            return
        reason = field_of(self, "reason", forms.ChoiceField)
        reason.choices = choose([choice for choice in SuspendReason.choices if choice[0] != SuspendReason.QUALITY])
        reason.help_text = f"«\u00a0{SuspendReason.QUALITY.label}\u00a0» n’est pas proposé. {NOT_EXCEEDED}"


class ConventionOpenSignatureForm(CommentForm):
    """The act by which the EPCI decides to sign."""

    act_body = forms.ChoiceField(
        label="Qui a décidé",
        choices=choose(ActBody.choices),
        error_messages={"required": rules.ACT_BODY.sentence},
    )
    act_number = forms.CharField(
        label="Numéro de la délibération ou de la décision",
        max_length=60,
        help_text="Exemple\u00a0: 2026-11-042.",
        error_messages={"required": rules.ACT_NUMBER.sentence},
    )
    act_on = forms.DateField(
        label="Date de l’acte", widget=day_input(), error_messages={"required": rules.ACT_DATES.sentence}
    )
    act_executory_on = forms.DateField(
        label="Exécutoire le",
        widget=day_input(),
        help_text="Le jour où l’acte est publié et transmis au contrôle de légalité.",
        error_messages={"required": rules.ACT_DATES.sentence},
    )


class ConventionSucceedForm(CommentForm):
    """The EPCI that acts from now on."""

    successor = forms.ModelChoiceField(
        label="EPCI qui succède",
        queryset=Organisation.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": rules.SUCCESSOR.sentence},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "successor", forms.ModelChoiceField).queryset = Organisation.objects.active().of_kind(
            OrganisationKind.EPCI
        )


class ReserveForm(forms.Form):
    """How many devices of each type the pilot may allot outside the quotas in one calendar year."""

    def __init__(self, *args: Any, held: dict[str, int], used: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in QUOTA_TYPES:
            self.fields[code] = forms.IntegerField(
                label=label,
                min_value=0,
                max_value=100_000,
                required=False,
                initial=held.get(code),
                help_text=f"Déjà affectés\u00a0: {used.get(code, 0)}."
                if code in held
                else "Aucune réserve cette année.",
            )

    def totals(self) -> dict[str, int]:
        """What was typed: an empty box leaves a type as it is."""
        return {code: total for code, total in self.cleaned_data.items() if total is not None}


def reserve_years(today: date) -> list[int]:
    """The years a reserve is set for: this one and the next."""
    return [today.year, today.year + 1]
