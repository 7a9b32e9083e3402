"""The codes of households, prescriptions and needs, with their French labels."""

from django.db.models import TextChoices

from prescriptions.enums.instruction import NoteAudience as NoteAudience
from prescriptions.enums.instruction import PhotoFault as PhotoFault
from prescriptions.enums.instruction import PhotoState as PhotoState
from prescriptions.enums.rights import OPEN_RIGHTS as OPEN_RIGHTS
from prescriptions.enums.rights import Doubt as Doubt
from prescriptions.enums.rights import Prolongation as Prolongation
from prescriptions.enums.rights import Requester as Requester
from prescriptions.enums.rights import RightKind as RightKind
from prescriptions.enums.rights import RightsChannel as RightsChannel
from prescriptions.enums.rights import RightsRefusal as RightsRefusal
from prescriptions.enums.rights import RightsState as RightsState
from prescriptions.enums.rights import ToldBy as ToldBy


class HouseholdState(TextChoices):
    """The life of a household's file (machines §4)."""

    OPEN = "open", "Suivi"
    ARCHIVED = "archived", "Archivé"
    JOINED = "joined", "Réuni à un autre"
    ANONYMISED = "anonymised", "Anonymisé"


class Fate(TextChoices):
    """What the clock will do of a file."""

    ARCHIVED = "archived", "Archivé"
    ERASED = "erased", "Rendu anonyme"
    SWEPT = "swept", "Brouillon effacé"


class PrescriptionState(TextChoices):
    """The life of a prescription (machines §4)."""

    DRAFT = "draft", "Brouillon"
    SUBMITTED = "submitted", "Déposée"
    INCOMPLETE = "incomplete", "À compléter"
    ACCEPTED = "accepted", "Acceptée"
    FULFILLED = "fulfilled", "Honorée"
    CLOSED_UNMET = "closed_unmet", "Non honorée"
    REFUSED = "refused", "Refusée"
    WITHDRAWN = "withdrawn", "Abandonnée"
    EXPIRED = "expired", "Expirée"


LIVE_STATES = (PrescriptionState.SUBMITTED, PrescriptionState.INCOMPLETE, PrescriptionState.ACCEPTED)
"""The prescriptions that someone is dealing with."""
ASKED_STATES = (*LIVE_STATES, PrescriptionState.FULFILLED)
"""The prescriptions that tell whoever follows the same household elsewhere something: asked, or served."""
ENDED_STATES = (
    PrescriptionState.FULFILLED,
    PrescriptionState.CLOSED_UNMET,
    PrescriptionState.REFUSED,
    PrescriptionState.WITHDRAWN,
    PrescriptionState.EXPIRED,
)


class NeedState(TextChoices):
    """The life of one need (machines §4)."""

    ASKED = "asked", "Demandé"
    WAITING = "waiting", "En attente"
    IN_PROGRESS = "in_progress", "En cours"
    MET = "met", "Satisfait"
    UNMET = "unmet", "Non satisfait"


OPEN_NEED_STATES = (NeedState.ASKED, NeedState.WAITING, NeedState.IN_PROGRESS)
"""The needs that are not settled."""


class NeedKind(TextChoices):
    """What a household lacks."""

    COMPUTER = "computer", "Ordinateur"
    SMARTPHONE = "smartphone", "Smartphone"
    TABLET = "tablet", "Tablette"
    FIXED_CONNECTION = "fixed_connection", "Connexion fixe"
    MOBILE_CONNECTION = "mobile_connection", "Connexion mobile"
    DIGITAL_SKILLS = "digital_skills", "Compétences numériques"


EQUIPMENT_KINDS = (NeedKind.COMPUTER, NeedKind.SMARTPHONE, NeedKind.TABLET)
"""The needs that a device meets."""
CONNECTION_KINDS = (NeedKind.FIXED_CONNECTION, NeedKind.MOBILE_CONNECTION)
"""The needs that a line meets."""


class NeedUse(TextChoices):
    """What it is for, in the household's own terms (domaine §4.4)."""

    PAPERWORK = "paperwork", "Démarches"
    STUDIES = "studies", "Études"
    WORK = "work", "Emploi"
    SOCIAL = "social", "Lien social"


