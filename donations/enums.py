"""The codes of donations and their French labels: who gives or may give, the life of a lot, its papers."""

from django.db.models import TextChoices


class DonationState(TextChoices):
    """The life of a lot offered by one donor (machines §2)."""

    DRAFT = "draft", "Brouillon"
    ANNOUNCED = "announced", "Annoncé"
    QUALIFIED = "qualified", "Qualifié"
    SCHEDULED = "scheduled", "Enlèvement planifié"
    COLLECTED = "collected", "Enlevé"
    RECONCILED = "reconciled", "Soldé"
    DECLINED = "declined", "Écarté"
    WITHDRAWN = "withdrawn", "Retiré"


class LineCondition(TextChoices):
    """What the donor says of the machines of a line."""

    WORKING = "working", "En état de marche"
    UNTESTED = "untested", "Non testé"
    FAULTY = "faulty", "En panne"
    INCOMPLETE = "incomplete", "Incomplet (sans disque, sans chargeur…)"


class Destination(TextChoices):
    """Where the accepted units of a line go."""

    REUSE = "reuse", "Réemploi"
    RECYCLING = "recycling", "Recyclage"


class LineRefusalCode(TextChoices):
    """Why units of a line are refused."""

    TOO_OLD = "too_old", "Trop ancien"
    CONDITION = "condition", "État insuffisant"
    TYPE = "type", "Type d’appareil sans besoin"
    QUANTITY = "quantity", "Quantité au-delà de ce que les ateliers peuvent traiter"
    VALUE = "value", "Valeur au-dessus du plafond légal des dons publics"
    TITLE = "title", "Matériel dont le donateur ne peut disposer"
    OTHER = "other", "Autre motif"


class DeclineReason(TextChoices):
    """Why a whole lot is declined."""

    TOO_OLD = "too_old", "Matériel trop ancien"
    CONDITION = "condition", "État insuffisant"
    QUANTITY = "quantity", "Lot trop petit pour un enlèvement"
    NO_WORKSHOP = "no_workshop", "Aucun atelier disponible"
    TITLE = "title", "Matériel dont le donateur ne peut disposer"
    DUPLICATE = "duplicate", "Lot déjà annoncé"
    OTHER = "other", "Autre motif"


class WithdrawReason(TextChoices):
    """Why an offer is taken back."""

    KEPT = "kept", "Matériel finalement conservé"
    GIVEN_ELSEWHERE = "given_elsewhere", "Matériel donné ou vendu ailleurs"
    RECYCLED = "recycled", "Matériel remis au recyclage"
    NO_DECISION = "no_decision", "Décision de cession non obtenue"
    ENTRY = "entry", "Erreur de saisie"
    OTHER = "other", "Autre motif"


class ReassignReason(TextChoices):
    """Why a lot goes to another workshop."""

    CAPACITY = "capacity", "Plan de charge de l’atelier"
    DISTANCE = "distance", "Enlèvement trop éloigné"
    SKILL = "skill", "Compétence ou matériel manquant"
    BALANCE = "balance", "Répartition entre ateliers"
    OTHER = "other", "Autre motif"


class RedirectReason(TextChoices):
    """Why what was accepted for recycling is used again after all."""

    ENTRY = "entry", "Erreur de saisie"
    BETTER = "better", "Meilleur état que celui qui était annoncé"
    OTHER = "other", "Autre motif"


class SlipProof(TextChoices):
    """How the donor's side signed the pick-up slip."""

    DRAWN = "drawn", "Signature tracée à l’écran"
    SCANNED = "scanned", "Bordereau papier signé, numérisé"
    ATTESTED = "attested", "Accord recueilli sur place, attesté par l’atelier"


class DifferenceCode(TextChoices):
    """Why what was announced, collected and received differ on a line."""

    KEPT_BY_DONOR = "kept_by_donor", "Gardé par le donateur"
    NOT_FOUND = "not_found", "Introuvable sur place à l’enlèvement"
    COUNT_ERROR = "count_error", "Erreur de comptage"
    ANOTHER_TYPE = "another_type", "Compté sur une autre ligne"
    SURPLUS = "surplus", "Surplus, enregistré à l’atelier comme inattendu"
    LEFT_ON_SITE = "left_on_site", "Laissé sur place (état, accès, place)"
    LOST = "lost", "Perdu entre l’enlèvement et l’atelier"
    OTHER = "other", "Autre explication"


class DonorKind(TextChoices):
    """Who gave: the price ceiling of a gift depends on it."""

    PUBLIC = "public", "Donateur public"
    PRIVATE = "private", "Donateur privé"
    UNKNOWN = "unknown", "Origine inconnue"


class DonationPaperKind(TextChoices):
    """The papers of a donation, made from frozen values."""

    DEED = "deed", "Acte de don"
    SLIP = "slip", "Bordereau d’enlèvement"
    OUTCOME = "outcome", "Bilan du don"
    TAX_RECEIPT = "tax_receipt", "Données du reçu fiscal"
    ERASURE = "erasure", "Certificat d’effacement du lot"


RENEWED = (
    DonationPaperKind.DEED,
    DonationPaperKind.SLIP,
    DonationPaperKind.OUTCOME,
    DonationPaperKind.TAX_RECEIPT,
    DonationPaperKind.ERASURE,
)
"""Papers of a donation that a later one of the same kind, for the same workshop, replaces."""


class ProspectState(TextChoices):
    """How far somebody who may give is."""

    TO_CONTACT = "to_contact", "À contacter"
    MET = "met", "Rencontré"
    PROMISED = "promised", "A promis"
    ANNOUNCED = "announced", "A annoncé un lot"
    SILENT = "silent", "Sans nouvelles"
    CLOSED = "closed", "Sans suite"


class SizeClass(TextChoices):
    """How many people an organisation employs, in the classes of public statistics."""

    UNDER_10 = "under_10", "1 à 9 salariés"
    UNDER_50 = "under_50", "10 à 49 salariés"
    UNDER_250 = "under_250", "50 à 249 salariés"
    UNDER_1000 = "under_1000", "250 à 999 salariés"
    OVER_1000 = "over_1000", "1 000 salariés et plus"


class NextStep(TextChoices):
    """What is to be done next with a prospect."""

    CALL = "call", "Appeler"
    WRITE = "write", "Écrire"
    VISIT = "visit", "Rendre visite"
    SEND = "send", "Envoyer la présentation de la filière"
    DECISION = "decision", "Relancer sa décision"
    LOT = "lot", "L’aider à annoncer son lot"


class GiveUpReason(TextChoices):
    """Why a prospect is not followed any more."""

    REFUSES = "refuses", "Ne souhaite pas donner"
    ELSEWHERE = "elsewhere", "Donne ou vend ailleurs"
    NOTHING = "nothing", "N’a pas de matériel à donner"
    GONE = "gone", "Organisation fermée ou partie"
    DUPLICATE = "duplicate", "Déjà suivi sous un autre nom"
    NO_ANSWER = "no_answer", "Ne répond plus"
    OTHER = "other", "Autre motif"
