"""A file that proves something of a device or of a pick-up."""

from documents.enums import ContentType
from documents.forms import DepositField, DepositForm

EVIDENCE = (ContentType.PDF, ContentType.TEXT, ContentType.CSV, ContentType.PNG, ContentType.JPEG)
"""What a tool, a recycler or a camera gives as evidence."""


class EvidenceForm(DepositForm):
    """A form with one file of evidence."""

    deposit = DepositField(label="Fichier", accept=EVIDENCE, required=False)
