"""Fields for what people deposit."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from documents.enums import DEPOSITED, ContentType
from documents.readers.signature import EXTENSIONS
from documents.services.files import check_file


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
