"""The codes of the papers that reconditioning makes, and their French labels."""

from django.db.models import TextChoices


class DevicePaperKind(TextChoices):
    """The papers of a device, made from frozen values."""

    ERASURE = "erasure", "Certificat d’effacement"


NAMELESS = (DevicePaperKind.ERASURE,)
"""Papers of a device that name no household: whoever sees the device may read them."""
