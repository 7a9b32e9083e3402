"""What people type of the way of an EPCI: which one, what was said, who sat there, what is to be done next."""

from typing import Any

from django import forms

from lifecycle.forms import field_of
from network.enums import ExchangeChannel, OrganisationKind, RolloutStep
from network.forms.next_step import NEXT_FIELDS, ExchangeForm, NextForm, PlanForm
from network.models import Epci, Membership, Rollout
from network.permissions import is_pilot
from network.services.next_step import followers_of

PRESENT = tuple(
    (kind.value, kind.label)
    for kind in OrganisationKind
    if kind not in (OrganisationKind.EPCI, OrganisationKind.DEPARTEMENT)
)
"""Who may sit beside the EPCI and the Département, who call the meeting."""


class BeginForm(NextForm):
    """Which EPCI, and what is to be done first."""

    steps = tuple(RolloutStep.choices)

    epci = forms.ModelChoiceField(label="EPCI", queryset=Epci.objects.none(), empty_label="Choisissez…")
    field_order = ("epci", *NEXT_FIELDS)

    def __init__(self, data: Any, *, by: Membership, siren: str) -> None:
        super().__init__(data)
        rows = Epci.objects.living().filter(rollouts=None)
        if not is_pilot(by):
            rows = rows.filter(organisations=by.organisation_id)
        choice = field_of(self, "epci", forms.ModelChoiceField)
        choice.queryset = rows.alphabetical("short_name")
        choice.initial = rows.filter(siren=siren).values_list("pk", flat=True).first()
        self.offer(Membership.objects.filter(pk=by.pk), by)

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {"epci": self.cleaned_data["epci"], "then": self.then()}


class RolloutExchangeForm(ExchangeForm):
    """One exchange: when, how, what was said, what comes next."""

    steps = tuple(RolloutStep.choices)

    def __init__(self, data: Any, *, rollout: Rollout, by: Membership) -> None:
        super().__init__(data)
        self.begin(followers_of(rollout.epci_id), by, rollout)


class GatherForm(RolloutExchangeForm):
    """The same, with who sat there."""

    present = forms.MultipleChoiceField(
        label="Qui était réuni avec l’EPCI", choices=PRESENT, widget=forms.CheckboxSelectMultiple
    )
    field_order = ("contacted_on", "present", "channel", "said", *NEXT_FIELDS)

    def __init__(self, data: Any, *, rollout: Rollout, by: Membership) -> None:
        super().__init__(data, rollout=rollout, by=by)
        self.fields["channel"].initial = ExchangeChannel.EVENT

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return super().values() | {"present": self.cleaned_data["present"]}


class RolloutPlanForm(PlanForm):
    """What is to be done next."""

    steps = tuple(RolloutStep.choices)

    def __init__(self, data: Any, *, rollout: Rollout, by: Membership) -> None:
        super().__init__(data)
        self.begin(followers_of(rollout.epci_id), by, rollout)
