"""Write the reference files in the database, again and again; what was checked later in the office is left alone."""

import hashlib
from collections.abc import Iterable

from django.db import transaction

from network.models import Dated
from network.services.reference import Written, write_dated, write_lines
from prescriptions.models import AgreementText, CodedReason, EligibilityRule, FactBand, Setting, TerritorialPriority
from prescriptions.readers.reference import Line, Reference, read_reference


def fingerprint(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def load_reference(reference: Reference) -> list[Written]:
    """Write everything the files say; run again, it changes only what differs."""
    texts = Written.of(AgreementText)
    for line in reference.texts:
        told = {**line.told, "sha256": fingerprint(line.told["body"]), "valid_from": line.dates.valid_from}
        write_dated(texts, AgreementText, line.key, told, line.dates, by_date=False)
    return [
        _written(Setting, reference.settings),
        _written(TerritorialPriority, reference.priorities),
        _written(CodedReason, reference.reasons),
        _written(FactBand, reference.bands),
        _written(EligibilityRule, reference.rules),
        texts,
    ]


def load_prescriptions_reference() -> list[Written]:
    """Load the files of the app. Raises ReferenceFileError."""
    return load_reference(read_reference())


def _written(model: type[Dated], lines: Iterable[Line]) -> Written:
    return write_lines(model, ((line.key, line.told, line.dates) for line in lines))
