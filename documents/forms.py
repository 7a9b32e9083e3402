"""What people deposit, and what they type to verify a paper."""

import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from documents.addresses import typed_code
from documents.enums import DEPOSITED, ContentType
from documents.readers.signature import EXTENSIONS
from documents.services.files import check_file

SHA256 = re.compile(r"[0-9a-f]{64}")


class CodeForm(forms.Form):
    """The code printed on a paper, as people type it."""

    code = forms.CharField(
        label="Code du document",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="16 lettres et chiffres, imprimés sous le code QR : par exemple 7K3M-2QXZ-9TBD-4WNV.",
    )

    def clean_code(self) -> str:
        code = typed_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                "Ce n’est pas un code de Maillon : il compte 16 lettres et chiffres, sans 0, 1, I, L, O ni U.",
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
                "Une empreinte SHA-256 compte 64 caractères : des chiffres et les lettres de a à f.",
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

    def to_python(self, data: UploadedFile | None) -> UploadedFile | None:
        upload = super().to_python(data)
        if upload is not None:
            check_file(
                content=upload.read(settings.DOCUMENTS_MAX_BYTES + 1),
                name=upload.name or "",
                content_type=upload.content_type or "",
                accept=self.accept,
            )
            upload.seek(0)
        return upload
