"""What people type of a waste note, once its paper is back from the recycler."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from lifecycle.amounts import WeightField
from lifecycle.forms import day_input, field_of
from network.models import Membership, Organisation
from network.siret import clean
from refurb.forms.devices import recyclers_seen_by
from refurb.models import WasteCode, WasteNote
from refurb.models.waste import validate_company
from refurb.services.waste import COMPLETED
from typography.french import grouped, plural


class CompanyField(forms.CharField):
    """A SIREN or a SIRET, typed with or without spaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 20, "required": False} | kwargs)

    def clean(self, value: Any) -> str:
        """The figures alone. Raises ``ValidationError``."""
        number = clean(super().clean(value))
        if number:
            validate_company(number)
        return number


MOST_EACH = 50
"""Kilograms. A desktop with its screen weighs half: over so many for each device, the weight is asked about twice."""


class WasteNoteForm(forms.ModelForm):
    """All that the register says of a note; everything may come later. ``devices``: how many left under it."""

    sure = forms.BooleanField(label="Oui, ce poids est le bon", required=False)
    carrier_number = CompanyField(label="SIREN ou SIRET du transporteur")
    scheme_number = CompanyField(label="SIREN ou SIRET de l’éco-organisme")

    class Meta:
        model = WasteNote
        fields = COMPLETED
        widgets = {
            "taken_on": day_input(),
        }
        field_classes = {"weight_kg": WeightField}
        help_texts = {
            "taken_on": "Le jour où les appareils ont quitté l’atelier.",
            "weight_kg": "Ce que le recycleur a pesé. Le registre l’écrit en tonnes.",
            "waste_code": "Entier, un appareil a souvent un composant dangereux (batterie, écran à lampes)\u00a0:"
            " 16 02 13*, ou 20 01 35* d’un ménage. L’étoile dit un déchet dangereux\u00a0: son bordereau se fait sur"
            " Trackdéchets.",
            "carrier_name": "La raison sociale de qui a transporté, même si c’est le recycleur ou l’atelier.",
            "carrier_receipt": "Le récépissé de déclaration. Vide si le transporteur en est dispensé.",
            "scheme_name": "S’il a pris les déchets en charge.",
            "destination": "S’ils sont allés ailleurs que chez le recycleur.",
            "hierarchy": "Ce que vaut le traitement final (code de l’environnement, art. L. 541-1).",
        }

    def __init__(self, *args: Any, by: Membership, devices: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.devices = devices
        names = list(self.fields)
        names.insert(names.index("weight_kg") + 1, "sure")
        self.order_fields(names)
        if not self.is_bound:
            del self.fields["sure"]
        # What the note says already stays in the list: left alone, it is not taken for something that is not known.
        own = WasteCode.objects.filter(pk=self.instance.waste_code_id)
        known = (WasteCode.objects.on(timezone.localdate()) | own).order_by("code", "valid_from")
        field_of(self, "waste_code", forms.ModelChoiceField).queryset = known
        self._offer("waste_code", "Pas encore su")
        receivers = recyclers_seen_by(by).exclude(pk=self.instance.recycler_id)
        if self.instance.destination_id is not None:
            receivers = receivers | Organisation.objects.filter(pk=self.instance.destination_id)
        field_of(self, "destination", forms.ModelChoiceField).queryset = receivers
        self._offer("destination", f"Le recycleur\u00a0: {self.instance.recycler}")

    def _offer(self, name: str, none: str) -> None:
        """Say what it means to choose nothing."""
        field_of(self, name, forms.ModelChoiceField).empty_label = none

    def clean(self) -> dict[str, Any]:
        """A weight that few devices cannot have is confirmed: other waste may have left under the same number."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        weight, sure = data.get("weight_kg"), data.pop("sure", False)
        if weight is None or weight <= MOST_EACH * self.devices or "weight_kg" not in self.changed_data:
            del self.fields["sure"]
        elif not sure:
            borne = f"{grouped(int(weight))}\u00a0kg pour {self.devices}\u00a0appareil{plural(self.devices)}"
            doubted = f"{borne}, c’est beaucoup. Corrigez ce poids, ou confirmez-le."
            self.add_error("weight_kg", ValidationError(doubted, code="doubtful"))
        return data

    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in COMPLETED}
