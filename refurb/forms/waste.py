"""What people type of a waste note, once its paper is back from the recycler."""

from typing import Any

from django import forms
from django.utils import timezone

from lifecycle.amounts import WeightField
from lifecycle.forms import day_input, field_of
from network.models import Membership, Organisation
from network.siret import clean
from refurb.forms.devices import recyclers_seen_by
from refurb.models import WasteCode, WasteNote
from refurb.models.waste import validate_company
from refurb.services.waste import COMPLETED


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


class WasteNoteForm(forms.ModelForm):
    """All that the register says of a note; everything may come later."""

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
            "waste_code": "L’étoile dit un déchet dangereux\u00a0: son bordereau se fait sur Trackdéchets.",
            "carrier_name": "La raison sociale de qui a transporté, même si c’est le recycleur ou l’atelier.",
            "carrier_receipt": "Le récépissé de déclaration. Vide si le transporteur en est dispensé.",
            "scheme_name": "S’il a pris les déchets en charge.",
            "destination": "S’ils sont allés ailleurs que chez le recycleur.",
            "hierarchy": "Ce que vaut le traitement final (code de l’environnement, art. L. 541-1).",
        }

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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

    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in COMPLETED}
