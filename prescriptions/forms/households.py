"""What is asked about a household’s file: a move, the same household twice, a search."""

import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from lifecycle.forms import day_input
from lifecycle.references import as_typed
from network.forms.communes import CommuneField
from prescriptions.enums import ErasureChannel
from prescriptions.forms.asking import CommentForm
from prescriptions.forms.filing import HomeForm, PersonForm, count_herself, hold_postcode
from prescriptions.machine.household_rules import CHANNEL, COMMUNE_GIVEN, COMMUNE_NOTED, MOVED_ON, RECEIVED_ON
from prescriptions.models import Household
from prescriptions.nir import validate_no_nir


def household_field(name: str) -> forms.Field:
    """A column of the household, asked by a form that is not of it; left empty, it is emptied."""
    field: forms.Field = HomeForm.base_fields[name]
    return copy.deepcopy(field)


class SearchForm(forms.Form):
    """By reference, name, phone or e-mail; posted, so that no name is in an address."""

    text = forms.CharField(
        label="Référence, nom, téléphone ou courriel",
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off", "type": "search", "class": "form-control"}),
        validators=[validate_no_nir],
        error_messages={"required": "Tapez une référence, un nom, un téléphone ou un courriel."},
    )


class HouseholdForm(PersonForm):
    """The whole file: who, how to reach them, how many; another commune has pages of its own."""

    class Meta(PersonForm.Meta):
        fields = (*PersonForm.Meta.fields, "address", "postcode", "domiciled", "adults", "children")
        widgets = PersonForm.Meta.widgets | HomeForm.Meta.widgets
        labels = PersonForm.Meta.labels | HomeForm.Meta.labels
        help_texts = HomeForm.Meta.help_texts

    address_checked = forms.BooleanField(
        label="L’adresse est la bonne\u00a0: vérifiée avec le foyer",
        required=False,
        help_text="Une lettre en est revenue\u00a0: tant que l’adresse n’est ni corrigée ni vérifiée, aucune n’y part.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        count_herself(self)
        if self.instance.address_doubted_at is None:
            del self.fields["address_checked"]

    def clean(self) -> dict[str, Any]:
        """What was written before this page is not what is corrected here."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "postcode" in self.changed_data:
            hold_postcode(self, self.instance.commune)
        return data


class MoveForm(CommentForm):
    """Where the household lives now, since when."""

    commune = CommuneField(label="Nouvelle commune", error_messages={"required": COMMUNE_GIVEN.sentence})
    moved_on = forms.DateField(label="Depuis le", widget=day_input(), error_messages={"required": MOVED_ON.sentence})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"] = household_field("address")
        self.fields["address"].help_text = "Laissée vide, l’adresse d’avant est retirée\u00a0: le foyer n’y vit plus."
        self.fields["postcode"] = household_field("postcode")
        self.fields["comment"] = self.fields.pop("comment")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        hold_postcode(self, data.get("commune"))
        return data


class CorrectCommuneForm(CommentForm):
    """The commune where the household lives, in place of the one that was noted by mistake; its address with it."""

    commune = CommuneField(label="Commune", error_messages={"required": COMMUNE_NOTED.sentence})

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if household.commune is not None:
            commune = self.fields["commune"]
            commune.help_text = f"Notée\u00a0: {household.commune}. {commune.help_text}"
        for name in ("address", "postcode"):
            self.fields[name] = household_field(name)
            self.initial.setdefault(name, getattr(household, name))
        self.fields["comment"] = self.fields.pop("comment")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        hold_postcode(self, data.get("commune"))
        return data


class ErasureAskedForm(forms.Form):
    """When and how the household asked to be erased: nothing that is written freely, since nothing is to be left."""

    received_on = forms.DateField(
        label="Demande reçue le",
        widget=day_input(),
        help_text="La réponse au foyer est due dans le mois qui suit.",
        error_messages={"required": RECEIVED_ON.sentence},
    )
    channel = forms.ChoiceField(
        label="Comment",
        choices=ErasureChannel,
        widget=forms.RadioSelect,
        error_messages={"required": CHANNEL.sentence},
    )


class AttachForm(CommentForm):
    """The other file of the same household, by its reference."""

    same_as = forms.CharField(
        label="Référence de l’autre dossier",
        max_length=16,
        help_text="Elle commence par F-. Rien n’est fusionné\u00a0: cela peut se défaire.",
        error_messages={"required": "Donnez la référence de l’autre dossier."},
    )

    def __init__(self, *args: Any, seen: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = seen

    def clean_same_as(self) -> Household:
        typed = as_typed(self.cleaned_data["same_as"])
        other: Household | None = self.seen.filter(reference=typed).first()
        if other is None:
            raise ValidationError(f"Aucun dossier que vous suivez ne porte la référence «\u00a0{typed}\u00a0».")
        return other
