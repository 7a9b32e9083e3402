"""What a technician deposits and says of the files that machines wrote."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from lifecycle.forms import field_of
from refurb.enums.hardware import DismissalReason
from refurb.models import Device
from refurb.models.hardware import HardwareReport
from refurb.readers.files import MOST_BYTES
from refurb.services.depositing import MOST_FILES

ENDINGS = ".json,.txt,.log,.pdf"
FIELD_OF_KEYS = "fichier"
"""The name under which a boot key sends each file."""


class ManyFilesInput(forms.ClearableFileInput):
    """Several files picked at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files; each is judged on its own by whoever keeps it."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files that were sent, in their order. Raises ValidationError when there is none."""
        sent = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not sent:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return sent


class FilesForm(forms.Form):
    """The files of the machines on the bench, all at once."""

    deposit = ManyFilesField(
        label="Fichiers des machines",
        widget=ManyFilesInput({"accept": ENDINGS, "multiple": True}),
        error_messages={"required": "Choisissez au moins un fichier."},
        help_text=f"Jusqu’à {MOST_FILES} à la fois\u00a0: lshw, smartctl, dmidecode, inventaire GLPI, journaux et"
        " certificats de nwipe.",
    )

    def __init__(self, data: Any = None, files: MultiValueDict[str, UploadedFile] | None = None) -> None:
        super().__init__(data, files)

    def contents(self) -> list[tuple[str, bytes]]:
        """``(name, content)`` of those that are taken; of one that is too long, enough to be refused."""
        taken = self.cleaned_data["deposit"][:MOST_FILES]
        return [(one.name or "", one.read(MOST_BYTES + 1)) for one in taken]

    @property
    def left(self) -> int:
        """How many files more than what one deposit holds."""
        return max(0, len(self.cleaned_data["deposit"]) - MOST_FILES)


class SetAsideForm(forms.Form):
    """Why files are set aside."""

    reason = forms.ChoiceField(
        label="Motif",
        choices=DismissalReason,
        initial=DismissalReason.TWICE,
        widget=forms.Select({"class": "form-select"}),
    )
    words = forms.CharField(
        label="Pourquoi, si un fichier retient un appareil",
        max_length=500,
        required=False,
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )


class FilesOfDevice(forms.ModelMultipleChoiceField):
    """Files, by their kind and their name."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.get_kind_display()}, {obj.deposit.file.called}"


class ResortForm(forms.Form):
    """The files of a device that are another machine's."""

    reports = FilesOfDevice(
        label="Fichiers d’une autre machine",
        queryset=HardwareReport.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un fichier."},
    )

    def __init__(self, *args: Any, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "reports", FilesOfDevice)
        standing = HardwareReport.objects.standing().filter(device=device, stay=device.stay)
        field.queryset = standing.select_related("deposit__file").order_by("pk")


class DepositTokenForm(forms.Form):
    """A token for one boot key."""

    name = forms.CharField(
        label="Nom de la clé",
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Donnez un nom à la clé."},
        help_text="Par exemple «\u00a0Clé rouge, établi 2\u00a0»\u00a0: pour savoir laquelle révoquer.",
    )
