"""What people type of parts, of defects, and the pictures they add."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from documents.services.files import MEBIBYTE
from lifecycle.amounts import AmountField
from lifecycle.forms import RowField, choose, field_of
from refurb.enums import MendedReason, PartKind, TakenOutReason, WrittenOffReason
from refurb.forms.evidence import DriveForm, gigabytes
from refurb.models import Defect, DefectWord, Device, Drive, Part

OF_A_DRIVE = ("kind", "serial", "source", "capacity", "manufacturer", "model", "slot")
TOO_MUCH = Decimal(1_000_000)
"""Euros: what no amount that is kept may reach."""
FITS_HELP = (
    "Des mots de modèles, séparés par des virgules\u00a0: Latitude 5400, EliteBook 840. Vide\u00a0: non précisé."
)


def euros_field(label: str, **given: Any) -> AmountField:
    """An amount, typed as in French."""
    return AmountField(label=label, min_value=Decimal(0), max_digits=8, decimal_places=2, **given)


class PartForm(forms.Form):
    """What any part of the stock says of itself."""

    kind = forms.ChoiceField(label="Pièce", choices=choose(PartKind.choices))
    label = forms.CharField(label="Désignation", max_length=120, help_text="Exemple\u00a0: batterie 45 Wh, 3 cellules.")
    fits = forms.CharField(label="Convient à", max_length=200, required=False, help_text=FITS_HELP)
    quantity = forms.IntegerField(label="Quantité", min_value=1, max_value=500, initial=1)
    place = forms.CharField(label="Rangée à", max_length=60, required=False)


class PartBuyForm(PartForm):
    """Parts that were bought."""

    unit_price = euros_field("Prix d’achat, l’unité (€ TTC)")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["kind", "label", "fits", "quantity", "unit_price", "place"])

    def clean(self) -> dict[str, Any]:
        """All of them at once still make an amount that a repair can bear."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        price, quantity = data.get("unit_price"), data.get("quantity")
        if price is not None and quantity is not None and price * quantity >= TOO_MUCH:
            self.add_error("unit_price", "L’ensemble dépasserait le million d’euros\u00a0: vérifiez prix et quantité.")
        return data


class PartTakeForm(PartForm):
    """A part of a device that will not serve; of a drive, which one."""

    drive = RowField(
        label="Quel disque",
        queryset=Drive.objects.none(),
        required=False,
        empty_label="Ce n’est pas un disque",
        help_text="Il est alors retiré de l’appareil, et suivi tant qu’il n’est ni effacé ni détruit.",
    )

    def __init__(self, *args: Any, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["label"].required = False
        drive = field_of(self, "drive", RowField)
        drive.queryset = Drive.objects.in_place().filter(device=device, stay=device.stay)
        self.order_fields(["kind", "drive", "label", "fits", "quantity", "place"])


class PartFitForm(DriveForm):
    """How a part was fitted, and which defects it mends; of a drive, which one it is."""

    quantity = forms.IntegerField(label="Combien", min_value=1, initial=1)
    work = forms.CharField(
        label="Travail fait",
        max_length=250,
        required=False,
        help_text="Facultatif\u00a0: sans rien, «\u00a0Pose\u00a0» et le nom de la pièce.",
    )
    minutes = forms.IntegerField(label="Temps passé (minutes)", min_value=0, max_value=6000, initial=0, required=False)
    mends = forms.ModelMultipleChoiceField(
        label="Défauts que cette pièce répare",
        queryset=Defect.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, device: Device, part: Part, **kwargs: Any) -> None:
        super().__init__(*args, device=device, supersedes=None, **kwargs)
        self.part, self.is_drive = part, part.kind == PartKind.STORAGE
        standing = Defect.objects.standing().filter(device=device)
        field_of(self, "mends", forms.ModelMultipleChoiceField).queryset = standing
        known = list(standing)
        self.initial["mends"] = [defect.pk for defect in known if defect.word.part == part.kind]
        left_out = ["quantity"] if self.is_drive else [*OF_A_DRIVE]
        for name in left_out + ([] if known else ["mends"]):
            self.fields.pop(name, None)
        if part.drive is not None:
            self.initial.update((name, getattr(part.drive, name)) for name in OF_A_DRIVE if name != "slot")
            self.initial["capacity"], self.exact = gigabytes(part.drive.capacity), part.drive.capacity

    def values(self) -> dict[str, Any]:
        """What ``fit_part`` takes."""
        said = self.cleaned_data
        return {
            "part": self.part,
            "quantity": said.get("quantity", 1),
            "work": said["work"],
            "minutes": said["minutes"] or 0,
            "mends": said.get("mends", ()),
            "drive": {name: said[name] for name in OF_A_DRIVE if name in said} if self.is_drive else None,
        }


class TakeOutForm(forms.Form):
    reason = forms.ChoiceField(label="Motif", choices=choose(TakenOutReason.choices))


class WriteOffForm(forms.Form):
    """How many parts are there no more, and why."""

    quantity = forms.IntegerField(label="Combien", min_value=1, initial=1)
    reason = forms.ChoiceField(label="Motif", choices=choose(WrittenOffReason.choices))
    drive = RowField(
        label="Quel disque",
        queryset=Drive.objects.none(),
        required=False,
        empty_label="Jamais monté, ou inconnu",
        help_text="Parmi ceux qui sont sortis d’un appareil. Détruit plus tard, il n’est pas compté deux fois.",
    )

    def __init__(self, *args: Any, shelf: list[Drive], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if shelf:
            drive = field_of(self, "drive", RowField)
            drive.queryset = Drive.objects.filter(pk__in=[one.pk for one in shelf]).select_related("device")
            drive.told = lambda one: f"{one}, sorti de {one.device}"
        else:
            del self.fields["drive"]


class MendForm(forms.Form):
    reason = forms.ChoiceField(
        label="Motif",
        choices=choose([(one.value, one.label) for one in MendedReason if one != MendedReason.PART]),
        help_text="Une pièce du stock\u00a0? Montez-la\u00a0: elle dit quels défauts elle répare.",
    )


class DefectsForm(forms.Form):
    """The defects of the list that are not noted yet, to be ticked."""

    words = forms.ModelMultipleChoiceField(
        label="Défauts à dire au foyer",
        queryset=DefectWord.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, words: list[DefectWord], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "words", forms.ModelMultipleChoiceField)
        field.queryset = DefectWord.objects.filter(pk__in=[word.pk for word in words]).order_by("position", "code")


class PhotoForm(forms.Form):
    """One picture."""

    deposit = forms.FileField(
        label="Photo",
        widget=forms.ClearableFileInput(
            {"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif"}
        ),
        error_messages={"required": "Choisissez une photo.", "empty": "Ce fichier est vide."},
        help_text="Maillon la réduit, et n’en garde ni le lieu, ni la date, ni le nom de l’appareil photo.",
    )

    def clean_deposit(self) -> UploadedFile:
        """Refused before it is read when it is too long to be kept."""
        sent: UploadedFile = self.cleaned_data["deposit"]
        if (sent.size or 0) > settings.DOCUMENTS_MAX_BYTES:
            limit = settings.DOCUMENTS_MAX_BYTES // MEBIBYTE
            raise forms.ValidationError(
                f"Cette photo dépasse {limit}\u00a0Mo\u00a0: réduisez-la avant de l’envoyer.", code="file_too_large"
            )
        return sent

    def values(self) -> dict[str, bytes]:
        """What ``add_photo`` takes."""
        return {"content": self.cleaned_data["deposit"].read()}
