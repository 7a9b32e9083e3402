"""What stays on the page of scans from one to the next, and a list of labels pasted at once."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from donations.models import DonationLine
from lifecycle.forms import RowField, field_of
from lifecycle.sets import MOST
from network.models import Membership
from refurb.arrivals import lines_awaited
from refurb.forms.devices import SCANNED, DeviceRecycleForm, recyclers_seen_by
from refurb.forms.labels import lines_of
from refurb.machine.tag_rules import TAG_GIVEN

LONGEST = 80
"""Signs of what is scanned, a serial number included."""
SAME_FOR_ALL = "Gardé d’un scan à l’autre."


class ScanForm(forms.Form):
    """The box, and nothing else: what a mode keeps from one scan to the next is added by its own form.

    ``passing``: what is not kept beyond the next scan.
    """

    passing = frozenset({"tag"})
    tag = forms.CharField(
        label="Étiquette",
        max_length=LONGEST,
        widget=forms.TextInput({**SCANNED, "autofocus": True, "class": "scan"}),
        error_messages={"required": TAG_GIVEN.sentence},
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def given(self) -> dict[str, Any]:
        """What each scan is done with."""
        return {name: value for name, value in self.cleaned_data.items() if name != "tag"}


class ReceiveForm(ScanForm):
    """Of which line of which lot, and where it is put; ``number``: of its inventory, whose label comes next."""

    passing = frozenset({"tag", "number"})
    line = RowField(
        label="Ligne du lot",
        queryset=DonationLine.objects.none(),
        required=False,
        empty_label="Choisissez la ligne du lot…",
        help_text="Inutile pour un appareil déjà étiqueté qui revient.",
    )
    place = forms.CharField(label="Rangé à", max_length=60, required=False, help_text=SAME_FOR_ALL)
    number = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)
    field_order = ("line", "tag", "place", "number")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line = field_of(self, "line", RowField)
        line.queryset = lines_awaited(self.by)
        line.told = lambda one: f"{one.donation.reference} – {one.donation.donor}\u00a0: {one}, {one.awaited} attendus"


class PlaceForm(ScanForm):
    """Where the devices are put."""

    place = forms.CharField(
        label="Rangé à",
        max_length=60,
        help_text=f"{SAME_FOR_ALL} Exemple\u00a0: allée A, étagère 3.",
        error_messages={"required": "Écrivez la place avant de scanner."},
    )
    field_order = ("place", "tag")


class RecycleForm(ScanForm):
    """With which recycler, under which tracking number."""

    recycler = DeviceRecycleForm.base_fields["recycler"]
    bsd_number = DeviceRecycleForm.base_fields["bsd_number"]
    destruction_awaited = DeviceRecycleForm.base_fields["destruction_awaited"]
    field_order = ("recycler", "bsd_number", "destruction_awaited", "tag")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "recycler", forms.ModelChoiceField).queryset = recyclers_seen_by(self.by)


class PastedForm(forms.Form):
    """Labels scanned into a file or copied from a table, one a line or a cell."""

    tags = forms.CharField(
        label="Étiquettes",
        widget=forms.Textarea({"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
        help_text=f"Une étiquette ou une référence par ligne, collée d’un tableau ou d’une douchette\u00a0; {MOST} au"
        " plus.",
        error_messages={"required": "Collez au moins une étiquette."},
    )

    def clean_tags(self) -> list[str]:
        """Each label once, in order."""
        lines = lines_of(self.cleaned_data["tags"])
        if not lines:
            raise ValidationError("Collez au moins une étiquette.")
        if long := next((line for line in lines if len(line) > LONGEST), None):
            said = f"«\u00a0{long[:40]}…\u00a0» est trop long pour une étiquette"
            raise ValidationError(f"{said}\u00a0: {LONGEST} signes au plus.")
        if len(lines) > MOST:
            raise ValidationError(f"{len(lines)} étiquettes\u00a0: {MOST} au plus à la fois.")
        return lines
