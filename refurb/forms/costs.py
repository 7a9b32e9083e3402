"""What is typed of the costs of lots: a period to read, a line to record."""

from decimal import Decimal
from typing import Any

from django import forms

from donations.models import Donation
from lifecycle.amounts import AmountField
from lifecycle.forms import RowField, choose, day_input, field_of
from network.models import Membership, Organisation
from refurb.enums import CostKind
from refurb.models import Costing

BACKWARDS = "La fin précède le début."


class PeriodForm(forms.Form):
    """From a day to another, both included; empty: since ever, until now."""

    since = forms.DateField(label="Dépensé à partir du", required=False, widget=day_input())
    until = forms.DateField(label="Jusqu’au", required=False, widget=day_input())

    def clean(self) -> None:
        """A period does not run backwards."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", BACKWARDS)


class CostForm(forms.Form):
    """What a lot costs its workshop, and who pays; it may take the place of a line that was wrong."""

    donation = RowField(label="Lot", queryset=Donation.objects.none(), empty_label="Choisissez…")
    kind = forms.ChoiceField(label="Nature", choices=choose(CostKind.choices))
    amount = AmountField(label="Montant, en euros", min_value=Decimal(0), max_digits=8, decimal_places=2)
    spent_on = forms.DateField(label="Dépensé le", widget=day_input())
    funder = forms.ModelChoiceField(
        label="Qui paie", queryset=Organisation.objects.none(), required=False, empty_label="Pas encore su"
    )
    supersedes = RowField(
        label="Remplace",
        queryset=Costing.objects.none(),
        required=False,
        empty_label="Rien\u00a0: c’est une dépense de plus",
        help_text="La ligne du même lot qui était fausse\u00a0: elle reste écrite, et n’est plus comptée.",
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lots = Donation.objects.visible_to(by).filter(announced_at__isnull=False).select_related("donor")
        donation = field_of(self, "donation", RowField)
        donation.queryset = lots.order_by("-pk")
        donation.told = lambda lot: f"{lot.reference} – {lot.donor}"
        field_of(self, "funder", forms.ModelChoiceField).queryset = Organisation.objects.visible_to(by).active()
        wrong = field_of(self, "supersedes", RowField)
        own = Costing.objects.filter(workshop=by.organisation_id, superseded_by=None)
        wrong.queryset = own.select_related("donation").order_by("-pk")
        wrong.told = lambda cost: f"{cost.donation}, {cost}, {cost.spent_on:%d/%m/%Y}"
