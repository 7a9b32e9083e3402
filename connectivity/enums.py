"""The codes of connection and their French labels."""

from django.db.models import TextChoices

from prescriptions.enums.undone import UnmetReason


class ConnectionState(TextChoices):
    """The life of a connection file: one need of connection, one offer (machines §5)."""

    PROPOSED = "proposed", "Offres proposées"
    CHOSEN = "chosen", "Offre choisie"
    SENT = "sent", "Transmis à l’opérateur"
    PROBLEM = "problem", "Problème signalé"
    ACCEPTED = "accepted", "Accepté par l’opérateur"
    SCHEDULED = "scheduled", "Raccordement planifié"
    ACTIVE = "active", "Ligne active"
    ENDED = "ended", "Terminé"
    REFUSED = "refused", "Refusé"
    ABANDONED = "abandoned", "Abandonné"


S = ConnectionState
UNDER_WAY = (S.PROPOSED, S.CHOSEN, S.SENT, S.PROBLEM, S.ACCEPTED, S.SCHEDULED)
"""A line is being looked for: the need is in progress."""
LIVE = (*UNDER_WAY, S.ACTIVE)
"""At most one such file per need (unique in the database)."""
WITH_OPERATOR = (S.SENT, S.PROBLEM, S.ACCEPTED, S.SCHEDULED)
"""What was sent to an operator, and is not settled yet."""
HELD = (*WITH_OPERATOR, S.ACTIVE)
"""What an operator works on, or has the line of: it reads what it was told."""
TO_ANSWER = (S.SENT, S.ACCEPTED, S.SCHEDULED)
"""What the operator has to act upon."""


class Technology(TextChoices):
    """By what the line comes."""

    FIBRE = "fibre", "Fibre"
    COPPER = "copper", "Ligne fixe en cuivre"
    BOX_4G = "box_4g", "Box 4G"
    MOBILE = "mobile", "Forfait mobile"
    PREPAID = "prepaid", "Carte prépayée"
    PUBLIC_ACCESS = "public", "Accès public gratuit (wifi, ordinateurs)"


class Channel(TextChoices):
    """How one gets the offer: it decides the path of the file."""

    DESK = "desk", "Demande transmise à l’opérateur"
    OWN_SUBSCRIPTION = "own_subscription", "Souscription par la personne, en boutique ou par téléphone"
    COUNTER = "counter", "Vente au point de distribution"
    BESIDE = "beside", "Sur place, sans rien souscrire"


class LineGives(TextChoices):
    """What a household can do with the line of an offer."""

    INTERNET = "internet", "Internet"
    PHONE = "phone", "Le téléphone, sans Internet"


OTHER_THAN_INTERNET: dict[str, str] = {LineGives.PHONE: "le téléphone, sans Internet"}
"""The same inside a sentence, for what does not answer a need of connection."""


class PricePeriod(TextChoices):
    """What the price pays for."""

    MONTH = "month", "par mois"
    RECHARGE = "recharge", "par recharge"


class Reliability(TextChoices):
    """How far what is written of an offer was checked."""

    SURE = "sure", "Sûr"
    CHECK = "check", "À confirmer"


class ConditionRule(TextChoices):
    """What an offer asks of a household."""

    FAMILY_QUOTIENT = "family_quotient", "Quotient familial"
    MINIMUM_INCOME = "minimum_income", "Bénéficier d’un minimum social"
    TENANT = "tenant", "Être locataire d’un bailleur partenaire"
    BANK_ACCOUNT = "bank_account", "Avoir un compte bancaire"
    NO_FIXED_LINE = "no_fixed_line", "Ne pas être déjà client Internet de l’opérateur"
    COPPER_OPEN = "copper_open", "Le cuivre se vend encore dans la commune"
    FOLLOWED = "followed", "Être orienté par un travailleur social"


COMPUTED = (ConditionRule.COPPER_OPEN, ConditionRule.FOLLOWED)
"""The rules that Maillon answers by itself: nothing is asked of the household."""


class ProofKind(TextChoices):
    """What is looked at, and never kept."""

    NONE = "none", "Rien à montrer"
    CAF_CERTIFICATE = "caf_certificate", "Attestation de la CAF ou de la MSA"
    INCOME_CERTIFICATE = "income_certificate", "Attestation de droits (RSA, ASS, AAH…)"
    RENT_RECEIPT = "rent_receipt", "Quittance de loyer"
    BANK_DETAILS = "bank_details", "RIB"
    DECLARATION = "declaration", "Déclaration de la personne"


class CurrentLine(TextChoices):
    """The fixed line of the household today, as it says."""

    UNKNOWN = "unknown", "Ne sait pas"
    NONE = "none", "Aucune ligne fixe"
    COPPER = "copper", "Ligne en cuivre (ADSL ou téléphone)"
    FIBRE = "fibre", "Fibre"


class OfferAgreement(TextChoices):
    """How the household agreed to the offer, and to what is sent for it."""

    IN_PERSON = "in_person", "De vive voix, en rendez-vous"
    PHONE = "phone", "De vive voix, au téléphone"
    WRITTEN = "written", "Par écrit"


