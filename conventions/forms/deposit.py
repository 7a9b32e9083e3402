"""A file that survives an error elsewhere in its form."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, dumps, loads

from conventions.services.circuit import SCANS
from documents.forms import DepositField
from documents.models import StoredFile
from documents.services import store_file
from network.models import Membership

SALT = "conventions.deposit"
KEPT_SECONDS = 12 * 60 * 60


class DepositForm(forms.Form):
    """A form with one file. It is stored as soon as it is received, and a signed key of it stays in the page.

    The key serves whoever deposited the file and nobody else, for a session.
    """

    deposit = DepositField(
        label="Document signé",
        accept=SCANS,
        required=False,
        help_text="PDF, ou photo (PNG, JPEG).",
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.stored: StoredFile | None = None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("deposit"):
            self._store(data["deposit"])
        elif data.get("kept"):
            self._find(data["kept"])
        if self.stored is not None:
            self.data = self.data.copy()
            self.data[self.add_prefix("kept")] = dumps([self.stored.pk, self.by.pk], salt=SALT)
            self["deposit"].help_text = f"Déjà déposé : {self.stored.name}. Un autre fichier le remplacera."
        elif "deposit" not in self.errors:
            self.add_error("deposit", ValidationError("Déposez le document signé.", code="required"))
        data["deposit"] = self.stored
        return data

    def _store(self, upload: Any) -> None:
        self.stored = store_file(
            content=upload.read(), name=upload.name, content_type=upload.content_type or "", by=self.by, accept=SCANS
        )

    def _find(self, kept: str) -> None:
        try:
            pk, by = loads(kept, salt=SALT, max_age=KEPT_SECONDS)
        except BadSignature:
            pk, by = None, None
        if by == self.by.pk:
            self.stored = StoredFile.objects.filter(pk=pk, forgotten_at=None).first()
        if self.stored is None:
            self.add_error("deposit", ValidationError("Le fichier n’a pas été gardé : déposez-le de nouveau."))
