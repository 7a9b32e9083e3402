"""What people type of those who may give: who they are, what was said, what is to be done next."""

from typing import Any

from django import forms
from django.utils import timezone

from donations.enums import GiveUpReason, NextStep, ProspectChannel, SizeClass
from donations.machine import prospect as rules
from donations.models import Prospect
from donations.services.prospects import DESCRIBED, Exchange, Then, followers_of
from donations.templatetags.lots import told_to
from lifecycle.forms import CommentForm, ReasonForm, RowField, choose, day_input, field_of
from network.enums import LegalNature, OrganisationKind
from network.forms.communes import CommuneField
from network.models import Commune, Membership, Organisation


class NextForm(forms.Form):
    """What is to be done next: a step, its day, who does it."""

    next_step = forms.ChoiceField(label="Prochaine étape", choices=choose(NextStep.choices, "Aucune"), required=False)
    next_on = forms.DateField(label="Pour le", required=False, widget=day_input())
    next_owner = RowField(
        label="Qui s’en charge", queryset=Membership.objects.none(), required=False, empty_label="Choisissez…"
    )

    def offer(self, commune: Commune | None, by: Membership) -> None:
        """Offer whoever follows prospects of this commune; he who types it, unless he says otherwise."""
        owners = field_of(self, "next_owner", RowField)
        owners.told = lambda one: told_to(one, by)
        people = Membership.objects.filter(pk=by.pk) if commune is None else followers_of(commune)
        owners.queryset = people.select_related("user", "organisation")
        owners.initial = by.pk

    def then(self) -> Then:
        """What is to be done next; an owner alone says nothing."""
        data = self.cleaned_data
        if not data["next_step"] and data["next_on"] is None:
            return Then()
        return Then(data["next_step"], data["next_on"], data["next_owner"])


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


class ExchangeForm(NextForm, CommentForm):
    """One exchange: when, how, what was said, what comes next."""

    contacted_on = forms.DateField(label="Jour de l’échange", widget=day_input())
    channel = forms.ChoiceField(label="Moyen", choices=choose(ProspectChannel.choices))
    said = forms.CharField(
        label="Ce qui s’est dit",
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="Facultatif. Ne nommez personne.",
    )
    field_order: tuple[str, ...] = ("contacted_on", "channel", "said", "next_step", "next_on", "next_owner")

    def __init__(self, data: Any, *, prospect: Prospect, by: Membership) -> None:
        super().__init__(data)
        self.offer(prospect.commune, by)
        self.fields["contacted_on"].initial = timezone.localdate()
        del self.fields["comment"]

    def values(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        return {"exchange": Exchange(data["contacted_on"], data["channel"], data["said"], self.then())}


class PromiseForm(ExchangeForm):
    """The same, with how many devices are promised."""

    devices = forms.IntegerField(label="Appareils promis, à peu près", min_value=1, max_value=rules.MOST_PROMISED)
    field_order = ("devices", "contacted_on", "channel", "said", "next_step", "next_on", "next_owner")

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return super().values() | {"devices": self.cleaned_data["devices"]}


class PlanForm(NextForm, CommentForm):
    """What is to be done next."""

    field_order = ("next_step", "next_on", "next_owner")

    def __init__(self, data: Any, *, prospect: Prospect, by: Membership) -> None:
        super().__init__(data)
        self.offer(prospect.commune, by)
        for name in ("next_step", "next_on"):
            self.fields[name].required = True
            self.fields[name].initial = getattr(prospect, name)
        field_of(self, "next_step", forms.ChoiceField).choices = choose(NextStep.choices)

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {"then": self.then(), "comment": self.cleaned_data["comment"]}


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
