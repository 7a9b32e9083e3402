"""The codes of the second half of a device's life: allotment, hand-over, derogation, return."""

from django.db.models import IntegerChoices, TextChoices

from conventions.enums import DeviceType
from prescriptions.enums.undone import UnmetReason

SERVES = {
    "computer": (DeviceType.LAPTOP, DeviceType.DESKTOP),
    "tablet": (DeviceType.TABLET,),
    "smartphone": (DeviceType.SMARTPHONE,),
}
"""The types that serve each kind of need; a screen alone serves none."""


class ReleaseReason(TextChoices):
    """Why a device is no longer meant for a convention."""

    CONVENTION_ENDED = "convention_ended", "Fin de la convention"
    BALANCE = "balance", "Répartition entre conventions"
    DEFECT = "defect", "Défaut découvert"
    ENTRY = "entry", "Erreur de saisie"
    OTHER = "other", "Autre motif"


class SendBackReason(TextChoices):
    """Why a distribution point sends a device back to its workshop."""

    BROKEN = "broken", "En panne à la livraison"
    INCOMPLETE = "incomplete", "Incomplet (chargeur, câble, pied)"
    CONDITION = "condition", "Aspect ou grade non conforme"
    WRONG_DEVICE = "wrong_device", "Ce n’est pas l’appareil annoncé"
    NOT_ERASED = "not_erased", "Données encore présentes"
    UNSOLD = "unsold", "Pas de besoin de ce type"
    CONVENTION_ENDED = "convention_ended", "Fin de la convention"
    ASKED_BACK = "asked_back", "Demandé par l’atelier"
    OTHER = "other", "Autre motif"


CONFORMS = (SendBackReason.UNSOLD, SendBackReason.CONVENTION_ENDED, SendBackReason.ASKED_BACK)
"""Reasons that say nothing against the device: they do not count as non-conformity."""


class UndoHandOverReason(TextChoices):
    """Why a hand-over did not take place."""

    ENTRY = UnmetReason.ENTRY.value, UnmetReason.ENTRY.label
    WRONG_DEVICE = UnmetReason.WRONG_DEVICE.value, UnmetReason.WRONG_DEVICE.label
    WRONG_PERSON = UnmetReason.WRONG_PERSON.value, UnmetReason.WRONG_PERSON.label
    CHANGED_MIND = UnmetReason.CHANGED_MIND.value, UnmetReason.CHANGED_MIND.label


class UndoTakeBackReason(TextChoices):
    """Why a device was not brought back after all."""

    ENTRY = "entry", "Erreur de saisie"
    WRONG_DEVICE = "wrong_device", "Un autre appareil était rapporté"
    KEPT = "kept", "Le foyer est reparti avec, rien n’a été fait"


class DerogationKind(TextChoices):
    """Why the pilot lets a device serve a need outside the territory of its convention."""

    TERRITORY = "territory", "Autre territoire"
    EMERGENCY = "emergency", "Urgence sociale"


class HandOverKind(TextChoices):
    """What a hand-over is."""

    SALE = "sale", "Achat à prix solidaire"
    EXCHANGE = "exchange", "Échange sous garantie"


class HandOverProof(TextChoices):
    """How the household signed the hand-over note."""

    DRAWN = "drawn", "Signature tracée à l’écran"
    SCANNED = "scanned", "Fiche papier signée, numérisée"
    ATTESTED = "attested", "Fiche papier signée, attestée par le conseiller"


class ClosedBecause(TextChoices):
    """Why a prepared or signed note does not count any more."""

    REPLACED = "replaced", "Remplacée par une nouvelle fiche"
    RELEASED = "released", "Réservation levée"
    LOST = "lost", "Appareil manquant"
    UNDONE = "undone", "Remise annulée le jour même"
    SETTLED = "settled", "Foyer servi autrement"
    RESERVED = "reserved", "Appareil réservé pour un autre foyer"


class SettlementKind(TextChoices):
    """How a household whose device does not come back was served otherwise."""

    EXCHANGE = "exchange", "Échange"
    REFUND = "refund", "Remboursement"
    GIVEN_UP = "given_up", "Renoncement du foyer"


class RefundMeans(TextChoices):
    """How a household is refunded; the label ends a sentence."""

    TRANSFER = "transfer", "par virement"
    CHEQUE = "cheque", "par chèque"
    CASH = "cash", "en espèces"
    CARD = "card", "sur sa carte bancaire"


class DetachReason(TextChoices):
    """Why a screen no longer goes with its desktop."""

    ENTRY = "entry", "Erreur de saisie"
    REPLACED = "replaced", "Un autre écran le remplace"
    APART = "apart", "L’ordinateur part sans écran"


class StocktakeState(TextChoices):
    """The life of a stocktake."""

    OPEN = "open", "En cours"
    CLOSED = "closed", "Clos"
    ABANDONED = "abandoned", "Abandonné"


class Finding(TextChoices):
    """What a stocktake says of one device, or of one label that no device bears."""

    FOUND = "found", "Trouvé"
    MISPLACED = "misplaced", "Mal rangé"
    UNEXPECTED = "unexpected", "Là, et attendu ailleurs"
    HANDLED = "handled", "Pris en main pendant l’inventaire"
    MISSING = "missing", "Pas trouvé"
    UNKNOWN = "unknown", "Étiquette inconnue"


class AppointmentState(TextChoices):
    """The life of an appointment."""

    BOOKED = "booked", "Pris"
    HONOURED = "honoured", "Honoré"
    MISSED = "missed", "Manqué"
    CANCELLED = "cancelled", "Annulé"


class AppointmentCancelReason(TextChoices):
    """Why an appointment does not take place."""

    HOUSEHOLD = "household", "Le foyer ne peut pas venir"
    POINT = "point", "Le point ne peut pas recevoir"
    RELEASED = "released", "L’appareil n’est plus mis de côté"
    OTHER = "other", "Autre motif"


class Weekday(IntegerChoices):
    """The days of a week, as Python counts them."""

    MONDAY = 0, "Lundi"
    TUESDAY = 1, "Mardi"
    WEDNESDAY = 2, "Mercredi"
    THURSDAY = 3, "Jeudi"
    FRIDAY = 4, "Vendredi"
    SATURDAY = 5, "Samedi"
    SUNDAY = 6, "Dimanche"


class ClosureReason(TextChoices):
    """Why a point receives nobody for some days."""

    LEAVE = "leave", "Congés"
    WORKS = "works", "Travaux"
    STOCKTAKE = "stocktake", "Inventaire"
    ELSEWHERE = "elsewhere", "Équipe en déplacement"
    OTHER = "other", "Autre motif"
