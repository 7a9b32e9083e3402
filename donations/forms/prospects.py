"""What people type of those who may give: who they are, what was said, what is to be done next."""

from typing import Any

from django import forms

from donations.enums import GiveUpReason, NextStep, SizeClass
from donations.machine import prospect as rules
from donations.models import Prospect
from donations.services.prospects import DESCRIBED, followers_of
from lifecycle.forms import CommentForm, ReasonForm, choose, field_of
from network.enums import LegalNature, OrganisationKind
from network.forms.communes import CommuneField
from network.forms.next_step import ExchangeForm, NextForm, PlanForm
from network.models import Membership, Organisation


class FirstStepForm(NextForm):
    """What is to be done first of somebody who was just spotted: by whom, among those who follow his commune."""

    steps = tuple(NextStep.choices)

    def __init__(self, data: Any, *, by: Membership) -> None:
        super().__init__(data)
        self.offer(Membership.objects.filter(pk=by.pk), by)


class ProspectForm(forms.ModelForm):
    """Who may give, and whom to call there."""

    commune = CommuneField(label="Commune")

    class Meta:
        model = Prospect
        fields = DESCRIBED
        widgets = {
            "contact_name": forms.TextInput({"autocomplete": "off"}),
            "contact_phone": forms.TextInput({"type": "tel", "autocomplete": "off"}),
            "contact_email": forms.EmailInput({"autocomplete": "off"}),
        }
        help_texts = {
            "siret": "Facultatif\u00a0: il aide à le rattacher quand il devient donateur.",
            "contact_name": "Un nom ou un service. Il n’est lu que de ceux qui suivent ce donateur possible, et il est"
            " oublié quand on n’attend plus rien de lui.",
        }
        labels = {"size": "Taille, si elle est connue"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "legal_nature", forms.ChoiceField).choices = choose(LegalNature.choices)
        field_of(self, "size", forms.ChoiceField).choices = choose(SizeClass.choices, "Inconnue")

    def described(self) -> dict[str, Any]:
        """The columns typed."""
        return {name: self.cleaned_data[name] for name in DESCRIBED}


class ProspectExchangeForm(ExchangeForm):
    """One exchange: when, how, what was said, what comes next."""

    steps = tuple(NextStep.choices)

    def __init__(self, data: Any, *, prospect: Prospect, by: Membership) -> None:
        super().__init__(data)
        self.begin(followers_of(prospect.commune), by, prospect)


class PromiseForm(ProspectExchangeForm):
    """The same, with how many devices are promised."""

    devices = forms.IntegerField(label="Appareils promis, à peu près", min_value=1, max_value=rules.MOST_PROMISED)
    field_order = ("devices", *ExchangeForm.field_order)

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return super().values() | {"devices": self.cleaned_data["devices"]}


class ProspectPlanForm(PlanForm):
    """What is to be done next."""

    steps = tuple(NextStep.choices)

    def __init__(self, data: Any, *, prospect: Prospect, by: Membership) -> None:
        super().__init__(data)
        self.begin(followers_of(prospect.commune), by, prospect)


class LinkForm(CommentForm):
    """The organisation that this prospect became."""

    organisation = forms.ModelChoiceField(
        label="Organisation donatrice", queryset=Organisation.objects.none(), empty_label="Choisissez…"
    )

    def __init__(self, data: Any, *, prospect: Prospect, by: Membership) -> None:
        super().__init__(data)
        # Whoever else follows one of them is not to be read between the lines: all are offered, and may be chosen.
        giving = Organisation.objects.visible_to(by).active().of_kind(OrganisationKind.DONOR)
        choice = field_of(self, "organisation", forms.ModelChoiceField)
        choice.queryset = giving
        same = giving.filter(siret=prospect.siret) if prospect.siret else giving.filter(name__iexact=prospect.name)
        choice.initial = same.values_list("pk", flat=True).first()


class GiveUpForm(ReasonForm):
    """Why nothing is expected any more."""

    reasons, rule, explained = GiveUpReason.choices, rules.GIVE_UP_REASON, (GiveUpReason.OTHER,)
