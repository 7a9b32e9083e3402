"""What people type to print labels, and to describe a sheet that is not ready made."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from lifecycle.forms import choose
from lifecycle.references import scanned
from refurb.enums import ENDED, ReprintReason
from refurb.models import LabelSheet
from refurb.models.device import DeviceQuerySet
from refurb.services.labels import MOST, sheets_of
from refurb.tags import normal
from typography.french import plural

SHOWN = 10
"""How many unknown lines a sentence names."""


class PrintingForm(forms.Form):
    """What every printing asks: the sheet, and how much of its first page is gone."""

    sheet = forms.ChoiceField(label="Planche", error_messages={"required": "Choisissez une planche."})
    skipped = forms.IntegerField(
        label="Étiquettes déjà utilisées sur la première page",
        min_value=0,
        initial=0,
        help_text="On commence après elles. 0 pour une planche neuve ou un rouleau.",
    )

    def __init__(self, workshop: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(code, name) for code, (name, _) in sheets_of(workshop).items()]
        self.fields["sheet"].choices = names  # type: ignore[attr-defined]


class LabelPrintForm(PrintingForm):
    """Whose labels are printed: one label or reference a line, as they are scanned or pasted."""

    devices = forms.CharField(
        label="Appareils",
        widget=forms.Textarea({"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
        help_text=f"Une étiquette ou une référence par ligne, scannée ou collée d’un tableau\u00a0; {MOST} au plus.",
        error_messages={"required": "Dites de quels appareils, une étiquette ou une référence par ligne."},
    )
    reason = forms.ChoiceField(
        label="Pourquoi à nouveau",
        choices=choose(ReprintReason.choices, "Aucune n’a encore été imprimée"),
        required=False,
        help_text="Seulement si l’étiquette d’un de ces appareils a déjà été imprimée.",
    )
    field_order = ("devices", "sheet", "skipped", "reason")

    def __init__(self, seen: DeviceQuerySet, *args: Any, again: bool = False, **kwargs: Any) -> None:
        """``again``: some of the devices that the page is opened with had their label printed: why is asked."""
        self.seen = seen
        super().__init__(*args, **kwargs)
        if not (self.is_bound or again):
            del self.fields["reason"]

    def clean_devices(self) -> DeviceQuerySet:
        """The devices, found once for all the lines; keeps ``typed``, the lines in their order."""
        self.typed = lines_of(self.cleaned_data["devices"])
        if len(self.typed) > MOST:
            raise ValidationError(f"{len(self.typed)} lignes\u00a0: {MOST} au plus à la fois.")
        named = self.seen.labelled(self.typed)
        living = named.exclude(state__in=ENDED)
        answered = {key for device in living for key in (device.tag_key, normal(device.reference))}
        ended = {key for device in named.filter(state__in=ENDED) for key in (device.tag_key, normal(device.reference))}
        _refuse_lines(self.typed, answered, ended)
        return living


def lines_of(text: str) -> list[str]:
    """What was typed or pasted, each once: a line, a cell of a table or a scan."""
    cells = (scanned(" ".join(cell.split())) for cell in re.split(r"[\n\r;,\t]+", text))
    return list({normal(cell): cell for cell in cells if normal(cell)}.values())


def _refuse_lines(typed: Sequence[str], answered: set[str], ended: set[str]) -> None:
    """Raises ValidationError with the lines that no living device of the workshop answers to."""
    faults = []
    for sentence, lines in (
        ("Aucun appareil de l’atelier ne porte", [one for one in typed if normal(one) not in answered | ended]),
        ("N’est plus suivi à l’atelier", [one for one in typed if normal(one) in ended - answered]),
    ):
        if lines:
            named = ", ".join(f"«\u00a0{line}\u00a0»" for line in lines[:SHOWN])
            others = len(lines) - SHOWN
            more = f" et {others} autre{plural(others)}" if others > 0 else ""
            faults.append(f"{sentence}\u00a0: {named}{more}.")
    if faults:
        raise ValidationError(faults)


class LabelBlankForm(PrintingForm):
    """How many labels are printed in advance."""

    count = forms.IntegerField(label="Combien d’étiquettes", min_value=1, max_value=MOST)
    field_order = ("count", "sheet", "skipped")


class LabelSheetForm(forms.ModelForm):
    """The measures of a sheet, as they are on its pack."""

    class Meta:
        model = LabelSheet
        fields = (
            "name",
            "page_width",
            "page_height",
            "columns",
            "rows",
            "width",
            "height",
            "left",
            "top",
            "across",
            "down",
        )