class OrderReason(TextChoices):
    """Why a need is served before its turn."""

    EMERGENCY = "emergency", "Urgence sociale"
    UNREACHABLE = "unreachable", "Foyers mieux placés injoignables"
    SUITS_ONLY = "suits_only", "Matériel adapté à ce besoin seulement"
    APPOINTMENT = "appointment", "Rendez-vous déjà pris"
    OTHER = "other", "Autre motif, en commentaire"


class DropReason(TextChoices):
    """Why a need is given up."""

    NO_LONGER_NEEDED = "no_longer_needed", "Le besoin n’existe plus"
    SERVED_ELSEWHERE = "served_elsewhere", "Le foyer s’est équipé autrement"
    OFFER_DECLINED = "offer_declined", "Le foyer a décliné la proposition"
    UNREACHABLE = "unreachable", "Le foyer n’est plus joignable"
    NOTHING_SUITABLE = "nothing_suitable", "Rien ne convient dans la filière"
    ASKED_TWICE = "asked_twice", "Déjà demandé pour ce foyer"
    OTHER = "other", "Autre motif, en commentaire"
    PRESCRIPTION_REFUSED = "prescription_refused", "Prescription refusée"
    PRESCRIPTION_WITHDRAWN = "prescription_withdrawn", "Prescription abandonnée"
    PRESCRIPTION_EXPIRED = "prescription_expired", "Prescription expirée"


GIVEN_BY_PEOPLE = tuple(reason for reason in DropReason if not reason.value.startswith("prescription_"))
"""The reasons a person may choose: the others follow the end of the prescription."""
LEFT_BECAUSE = (
    DropReason.NO_LONGER_NEEDED,
    DropReason.SERVED_ELSEWHERE,
    DropReason.UNREACHABLE,
    DropReason.OTHER,
)
"""Why a need that is served no more is not opened again."""


class Loss(TextChoices):
    """How a household lost what had met its need."""

    DEVICE_BACK = "device_back", "Appareil rapporté"
    LINE_ENDED = "line_ended", "Ligne terminée"


class TransferState(TextChoices):
    """The life of an offer to transfer a prescription (machines §4)."""

    ASKED = "asked", "Proposé"
    ACCEPTED = "accepted", "Accepté"
    DECLINED = "declined", "Non accepté"
    CANCELLED = "cancelled", "Repris"


class TransferRefusal(TextChoices):
    """Why a prescriber does not take a file it is offered."""

    ELSEWHERE = "elsewhere", "Le foyer ne relève pas de notre service"
    NOBODY = "nobody", "Personne ici ne peut le suivre pour l’instant"
    OTHER = "other", "Autre motif, en commentaire"


class ContactChannel(TextChoices):
    """How the household wants to be told."""

    PHONE = "phone", "Appel téléphonique"
    SMS = "sms", "SMS"
    EMAIL = "email", "Courriel"
    LETTER = "letter", "Courrier postal"
    WORKER = "worker", "Par son travailleur social"


class ContactAbout(TextChoices):
    """What a household is to be told of its request."""

    MISSING = "missing", "Il manque quelque chose à sa demande"
    ACCEPTED = "accepted", "Sa demande est acceptée"
    REFUSED = "refused", "Sa demande est refusée"
    REFERRED = "referred", "Il est attendu dans un lieu d’accompagnement"
    OFFERS = "offers", "Des offres d’internet ou de téléphone sont à choisir"
    TRANSFER = "transfer", "Un autre travailleur social suit sa demande"
    EXPIRED = "expired", "Sa demande a expiré"


class ContactOutcome(TextChoices):
    """What came of what a household was to be told."""

    TOLD = "told", "Le foyer est prévenu"
    SENT = "sent", "Message envoyé"
    OVERTAKEN = "overtaken", "Dépassé par la suite"


class AgreementHow(TextChoices):
    """How the household's agreement was given."""

    SIGNED = "signed", "Papier signé, gardé par le prescripteur"
    SCREEN = "screen", "Lu et accepté à l’écran, avec le travailleur social"
    SPOKEN = "spoken", "Lu à voix haute et accepté oralement"


