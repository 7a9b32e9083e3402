"""The codes of devices and their French labels: what they are, their life, why it changes."""

from django.db.models import TextChoices

from conventions.enums import DeviceType
from donations.enums import DonorKind

SOLDERED_STORAGE = (DeviceType.TABLET, DeviceType.SMARTPHONE)
"""Types that always hold an internal storage: its absence cannot be attested."""


CEILED = (DonorKind.PUBLIC, DonorKind.UNKNOWN)
"""Origins under the legal price ceiling; an unknown one counts as public (machines §1.4)."""


class DeviceState(TextChoices):
    """The life of a device (machines §1)."""

    DECLARED = "declared", "Annoncé"
    COLLECTED = "collected", "Enlevé"
    RECEIVED = "received", "Reçu à l’atelier"
    IN_PROCESS = "in_process", "En traitement"
    AWAITING_PART = "awaiting_part", "En attente de pièce"
    READY = "ready", "Reconditionné"
    ALLOTTED = "allotted", "Affecté"
    SHIPPED = "shipped", "En livraison"
    AVAILABLE = "available", "Disponible au point de distribution"
    RESERVED = "reserved", "Réservé"
    HANDED_OVER = "handed_over", "Remis au bénéficiaire"
    RETURNED = "returned", "Retour SAV"
    UNUSABLE = "unusable", "Non réemployable"
    DISMANTLED = "dismantled", "Démonté pour pièces"
    RECYCLED = "recycled", "Recyclé (DEEE)"
    CEDED = "ceded", "Cédé hors filière"
    MISSING = "missing", "Manquant"
    WITHDRAWN = "withdrawn", "Retiré ou écarté"


EXPECTED = (DeviceState.DECLARED, DeviceState.COLLECTED)
"""Not yet seen by the workshop."""
ON_THE_BENCH = (DeviceState.RECEIVED, DeviceState.IN_PROCESS, DeviceState.AWAITING_PART)
"""In the workshop, work to be done."""
IN_THE_WORKSHOP = (*ON_THE_BENCH, DeviceState.READY, DeviceState.ALLOTTED, DeviceState.UNUSABLE)
"""In the workshop, in its hands: its storage can be looked at."""
GONE = (DeviceState.SHIPPED, DeviceState.AVAILABLE, DeviceState.RESERVED, DeviceState.HANDED_OVER)
"""Out of the workshop, and still followed: a file of it may be sorted late."""
FOLLOWED_BY_FILES = (*IN_THE_WORKSHOP, *GONE)
"""Where a deposited file may still be written on a device."""
WITH_PRICE = (
    DeviceState.READY,
    DeviceState.ALLOTTED,
    DeviceState.SHIPPED,
    DeviceState.AVAILABLE,
    DeviceState.RESERVED,
    DeviceState.HANDED_OVER,
    DeviceState.RETURNED,
    DeviceState.CEDED,
)
"""States reached only through `ready`: proven, graded, priced."""
WASTE = (DeviceState.UNUSABLE, DeviceState.DISMANTLED, DeviceState.RECYCLED)
ENDED = (DeviceState.DISMANTLED, DeviceState.RECYCLED, DeviceState.CEDED, DeviceState.WITHDRAWN)
"""Final states."""
LEFT_FOR_GOOD = (DeviceState.RECYCLED, DeviceState.CEDED, DeviceState.WITHDRAWN)
"""Final states of a device that somebody else has."""


class MissingReason(TextChoices):
    """Why a device is looked for."""

    COUNT = "count", "Absent à l’arrivée d’un enlèvement"
    STOCKTAKE = "stocktake", "Absent à l’inventaire"
    DELIVERY = "delivery", "Absent d’une livraison"
    THEFT = "theft", "Vol constaté"
    OTHER = "other", "Autre motif"


MISLAID = (MissingReason.COUNT, MissingReason.STOCKTAKE, MissingReason.DELIVERY, MissingReason.OTHER)
"""Reasons that say nothing of a theft."""


class WithdrawalReason(TextChoices):
    """Why a device never enters, or goes back to its donor."""

    KEPT = "kept", "Gardé par le donateur"
    NOT_COUNTED = "not_counted", "Absent du comptage à l’enlèvement"
    DONATION_DECLINED = "donation_declined", "Donation écartée"
    DONATION_WITHDRAWN = "donation_withdrawn", "Donation retirée"
    LEASED = "leased", "Matériel loué"
    CLAIMED = "claimed", "Réclamé par son propriétaire"
    STOLEN = "stolen", "Volé\u00a0: remis à la police ou à la gendarmerie"
    ENTRY = "entry", "Enregistré par erreur"
    OTHER = "other", "Autre motif"


RETURN_REASONS = (
    WithdrawalReason.LEASED,
    WithdrawalReason.CLAIMED,
    WithdrawalReason.STOLEN,
    WithdrawalReason.OTHER,
)
"""Reasons for which a workshop gives a device back."""


class UnusableReason(TextChoices):
    """Why a device will not be used again."""

    BROKEN = "broken", "Panne irréparable"
    UNECONOMIC = "uneconomic", "Réparation trop coûteuse"
    OBSOLETE = "obsolete", "Trop ancien ou trop lent"
    LOCKED = "locked", "Verrouillé (compte, BIOS, gestion à distance)"
    INCOMPLETE = "incomplete", "Incomplet"
    UNERASABLE = "unerasable", "Stockage impossible à effacer"
    DANGEROUS = "dangerous", "Dangereux (batterie gonflée, choc électrique)"
    RECYCLING = "recycling", "Accepté pour le recyclage"
    OTHER = "other", "Autre motif"


