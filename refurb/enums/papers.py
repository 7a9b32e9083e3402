"""The codes of the papers that reconditioning makes, and their French labels."""

from django.db.models import TextChoices


class PaperKind(TextChoices):
    """The papers of a donation, made from frozen values."""

    DEED = "deed", "Acte de don"
    SLIP = "slip", "Bordereau d’enlèvement"
    OUTCOME = "outcome", "Bilan du don"
    TAX_RECEIPT = "tax_receipt", "Données du reçu fiscal"
    ERASURE = "erasure", "Certificat d’effacement du lot"


RENEWED = (PaperKind.DEED, PaperKind.SLIP, PaperKind.ERASURE)
"""Papers of a donation that a later one of the same kind, for the same workshop, replaces."""


class DevicePaperKind(TextChoices):
    """The papers of a device, made from frozen values."""

    ERASURE = "erasure", "Certificat d’effacement"


NAMELESS = (DevicePaperKind.ERASURE,)
"""Papers of a device that name no household: whoever sees the device may read them."""
