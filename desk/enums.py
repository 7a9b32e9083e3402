"""The committees, how an EPCI is covered."""

from django.db.models import TextChoices


class CommitteeKind(TextChoices):
    """The committees of the roadmap: one governs, the other follows the work."""

    STEERING = "steering", "Comité de pilotage"
    TECHNICAL = "technical", "Comité technique"


class Coverage(TextChoices):
    """How far the convention of an EPCI is."""

    IN_FORCE = "in_force", "en vigueur"
    UNDER_WAY = "under_way", "en projet"
    STOPPED = "stopped", "suspendue ou finie"
    NONE = "none", "aucune"