class FactKind(TextChoices):
    """What can be seen of a household's situation."""

    RESTE_A_VIVRE = "reste_a_vivre", "Reste à vivre"
    QUOTIENT_FAMILIAL = "quotient_familial", "Quotient familial"
    MINIMUM_INCOME = "minimum_income", "Minimum social"
    JOB_SEEKER = "job_seeker", "Demandeur d’emploi"
    STUDENT_GRANT = "student_grant", "Élève ou étudiant boursier"
    OVER_INDEBTED = "over_indebted", "Surendettement"
    SOCIAL_SUPPORT = "social_support", "Accompagnement social en cours"


K = FactKind
PROOF_LOOKED_AT: dict[FactKind, str] = {
    K.RESTE_A_VIVRE: "le budget du mois, fait avec le travailleur social",
    K.QUOTIENT_FAMILIAL: "attestation de la CAF ou de la MSA",
    K.MINIMUM_INCOME: "attestation de droits (RSA, ASS, AAH…)",
    K.JOB_SEEKER: "attestation de France Travail",
    K.STUDENT_GRANT: "notification de bourse",
    K.OVER_INDEBTED: "lettre de recevabilité de la commission de surendettement",
    K.SOCIAL_SUPPORT: "ce qu’en dit le travailleur social",
}
"""What is looked at with the household for each kind of fact, and never kept."""


class EligibilityVerdict(TextChoices):
    """What the rules of the day say of a household; people decide."""

    FAVOURABLE = "favourable", "Les règles sont favorables"
    TO_APPRAISE = "to_appraise", "À apprécier\u00a0: les règles ne tranchent pas"
    AGAINST = "against", "Les règles sont défavorables"


class RuleOutcome(TextChoices):
    """What one rule says."""

    MET = "met", "Remplie"
    NOT_MET = "not_met", "Non remplie"
    UNKNOWN = "unknown", "Rien de vu"


class CodePurpose(TextChoices):
    """What a list of codes with a date is for."""

    REFUSAL = "refusal", "Refuser une prescription"
    WITHDRAWAL = "withdrawal", "Abandonner une prescription"
    MISSING = "missing", "Demander un complément"


class FilePart(TextChoices):
    """The parts of a file that a worker completes, each at one spot of one page."""

    IDENTITY = "identity", "L’identité"
    CONTACT = "contact", "Comment joindre le foyer"
    ADDRESS = "address", "Où vit le foyer"
    MEMBERS = "members", "Combien de personnes"
    NEEDS = "needs", "Les besoins"
    FACTS = "facts", "Ce qui a été vu"
    AGREEMENT = "agreement", "L’accord du foyer"
    DOUBLES = "doubles", "Les dossiers qui se ressemblent"


class CompletionSaid(TextChoices):
    """What the worker answers to one point that the distributor asked for."""

    DONE = "done", "C’est fait"
    CANNOT = "cannot", "Ce n’est pas possible"


NOT_ELIGIBLE = "not_eligible"
"""The refusal that says the rules are against: it is possible only when they are."""
OTHER_REASON = "other"
"""The reason of a dated list that says nothing by itself: it is possible only with words."""
AGREEMENT_WITHDRAWN = "agreement_withdrawn"
"""Why a prescription ends when its household takes its agreement back: the distributor reads it no more."""
HOUSEHOLD_ARCHIVED = "household_archived"
"""Why a draft ends with the archive of its household."""
NEEDS_GIVEN_UP = "needs_given_up"
"""Why a request that was not accepted ends with the last of its needs."""


class Bond(TextChoices):
    """What still binds us to a household: while one holds, its file is neither archived nor erased."""

    LINE_SOUGHT = "line_sought", "Connexion en cours de mise en place"
    LINE_ACTIVE = "line_active", "Ligne active"
    DEVICE_RESERVED = "device_reserved", "Appareil réservé"
    DEVICE_RETURNED = "device_returned", "Appareil en retour SAV"
    WARRANTY = "warranty", "Appareil sous garantie"


