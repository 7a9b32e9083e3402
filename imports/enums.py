"""The codes of imports and their French labels."""

from django.db.models import TextChoices


class ImportStage(TextChoices):
    """How far an import has gone."""

    CHECKED = "checked", "À confirmer"
    APPLYING = "applying", "En cours"
    DONE = "done", "Terminé"
    FAILED = "failed", "Arrêté"
    DROPPED = "dropped", "Abandonné"
    UNDONE = "undone", "Défait"


STANDING = (ImportStage.APPLYING, ImportStage.DONE)
"""The same file with the same columns stands once in these stages."""


class ImportOutcome(TextChoices):
    """What becomes of one line."""

    CREATED = "created", "À reprendre"
    REFUSED = "refused", "Refusée"
    KNOWN = "known", "Déjà connue"


LEFT_OUT = (ImportOutcome.REFUSED, ImportOutcome.KNOWN)
"""The outcomes of which the line is kept with its reasons."""
