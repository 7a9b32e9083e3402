"""The committees, how an EPCI is covered, the thresholds of « À faire »: from when what waits is told or late."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import TextChoices


class ThresholdCode(TextChoices):
    """From how many days on. What the law says, or what a machine does, is not among them."""

    QUIET = "quiet_days", "Prescripteur sans activité depuis"
    WAITED = "waited_days", "Besoin qui attend depuis plus de"
    DECIDED = "decided_days", "Dérogation sans réponse, en retard après"
    TOLD = "told_days", "Réponse à une dérogation, affichée pendant"
    EXAMINED = "examined_days", "Demande sans réponse, en retard après"
    FALLS = "falls_days", "Réservation à remettre vite, avant sa fin"
    RETURNED = "returned_days", "Appareil rapporté, en retard après"
    UNANSWERED = "unanswered_days", "Problème de connexion, en retard après"
    UNCHOSEN = "unchosen_days", "Offre à choisir vite, avant la clôture du dossier"


class ServiceCode(TextChoices):
    """From when on the pilot is told that the service itself goes wrong, each in the unit that it says."""

    SILENT = "silent_minutes", "Travail de fond sans nouvelles, en minutes"
    LATE = "late_minutes", "Tâche en retard, en minutes"
    ROOM = "free_megabytes", "Place libre attendue sur le disque, en mégaoctets"


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


USUAL_SERVICE: Mapping[str, int] = MappingProxyType(
    {ServiceCode.SILENT.value: 5, ServiceCode.LATE.value: 15, ServiceCode.ROOM.value: 1024}
)
"""What holds of the service where no row says otherwise."""
USUAL: Mapping[str, int] = MappingProxyType(
    {
        ThresholdCode.QUIET.value: 60,
        ThresholdCode.WAITED.value: 90,
        ThresholdCode.DECIDED.value: 3,
        ThresholdCode.TOLD.value: 30,
        ThresholdCode.EXAMINED.value: 10,
        ThresholdCode.FALLS.value: 2,
        ThresholdCode.RETURNED.value: 15,
        ThresholdCode.UNANSWERED.value: 20,
        ThresholdCode.UNCHOSEN.value: 15,
    }
)
"""What holds where no row says otherwise."""