class IdentityReason(TextChoices):
    """Why whoever steers reads who a household is."""

    RIGHTS = "rights", "Une personne demande à lire, corriger ou effacer ce qui est écrit d’elle"
    COMPLAINT = "complaint", "Une réclamation du foyer"
    DOUBLE = "double", "Des dossiers qui se ressemblent à comparer"
    INCIDENT = "incident", "Une erreur ou un incident signalé"
    CONTROL = "control", "Le contrôle de ce dossier"


class ErasureChannel(TextChoices):
    """How the household asked to be erased."""

    LETTER = "letter", "Par courrier"
    EMAIL = "email", "Par courriel"
    PHONE = "phone", "Par téléphone"
    PLACE = "place", "Sur place"
    WORKER = "worker", "Par son travailleur social"
    PAGE = "page", "Par la page de sa demande"


class ReminderKind(TextChoices):
    """What is to be recalled, and to whom."""

    COMPLETE = "complete", "Dossier à compléter"
    STILL_CURRENT = "still_current", "Toujours d’actualité\u00a0?"
    ANONYMISATION = "anonymisation", "Effacement annoncé"


class LinkAnswer(TextChoices):
    """What the household answers by its page."""

    STILL_CURRENT = "still_current", "Toujours d’actualité"
    NOT_ANY_MORE = "not_any_more", "Plus d’actualité"


class SheetLanguage(TextChoices):
    """The languages into which what is told to a household is translated, each called as its readers call it."""

    ENGLISH = "en", "English"
    SPANISH = "es", "Español"
    ARABIC = "ar", "العربية"
    UKRAINIAN = "uk", "Українська"
    TURKISH = "tr", "Türkçe"
    ROMANIAN = "ro", "Română"


LANGUAGES_IN_FRENCH: dict[str, str] = {
    SheetLanguage.ENGLISH: "anglais",
    SheetLanguage.SPANISH: "espagnol",
    SheetLanguage.ARABIC: "arabe",
    SheetLanguage.UKRAINIAN: "ukrainien",
    SheetLanguage.TURKISH: "turc",
    SheetLanguage.ROMANIAN: "roumain",
}
"""How whoever gives the sheet calls them."""


class PrescriptionPaperKind(TextChoices):
    """The papers of a prescription, all for the household: one for each thing it may be told."""

    FILED = "filed", "Fiche du foyer\u00a0: demande déposée"
    MISSING = "missing", "Fiche du foyer\u00a0: demande à compléter"
    ACCEPTED = "accepted", "Fiche du foyer\u00a0: demande acceptée"
    DECLINED = "declined", "Fiche du foyer\u00a0: plus besoin"
    REFUSED = "refused", "Fiche du foyer\u00a0: demande refusée"
    STOPPED = "stopped", "Fiche du foyer\u00a0: demande abandonnée"
    EXPIRED = "expired", "Fiche du foyer\u00a0: demande expirée"
    CLOSING = "closing", "Note de clôture"
    SHEET = "sheet", "Fiche pour le foyer"


ABOUT_FACTS = (PrescriptionPaperKind.MISSING, PrescriptionPaperKind.REFUSED)
"""The papers that say what was seen or missed: for whoever may read the facts behind a decision, not for a relay."""


class DoubleSign(TextChoices):
    """What makes two files look like one household's; the points of each are dated settings."""

    NAME = "double_name", "mêmes nom et prénom"
    NEAR_NAME = "double_near_name", "nom et prénom proches"
    SURNAME = "double_surname", "même nom de famille, ou presque"
    BIRTH_DATE = "double_birth_date", "même date de naissance"
    BIRTH_SWAPPED = "double_birth_swapped", "jour et mois de naissance inversés"
    PHONE = "double_phone", "même téléphone"
    EMAIL = "double_email", "même courriel"
    ADDRESS = "double_address", "même adresse"


class Resemblance(TextChoices):
    """How much two files look alike; none is certain. The points from which each is said are dated settings."""

    SOME = "some", "ressemblance"
    STRONG = "strong", "forte ressemblance"


class Compared(TextChoices):
    """What a comparison says of one column of two files."""

    SAME = "same", "identique"
    NEAR = "near", "proche"
    DIFFERENT = "different", "différent"
    UNKNOWN = "unknown", "non renseigné"
