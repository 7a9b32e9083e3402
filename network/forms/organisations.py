"""The organisation's form, and the field in which communes are typed."""

import unicodedata
from collections import defaultdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from lifecycle.forms import field_of
from network import siret
from network.enums import Competence, OrganisationKind
from network.models import Commune, Epci, Organisation


def folded(name: str) -> str:
    """A name without case, accents, ligatures, spaces and signs, to compare what people type."""
    text = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe"))
    return "".join(letter for letter in text if letter.isalnum())


GROUPS = (
    ("Qui elle est", ("name", "legal_nature", "legal_form", "siret")),
    ("Ce qu’elle fait dans la filière", ("kinds", "competences")),
    ("Où la trouver", ("address", "postcode", "commune", "phone", "email")),
    ("Son territoire", ("epci", "communes", "whole_epcis")),
    ("État", ("is_active",)),
)
"""The form in the order people fill it."""


class CommunesField(forms.CharField):
    """Communes, one per line, by name or by Insee code; the name of a merged one finds the one of today."""

    widget = forms.Textarea({"rows": 6})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(row.name for row in value)

    def clean(self, value: Any) -> list[Commune]:
        """The communes; raises ``ValidationError`` that names each line that finds none or several."""
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if not lines:
            return []
        found = self._index()
        communes: dict[int, Commune] = {}
        unclear = []
        for line in lines:
            matches = found.get(folded(line), {})
            if len(matches) == 1:
                communes |= matches
            else:
                unclear.append(f"«\u00a0{line}\u00a0»")
        if unclear:
            raise ValidationError(f"Communes non reconnues\u00a0: {', '.join(unclear)}.", code="unknown_communes")
        return list(communes.values())

    def _index(self) -> dict[str, dict[int, Commune]]:
        """Today's communes by folded name and by code, then the merged ones under names that are free."""
        rows = list(Commune.objects.select_related("merged_into"))
        index: dict[str, dict[int, Commune]] = defaultdict(dict)
        for row in rows:
            if row.merged_into is None:
                index[folded(row.name)][row.pk] = row
                index[row.code][row.pk] = row
        today = set(index)
        for row in rows:
            if row.merged_into is not None:
                for key in {folded(row.name), row.code} - today:
                    index[key][row.merged_into.pk] = row.merged_into
        return index


class OrganisationForm(forms.ModelForm):
    """All of an organisation; the communes served are typed, or taken from whole EPCI."""

    kinds = forms.MultipleChoiceField(
        label="Rôles dans la filière", choices=OrganisationKind, widget=forms.CheckboxSelectMultiple
    )
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
        field_of(self, "commune", forms.ModelChoiceField).queryset = Commune.objects.current().alphabetical()
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
