"""The committees and what is decided there, how an EPCI is covered."""

from django.db.models import TextChoices


class CommitteeKind(TextChoices):
    """The committees of the roadmap: one governs, the other follows the work."""

    STEERING = "steering", "Comité de pilotage"
    TECHNICAL = "technical", "Comité technique"


class MeetingState(TextChoices):
    """The life of a committee that sits."""

    OPEN = "open", "En séance"
    CLOSED = "closed", "Close"


class Presence(TextChoices):
    """Whether a member was there."""

    CONVENED = "convened", "Convoqué"
    PRESENT = "present", "Présent"
    EXCUSED = "excused", "Excusé"


class LineChoice(TextChoices):
    """What a committee says of one line of a lot."""

    ACCEPT = "accept", "Accepter"
    DECLINE = "decline", "Refuser"
    POSTPONE = "postpone", "Reporter"


class Typed(TextChoices):
    """How far what was typed of a lot goes."""

    NOTHING = "nothing", "Rien de saisi"
    PARTIAL = "partial", "À compléter"
    WHOLE = "whole", "Prêt à appliquer"
    POSTPONED = "postponed", "Reporté"


class LotOutcome(TextChoices):
    """What became of a lot of the agenda."""

    QUALIFIED = "qualified", "Qualifié"
    DECLINED = "declined", "Écarté"
    POSTPONED = "postponed", "Reporté à la prochaine séance"
    NOT_EXAMINED = "not_examined", "Non examiné"
    ELSEWHERE = "elsewhere", "Décidé ou retiré hors séance"


class RatificationAnswer(TextChoices):
    """What a committee says of a lot that the pilot decided between two meetings."""

    RATIFIED = "ratified", "Ratifié"
    OBJECTION = "objection", "Objection"


class ObjectionCode(TextChoices):
    """Why a committee objects to what was decided between two meetings."""

    ACCEPTED = "accepted", "Matériel accepté à tort"
    REFUSED = "refused", "Matériel refusé à tort"
    SHARE = "share", "Répartition entre ateliers contestée"
    LAW = "law", "Règles du don à revoir"
    OTHER = "other", "Autre objection"


class Coverage(TextChoices):
    """How far the convention of an EPCI is."""

    IN_FORCE = "in_force", "en vigueur"
    UNDER_WAY = "under_way", "en projet"
    STOPPED = "stopped", "suspendue ou finie"
    NONE = "none", "aucune"


class Prescribing(TextChoices):
    """Whether somebody prescribes for a commune."""

    ACTIVE = "active", "une structure active"
    SILENT = "silent", "une structure, sans demande récente"
    NONE = "none", "aucune structure"