class DeviceReopenReason(TextChoices):
    """Why a reconditioned device goes back to the bench."""

    DEFECT = "defect", "Défaut découvert"
    STORAGE = "storage", "Stockage découvert"
    PROOF = "proof", "Preuve d’effacement remplacée"
    GRADE = "grade", "Grade à revoir"
    PRICE = "price", "Prix à revoir"
    OTHER = "other", "Autre motif"


class UndoRejectReason(TextChoices):
    """Why «\u00a0non réemployable\u00a0» was wrong."""

    ENTRY = "entry", "Erreur de saisie"
    WRONG_DEVICE = "wrong_device", "Mauvais appareil scanné"
    REPAIRABLE = "repairable", "Réparable finalement"
    REDIRECTED = "redirected", "Sa ligne est rendue au réemploi"


class CedeReason(TextChoices):
    """Why a reconditioned device leaves the chain."""

    NO_DEMAND = "no_demand", "Aucun besoin de ce type"
    ASSOCIATION = "association", "Équipement d’une association"
    MEDIATION = "mediation", "Lieu de médiation numérique"
    EMERGENCY = "emergency", "Urgence sociale"
    OTHER = "other", "Autre motif"


class ReclassifyReason(TextChoices):
    """Why a row leaves the bucket of the figures where it was."""

    ENTRY = "entry", "Erreur de saisie"
    AUDIT = "audit", "Constaté à l’audit de l’appareil"
    SITE = "site", "Lieu d’enlèvement corrigé"
    MERGER = "merger", "Fusion d’EPCI"
    OTHER = "other", "Autre motif"


class CorrectTagReason(TextChoices):
    """Why the label that is written is not the one on the device."""

    TYPED = "typed", "Mal saisie ou mal lue"
    SWAPPED = "swapped", "Étiquettes de deux appareils interverties"
    REPLACED = "replaced", "Étiquette abîmée, une autre est collée"
    ALIKE = "alike", "Se lit comme celle d’un autre appareil"


class ReprintReason(TextChoices):
    """Why the label of a device is printed again."""

    LOST = "lost", "Décollée ou perdue"
    UNREADABLE = "unreadable", "Abîmée ou illisible"
    CHANGED = "changed", "Ce qu’elle dit a changé (grade, mémoire…)"
    JAMMED = "jammed", "Mal sortie de l’imprimante"


class UndoReceiveReason(TextChoices):
    """Why a reception did not take place."""

    WRONG_DEVICE = "wrong_device", "Mauvais appareil scanné"
    WRONG_LINE = "wrong_line", "Mauvaise ligne ou mauvais lot"
    TWICE = "twice", "Le même appareil est déjà enregistré"
    ENTRY = "entry", "Erreur de saisie"


class UnreadReason(TextChoices):
    """Why the make, the model, the processor or the memory of a device is not written."""

    NO_PLATE = "no_plate", "Plaque absente ou illisible"
    UNBRANDED = "unbranded", "Appareil assemblé, sans marque ni modèle"
    NOT_SHOWN = "not_shown", "Le système ne l’affiche pas"


COMPUTERS = (DeviceType.LAPTOP, DeviceType.DESKTOP)
"""Types of which the processor and the memory are read before a price is given."""


COUNTED_BY_QUOTA = (
    DeviceState.ALLOTTED,
    DeviceState.SHIPPED,
    DeviceState.AVAILABLE,
    DeviceState.RESERVED,
    DeviceState.HANDED_OVER,
    DeviceState.RETURNED,
)
"""States that take a place in the quota of a convention, or in the reserve of the pilot."""
AT_A_POINT = (
    DeviceState.SHIPPED,
    DeviceState.AVAILABLE,
    DeviceState.RESERVED,
    DeviceState.HANDED_OVER,
    DeviceState.RETURNED,
)
"""States of a device that was sent to a distribution point."""
ARRIVED = (DeviceState.AVAILABLE, DeviceState.RESERVED, DeviceState.HANDED_OVER, DeviceState.RETURNED)
"""States of a device that a distribution point has taken in."""
HOLDS_A_NEED = (DeviceState.RESERVED, DeviceState.HANDED_OVER)
"""States in which a device is the one that serves its need."""
WITH_A_HOUSEHOLD = (DeviceState.HANDED_OVER, DeviceState.RETURNED)
"""States of a device that belongs to a household, at home or brought back."""
NOT_YET_HANDED_OVER = (DeviceState.SHIPPED, DeviceState.AVAILABLE, DeviceState.RESERVED)
"""States that go back to the workshop once the convention has been over for too long."""


class ReturnReason(TextChoices):
    """Why a household brings its device back."""

    FAULT = "fault", "Panne"
    UNSUITABLE = "unsuitable", "Ne convient pas à l’usage"
    GIVEN_BACK = "given_back", "Rendu par le foyer"
    OTHER = "other", "Autre motif"


class LineOutcome(TextChoices):
    """What became of one line of a delivery."""

    EXPECTED = "expected", "Attendu"
    STOCKED = "stocked", "Mis en rayon"
    MISSING = "missing", "Manquant"
    SENT_BACK = "sent_back", "Renvoyé à l’atelier"
    CANCELLED = "cancelled", "Expédition annulée"
