"""What people deposit, and what they type to verify a paper."""

import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, dumps, loads
from django.utils.html import format_html

from documents.addresses import typed_code
from documents.enums import DEPOSITED, ContentType
from documents.models import StoredFile
from documents.readers.signature import EXTENSIONS
from documents.services.files import check_file, store_file
from lifecycle.forms import field_of, retype
from network.models import Membership

SHA256 = re.compile(r"[0-9a-f]{64}")
SALT = "documents.deposit"
KEPT_SECONDS = 12 * 60 * 60


class CodeForm(forms.Form):
    """The code printed on a paper, as people type it."""

    code = forms.CharField(
        label="Code du document",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="16 lettres et chiffres, imprimés sous le code QR\u00a0: par exemple 7K3M-2QXZ-9TBD-4WNV.",
    )

    def clean_code(self) -> str:
        code = typed_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                "Ce n’est pas un code de Maillon\u00a0: il compte 16 lettres et chiffres, sans 0, 1, I, L, O ni U.",
                code="not_a_code",
            )
        return code


class FingerprintForm(forms.Form):
    """A SHA-256 fingerprint, to be compared."""

    fingerprint = forms.CharField(
        label="Empreinte à comparer",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="64 chiffres et lettres de a à f.",
    )

    def clean_fingerprint(self) -> str:
        typed = "".join(self.cleaned_data["fingerprint"].split()).lower()
        if not SHA256.fullmatch(typed):
            raise forms.ValidationError(
                "Une empreinte SHA-256 compte 64 caractères\u00a0: des chiffres et les lettres de a à f.",
                code="not_a_fingerprint",
            )
        return typed


class DepositField(forms.FileField):
    """A file to deposit, refused at once with its sentence when ``store_file`` would refuse it.

    ``accept`` narrows the kinds. The cleaned value is the upload, rewound: read it and call ``store_file``.
    """

    def __init__(self, *, accept: Collection[ContentType] = DEPOSITED, **kwargs: Any) -> None:
        self.accept = tuple(accept)
        endings = ",".join(ending for kind in self.accept for ending in EXTENSIONS[kind])
        super().__init__(widget=forms.ClearableFileInput(attrs={"accept": endings}), **kwargs)

    def to_python(self, data: File | None) -> UploadedFile | None:
        upload = super().to_python(data)
        if upload is None:
            return None
        assert isinstance(upload, UploadedFile)
        check_file(
            content=upload.read(settings.DOCUMENTS_MAX_BYTES + 1),
            name=upload.name or "",
            content_type=upload.content_type or "",
            accept=self.accept,
        )
        upload.seek(0)
        return upload


class DepositForm(forms.Form):
    """A form with one file, which survives an error elsewhere.

    It is stored as soon as it is received, and a signed key of it stays in the page.
    The key serves whoever deposited the file and nobody else, for a session, where such a file is asked for.
    A form that wants other kinds declares its own ``deposit``.
    """

    deposit = DepositField(label="Fichier", required=False)
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    deposit_required = ""
    """The sentence that asks for the file, when it cannot be done without."""

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
            retype(self, {self.add_prefix("kept"): dumps([self.stored.pk, self.by.pk], salt=SALT)})
            told = "Déjà déposé\u00a0: {}. Un autre fichier le remplacera."
            self["deposit"].help_text = format_html(told, self.stored.called)
        elif self.deposit_required and "deposit" not in self.errors:
            self.add_error("deposit", ValidationError(self.deposit_required, code="required"))
        data["deposit"] = self.stored
        return data

    @property
    def file(self) -> StoredFile:
        """The file of a form that asks for one, once it is right."""
        assert self.stored is not None
        return self.stored

    def _store(self, upload: Any) -> None:
        self.stored = store_file(
            content=upload.read(),
            name=upload.name,
            content_type=upload.content_type or "",
            by=self.by,
            accept=field_of(self, "deposit", DepositField).accept,
        )

    def _find(self, kept: str) -> None:
        try:
            pk, by = loads(kept, salt=SALT, max_age=KEPT_SECONDS)
        except BadSignature:
            pk, by = None, None
        if by == self.by.pk:
            wanted = field_of(self, "deposit", DepositField).accept
            self.stored = StoredFile.objects.filter(pk=pk, forgotten_at=None, content_type__in=wanted).first()
        if self.stored is None:
            self.add_error("deposit", ValidationError("Le fichier n’a pas été gardé\u00a0: déposez-le de nouveau."))