class ProblemCode(TextChoices):
    """What stops an operator."""

    NUMBER_NOT_FOUND = "number_not_found", "Numéro ou adresse introuvable"
    NOT_ELIGIBLE = "not_eligible", "Conditions de l’offre non remplies"
    NAME_MISMATCH = "name_mismatch", "Nom différent de celui du contrat"
    ALREADY_CUSTOMER = "already_customer", "Déjà client"
    DUPLICATE = "duplicate", "Demande en double"
    NO_COVERAGE = "no_coverage", "Logement non desservi"
    APPOINTMENT_MISSED = "appointment_missed", "Rendez-vous manqué"
    DOCUMENT_REFUSED = "document_refused", "Pièce refusée"
    OTHER = "other", "Autre problème"


P = ProblemCode
NEXT_STEP: dict[str, str] = {
    P.NUMBER_NOT_FOUND: "Vérifiez l’adresse complète (bâtiment, étage, porte) et le numéro de téléphone avec la "
    "personne, puis transmettez de nouveau.",
    P.NOT_ELIGIBLE: "Regardez avec la personne une pièce plus récente\u00a0; sinon, choisissez une autre offre.",
    P.NAME_MISMATCH: "Comparez le nom du dossier à celui de la pièce d’identité, corrigez-le, puis transmettez de "
    "nouveau.",
    P.ALREADY_CUSTOMER: "Demandez à la personne quel contrat elle a déjà\u00a0: il peut "
    "changer d’offre, ou se résilier "
    "d’abord.",
    P.DUPLICATE: "Demandez à l’opérateur quelle demande il garde\u00a0; abandonnez celle-ci si l’autre avance.",
    P.NO_COVERAGE: "Choisissez une autre offre avec la personne\u00a0; s’il n’y en a plus, abandonnez le "
    "dossier\u00a0: le besoin attend de nouveau.",
    P.APPOINTMENT_MISSED: "Rappelez la personne, puis transmettez de nouveau en notant ses disponibilités dans "
    "«\u00a0Ce que vous avez fait\u00a0».",
    P.DOCUMENT_REFUSED: "Demandez une pièce lisible et récente, notez-la vue, puis transmettez de nouveau.",
    P.OTHER: "Lisez la précision de l’opérateur et appelez-le si besoin.",
}
"""What the worker does next, for each code."""


WITHDRAWALS = ("withdraw_problem", "withdraw_accepted_problem", "withdraw_scheduled_problem")
"""The verbs by which an operator takes back a problem reported by mistake, by where the request stood before."""


class OperatorRefusalCode(TextChoices):
    """Why an operator says no."""

    NOT_ELIGIBLE = "not_eligible", "Conditions de l’offre non remplies"
    NO_COVERAGE = "no_coverage", "Logement non desservi"
    ALREADY_CUSTOMER = "already_customer", "Déjà client"
    DUPLICATE = "duplicate", "Demande en double"
    OFFER_CLOSED = "offer_closed", "Offre fermée"
    NO_ANSWER = "no_answer", "Sans réponse dans le délai"
    OTHER = "other", "Autre motif"


SAID_BY_OPERATORS = tuple(one for one in OperatorRefusalCode if one != OperatorRefusalCode.NO_ANSWER)
"""Those that an operator gives; the other one is the clock's."""


class EvidenceKind(TextChoices):
    """What shows that a line works."""

    OPERATOR = "operator", "Dit par l’opérateur"
    CONTRACT = "contract", "Contrat ou courriel de l’opérateur"
    INVOICE = "invoice", "Première facture"
    RECEIPT = "receipt", "Ticket de la recharge"
    TRIED = "tried", "Ligne essayée avec la personne"


class TechnicianSlot(TextChoices):
    """When in the day the technician comes."""

    DAY = "day", "Dans la journée"
    MORNING = "morning", "Le matin"
    AFTERNOON = "afternoon", "L’après-midi"


class UndoActivateReason(TextChoices):
    """Why a line that was said to work does not."""

    ENTRY = UnmetReason.ENTRY.value, UnmetReason.ENTRY.label
    WRONG_REQUEST = UnmetReason.WRONG_REQUEST.value, UnmetReason.WRONG_REQUEST.label
    NOT_WORKING = UnmetReason.NOT_WORKING.value, UnmetReason.NOT_WORKING.label


class EndReason(TextChoices):
    """Why a line ends."""

    ENTITLEMENT_OVER = "entitlement_over", "Droit à l’offre arrivé à son terme"
    CANCELLED = "cancelled", "Résiliée par la personne"
    MOVED = "moved", "Déménagement"
    UNPAID = "unpaid", "Coupée pour impayé"
    OTHER_OFFER = "other_offer", "Remplacée par une autre offre"
    OTHER = "other", "Autre motif"


