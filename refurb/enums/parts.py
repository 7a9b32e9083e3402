"""The codes of parts, of what is taken out again, and of defects that are gone."""

from django.db.models import TextChoices


class PartOrigin(TextChoices):
    """Where a part of the stock comes from."""

    DISMANTLED = "dismantled", "Appareil démonté"
    TAKEN = "taken", "Prélevée sur un appareil"
    BOUGHT = "bought", "Achetée"


class TakenOutReason(TextChoices):
    """Why a part that was fitted goes back to the stock."""

    UNSUITED = "unsuited", "Ne convient pas à cet appareil"
    MISTAKE = "mistake", "Montée sur le mauvais appareil"
    USELESS = "useless", "L’appareil ne servira pas"


class WrittenOffReason(TextChoices):
    """Why a part is in the stock no more, in no device."""

    LOST = "lost", "Perdue"
    STOLEN = "stolen", "Volée"
    BROKEN = "broken", "Cassée ou hors d’usage"
    GIVEN = "given", "Donnée ou recyclée à part"
    NEVER = "never", "Comptée en trop à l’entrée"


class MendedReason(TextChoices):
    """Why a defect is not there any more."""

    REPAIRED = "repaired", "Réparé"
    PART = "part", "Pièce changée"
    MISTAKE = "mistake", "Noté par erreur"
