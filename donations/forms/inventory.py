"""A donor's inventory: the file, and for the pilot whose it is."""

from typing import Any

from django import forms

from documents.enums import SHEETS
from documents.forms import DepositField, DepositForm
from lifecycle.forms import field_of
from network.enums import OrganisationKind
from network.models import Organisation
from network.permissions import is_pilot


class InventoryForm(DepositForm):
    """The file of an inventory."""

    donor = forms.ModelChoiceField(label="Donateur", queryset=Organisation.objects.none(), empty_label="Choisissez…")
    deposit = DepositField(
        label="Fichier de l’inventaire",
        required=False,
        accept=SHEETS,
        help_text="CSV, XLSX, XLS ou ODS, 20\u00a0000 lignes au plus, tel que votre tableur l’enregistre.",
    )
    deposit_required = "Choisissez le fichier de l’inventaire."

    def __init__(self, *args: Any, donor: Organisation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = donor or (None if is_pilot(self.by) else self.by.organisation)
        if self.known is not None:
            del self.fields["donor"]
            return
        giving = Organisation.objects.visible_to(self.by).active().of_kind(OrganisationKind.DONOR)
        field_of(self, "donor", forms.ModelChoiceField).queryset = giving

    @property
    def donor_given(self) -> Organisation:
        """Whose inventory it is, once the form is right."""
        donor: Organisation = self.known or self.cleaned_data["donor"]
        return donor