class ConnectionAbandonReason(TextChoices):
    """Why a file is given up before the line is there."""

    GAVE_UP = "gave_up", "La personne y renonce"
    SERVED_ELSEWHERE = "served_elsewhere", "Ligne trouvée autrement"
    UNREACHABLE = "unreachable", "La personne ne répond plus"
    ENTRY = "entry", "Erreur de saisie"
    UNTOUCHED = "untouched", "Sans suite dans le délai"
    NEED_DROPPED = "need_dropped", "Besoin ou prescription clos"
    OTHER = "other", "Autre motif"


class ConnectionPaperKind(TextChoices):
    """The papers of a connection file, made from frozen values."""

    FAMILY = "family", "Fiche de connexion du foyer"
    OPERATOR = "operator", "Dossier de connexion pour l’opérateur"


class OfferVerdict(TextChoices):
    """What an offer of the day says of a household."""

    ELIGIBLE = "eligible", "Possible"
    MAYBE = "maybe", "À compléter"
    NOT = "not", "Impossible"


class OperatorAnswer(TextChoices):
    """What an operator answers, on the screen, by a link or in a file: each is a verb of the machine."""

    ACCEPT = "accept", "Accepter"
    SCHEDULE = "schedule", "Planifier"
    ACTIVATE = "activate", "Ligne active"
    REPORT_PROBLEM = "report_problem", "Signaler un problème"
    REFUSE = "refuse", "Refuser"
    END = "end", "Ligne terminée"


class RightLoss(TextChoices):
    """Why a household has no right any more to the offer of its line."""

    OVER_CEILING = "over_ceiling", "Ressources au-dessus du plafond"
    CONDITION_GONE = "condition_gone", "La condition n’est plus remplie"
    NO_PROOF = "no_proof", "La pièce n’a pas été apportée"
    OFFER_CLOSED = "offer_closed", "L’offre ne se renouvelle plus"
    OTHER = "other", "Autre motif"


class AfterLoss(TextChoices):
    """What comes after the last day of a right that is lost."""

    OTHER_OFFER = "other_offer", "On cherche une autre offre avant ce jour"
    FULL_PRICE = "full_price", "La ligne continue, à un autre prix"
    END = "end", "La ligne s’arrête ce jour-là"


class LineNews(TextChoices):
    """What a household is to be told of its line."""

    PRICE = "price", "Le prix de sa ligne est connu"
    ENDING = "ending", "Son droit se termine bientôt"
    RENEWED = "renewed", "Son droit est renouvelé"
    LOST = "lost", "Son droit est perdu, et ce qui suit"
    FULL_PRICE = "full_price", "Le prix de sa ligne change"
    CHANGED = "changed", "Sa ligne a changé d’offre"
    ENDED = "ended", "Sa ligne est terminée"
    CORRECTED = "corrected", "Son droit est corrigé, c’était une erreur"
    VISIT = "visit", "Le jour de son raccordement"
    CALLED_OFF = "called_off", "Son raccordement n’aura pas lieu ce jour-là"
    REFUSED = "refused", "Sa demande de ligne n’a pas abouti"


class NewsOutcome(TextChoices):
    """What came of what a household was to be told of its line."""

    TOLD = "told", "Le foyer est prévenu"
    SENT = "sent", "Message envoyé"
    OVERTAKEN = "overtaken", "Dépassé par la suite"


class RechargeCancelReason(TextChoices):
    """Why a recharge is not sold any more, the day it was sold."""

    ENTRY = "entry", "Erreur de saisie"
    NOT_WORKING = "not_working", "La recharge ne marche pas"
    GIVEN_UP = "given_up", "La personne y renonce"


class CallResult(TextChoices):
    """What came of a call about the end of copper."""

    REACHED = "reached", "Joint, l’essentiel est dit"
    NO_ANSWER = "no_answer", "Pas de réponse"
    CALL_BACK = "call_back", "À rappeler un jour dit"
    REFUSES = "refuses", "Ne veut pas changer"
    ELSEWHERE = "elsewhere", "Déjà réglé autrement"
    NOT_CONCERNED = "not_concerned", "Plus concerné"


TO_CALL_AGAIN = (CallResult.NO_ANSWER, CallResult.CALL_BACK)
"""After these, somebody calls again."""


class Access(TextChoices):
    """By what a dwelling may be reached, as the regulator counts premises."""

    FIBRE = "fibre", "Fibre"
    CABLE = "cable", "Câble"
    FIXED_4G = "fixed_4g", "4G fixe"
    FIXED_5G = "fixed_5g", "5G fixe"
    SATELLITE = "satellite", "Satellite"
    COPPER = "copper", "Cuivre (ADSL)"


class CoverageLevel(TextChoices):
    """How well an operator is received outdoors in a commune, in the words of Arcep."""

    VERY_GOOD = "very_good", "Très bonne couverture"
    GOOD = "good", "Bonne couverture"
    LIMITED = "limited", "Couverture limitée"
    NONE = "none", "Absence de couverture"


class CheckedWith(TextChoices):
    """How one learnt what comes to an address."""

    ARCEP = "arcep", "La carte de l’Arcep, à cette adresse"
    OPERATOR = "operator", "L’opérateur, au téléphone ou sur son site"
    ON_SITE = "on_site", "Vu sur place"
    HOUSEHOLD = "household", "La personne le dit"
