"""The organisation's form."""

from typing import Any

from django import forms

from lifecycle.shown import ShownForm
from network import siret
from network.enums import Competence, OrganisationKind
from network.forms.communes import CommuneField, CommunesField
from network.models import Commune, Epci, Organisation

GROUPS = (
    ("Qui elle est", ("name", "legal_nature", "legal_form", "siret")),
    ("Ce qu’elle fait dans la filière", ("kinds", "competences")),
    ("Où la trouver", ("address", "postcode", "commune", "phone", "email")),
    ("Son territoire", ("epci", "communes", "whole_epcis")),
    ("État", ("is_active",)),
)
"""The form in the order people fill it."""


class OrganisationForm(ShownForm, forms.ModelForm):
    """All of an organisation; the communes served are typed, or taken from whole EPCI."""

    kinds = forms.MultipleChoiceField(
        label="Rôles dans la filière", choices=OrganisationKind, widget=forms.CheckboxSelectMultiple
    )
    commune = CommuneField(label="Commune", required=False)
    siret = forms.CharField(label="SIRET", max_length=20, required=False, help_text="14 chiffres.")
    competences = forms.MultipleChoiceField(
        label="Compétences", choices=Competence, widget=forms.CheckboxSelectMultiple, required=False
    )
    communes = CommunesField(
        label="Communes desservies",
        required=False,
        help_text="Une par ligne, par son nom ou son code Insee.",
    )
    whole_epcis = forms.ModelMultipleChoiceField(
        label="Ajouter toutes les communes de",
        queryset=Epci.objects.living().alphabetical(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Organisation
        fields = (
            "name",
            "kinds",
            "legal_nature",
            "legal_form",
            "siret",
            "address",
            "postcode",
            "commune",
            "epci",
            "phone",
            "email",
            "competences",
            "communes",
            "whole_epcis",
            "is_active",
        )

        help_texts = {
            "is_active": "Décochée\u00a0: personne n’y agit plus, ses invitations n’ouvrent plus. Rien n’est effacé."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["communes"].initial = list(self.instance.communes_served.all())

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the subject they are about."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    def clean_siret(self) -> str:
        number = siret.clean(self.cleaned_data["siret"])
        if number:
            siret.validate_siret(number)
        return number

    def communes_served(self) -> list[Commune]:
        """What is typed and the communes of the EPCI that are ticked."""
        whole = Commune.objects.current().filter(epci__in=self.cleaned_data["whole_epcis"])
        return [*self.cleaned_data["communes"], *whole]
