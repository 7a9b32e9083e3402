"""The codes of reports and their French labels: states, stages of the figures, places without an EPCI."""

from django.db.models import TextChoices

from refurb.enums import DeviceState

S = DeviceState


class ReportState(TextChoices):
    """The life of a monthly report (machines §6)."""

    COMPUTED = "computed", "Calculé"
    FROZEN = "frozen", "Figé"
    PUBLISHED = "published", "Publié"


class Stage(TextChoices):
    """Where a device stands, as the figures count it; each state belongs to one stage (``STAGE_OF``)."""

    ANNOUNCED = "announced", "Attendus"
    COLLECTED = "collected", "Enlevés"
    RECEIVED = "received", "Reçus à l’atelier"
    IN_PROCESS = "in_process", "En traitement"
    RECONDITIONED = "reconditioned", "Reconditionnés"
    ALLOTTED = "allotted", "Affectés"
    SHIPPED = "shipped", "En livraison"
    AVAILABLE = "available", "Disponibles"
    RESERVED = "reserved", "Réservés"
    HANDED_OVER = "handed_over", "Remis"
    RETURNED = "returned", "Retours SAV"
    UNUSABLE = "unusable", "Non réemployables"
    DISMANTLED = "dismantled", "Démontés"
    RECYCLED = "recycled", "Recyclés"
    CEDED = "ceded", "Cédés"
    MISSING = "missing", "Manquants"
    WITHDRAWN = "withdrawn", "Retirés ou écartés"


STAGE_OF: dict[DeviceState, Stage] = {
    S.DECLARED: Stage.ANNOUNCED,
    S.COLLECTED: Stage.COLLECTED,
    S.RECEIVED: Stage.RECEIVED,
    S.IN_PROCESS: Stage.IN_PROCESS,
    S.AWAITING_PART: Stage.IN_PROCESS,
    S.READY: Stage.RECONDITIONED,
    S.ALLOTTED: Stage.ALLOTTED,
    S.SHIPPED: Stage.SHIPPED,
    S.AVAILABLE: Stage.AVAILABLE,
    S.RESERVED: Stage.RESERVED,
    S.HANDED_OVER: Stage.HANDED_OVER,
    S.RETURNED: Stage.RETURNED,
    S.UNUSABLE: Stage.UNUSABLE,
    S.DISMANTLED: Stage.DISMANTLED,
    S.RECYCLED: Stage.RECYCLED,
    S.CEDED: Stage.CEDED,
    S.MISSING: Stage.MISSING,
    S.WITHDRAWN: Stage.WITHDRAWN,
}
OF_A_CONVENTION = frozenset((S.ALLOTTED, S.SHIPPED, S.AVAILABLE, S.RESERVED, S.HANDED_OVER, S.RETURNED))
"""States counted by the EPCI of the convention; all the others by the EPCI of the pick-up (domaine §8.2)."""


class Measure(TextChoices):
    """The numbers of a stage in a month, in the order in which figures keep them."""

    OPENING = "debut", "Début de mois"
    ENTERED = "entrees", "Entrées"
    LEFT = "sorties", "Sorties"
    CLOSING = "fin", "Fin de mois"
    OTHER = "autres", "Autres variations"


class Counting(TextChoices):
    """What else a report counts of devices, and of lots."""

    NEW = "nouveaux", "Nouveaux appareils suivis"
    TAKEN = "enleves", "Enlevés (quantité du mois)"
    ANNOUNCED = "annonces", "Annoncés (quantité du mois)"
    ACCEPTED = "acceptes", "Acceptés (quantité du mois)"


class Variation(TextChoices):
    """Why a move is no act of the month; its line says so after the name of the verb."""

    VARIES = "varies", ""
    UNDOING = "undoing", "annulation"
    UNDONE = "undone", "annulé dans le mois"
    AGAIN = "again", "de nouveau"


DISTRIBUTION = (
    Stage.ALLOTTED,
    Stage.SHIPPED,
    Stage.AVAILABLE,
    Stage.RESERVED,
    Stage.HANDED_OVER,
    Stage.RETURNED,
)
DISTRIBUTED = "distribution"
"""The code of these six stages together, as one column of the wide tables."""
PROMISED = "promis"
"""The code of the two stages between the workshop and the shelf."""
GROUPS = {DISTRIBUTED: DISTRIBUTION, PROMISED: (Stage.ALLOTTED, Stage.SHIPPED)}
OPEN_TO_EPCI = tuple(stage for stage in Stage if stage not in DISTRIBUTION)
"""The stages whose rows an EPCI reads, of its own territory.

From allotment on, rows would tell of households, and of the numbers that are hidden.
"""


def stages_of(code: str) -> tuple[Stage, ...]:
    """The stages that a code stands for: one, those of the distribution, or all of them when it is empty."""
    if not code:
        return tuple(Stage)
    return GROUPS.get(code) or (Stage(code),)


class Elsewhere(TextChoices):
    """Where a device is counted when it has no EPCI; an EPCI is counted under its SIREN."""

    OUTSIDE = "outside", "Hors département"
    UNKNOWN = "unknown", "Origine inconnue"
