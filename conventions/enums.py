"""The codes of conventions and their French labels."""

from django.db.models import TextChoices


class DeviceType(TextChoices):
    """What is followed one by one; peripherals are only counted (domaine §2.1)."""

    LAPTOP = "laptop", "Ordinateur portable"
    DESKTOP = "desktop", "Ordinateur fixe"
    TABLET = "tablet", "Tablette"
    SMARTPHONE = "smartphone", "Smartphone"
    SCREEN = "screen", "Écran"


TAKES_A_PLACE = tuple(type_ for type_ in DeviceType if type_ != DeviceType.SCREEN)
"""The types that a quota counts: a screen goes with its desktop and takes no place (machines §1.21)."""
QUOTA_TYPES = tuple((type_.value, type_.label) for type_ in TAKES_A_PLACE)


class ConventionState(TextChoices):
    """Where a convention is (machines §3)."""

    DRAFT = "draft", "Brouillon"
    IN_REVIEW = "in_review", "En relecture"
    CHANGES_REQUESTED = "changes_requested", "Modifications demandées"
    APPROVED = "approved", "Validée"
    SIGNING = "signing", "En signature"
    SIGNED = "signed", "Signée"
    ACTIVE = "active", "En vigueur"
    SUSPENDED = "suspended", "Suspendue"
    EXPIRED = "expired", "Échue"
    TERMINATED = "terminated", "Résiliée"
    ABANDONED = "abandoned", "Abandonnée"


ALIVE = (ConventionState.ACTIVE, ConventionState.SUSPENDED)
"""The states in which devices may be handed over without counting the days."""
ENDED = (ConventionState.EXPIRED, ConventionState.TERMINATED)
"""The states in which they still may, for some time (``handing_over_days``)."""
ON_THE_WAY = (
    ConventionState.DRAFT,
    ConventionState.IN_REVIEW,
    ConventionState.CHANGES_REQUESTED,
    ConventionState.APPROVED,
    ConventionState.SIGNING,
    ConventionState.SIGNED,
)
"""The states before it holds."""
WRITABLE = (ConventionState.DRAFT, ConventionState.CHANGES_REQUESTED)
"""The states in which terms are written; the database refuses it in the others."""


class ReviewState(TextChoices):
    """Where a review is."""

    ASKED = "asked", "Demandée"
    FAVOURABLE = "favourable", "Avis favorable"
    UNFAVOURABLE = "unfavourable", "Avis défavorable"
    PASSED_OVER = "passed_over", "Passée outre"
    CANCELLED = "cancelled", "Annulée"


class SignatureState(TextChoices):
    """Where a signature is."""

    ASKED = "asked", "Attendue"
    SIGNED = "signed", "Signée"
    VOID = "void", "Caduque"


class Party(TextChoices):
    """The three parties of a convention."""

    EPCI = "epci", "EPCI"
    RECONDITIONER = "reconditioner", "Reconditionneur"
    DISTRIBUTOR = "distributor", "Distributeur"


class ReviewSubject(TextChoices):
    """What a reviewer looks at: the EPCI names the first three, each other party has the last."""

    LEGAL = "legal", "Juridique"
    DATA_PROTECTION = "data_protection", "Protection des données"
    DIGITAL = "digital", "Numérique"
    PARTY = "party", "Partie à la convention"


class SignatureMethod(TextChoices):
    """How a party signed."""

    SCREEN = "screen", "À l’écran"
    PAPER = "paper", "Sur papier, numérisé"
    SIGNATURE_BOOK = "signature_book", "Par un parapheur électronique extérieur"


class FoundOnDeposit(TextChoices):
    """What was read on a deposited document before it was taken."""

    NOTHING = "nothing", "Aucun code lu"
    CODE = "code", "Code du document lu"
    SIGNATURE = "signature", "Signature électronique vérifiée"


class RefuseDepositReason(TextChoices):
    """Why a deposited document is no signature."""

    OTHER_TEXT = "other_text", "Ce n’est pas ce document"
    UNSIGNED = "unsigned", "Le document n’est pas signé"
    OTHER_SIGNATORY = "other_signatory", "Une autre personne que le signataire désigné a signé"
    UNREADABLE = "unreadable", "Il est illisible ou il manque des pages"
    NOT_MINE = "not_mine", "Le signataire désigné dit ne pas l’avoir signé"
    WITHDRAWN = "withdrawn", "Le signataire désigné le retire\u00a0: il signera autrement"


class SignatureDeclineReason(TextChoices):
    """Why a signatory does not sign the text as it stands."""

    TERMS = "terms", "Les termes ne conviennent pas à la partie"
    MISTAKE = "mistake", "Erreur dans le texte"
    MANDATE = "mandate", "La partie n’a pas décidé de signer ce texte"


class ReplaceReason(TextChoices):
    """Why another person is asked."""

    AWAY = "away", "Absence"
    LEFT = "left", "Départ ou changement de fonction"
    NO_ANSWER = "no_answer", "Sans réponse"
    CONFLICT = "conflict", "Conflit d’intérêts"


class PassOverReason(TextChoices):
    """Why the circuit goes on without an opinion that was asked."""

    NO_ANSWER = "no_answer", "Sans réponse après les rappels"
    NO_LONGER_NEEDED = "no_longer_needed", "L’avis n’est plus utile"


class ActBody(TextChoices):
    """Who decided for the EPCI (CGCT, art. L. 5211-1, L. 5211-9 and L. 5211-10)."""

    COUNCIL = "council", "Conseil communautaire ou métropolitain"
    BUREAU = "bureau", "Bureau, par délégation du conseil"
    PRESIDENT = "president", "Président, par délégation du conseil"


class ClauseCode(TextChoices):
    """What a convention must say; the articles of the model carry these codes among others."""

    ERASURE = "erasure", "Effacement des données"
    ACCEPTANCE = "acceptance", "Critères d’acceptation"
    PRICES = "prices", "Grille de prix"
    WARRANTY = "warranty", "Garantie"
    NONCONFORMITY = "nonconformity", "Taux maximal de non-conformité"
    WASTE = "waste", "Déchets"
    DATA_PROTECTION = "data_protection", "Protection des données personnelles"
    REPORTING = "reporting", "Compte rendu"


class TermKind(TextChoices):
    """What a convention, then its amendments, settle from a day on."""

    PRICE = "price", "Prix maximal"
    QUOTA = "quota", "Quota"
    NONCONFORMITY = "nonconformity", "Taux maximal de non-conformité"
    END = "end", "Dernier jour"


class ConventionPaperKind(TextChoices):
    """The papers of a convention."""

    CONVENTION = "convention", "Convention"
    SIGNATURES = "signatures", "Page de signatures"
    AGREEMENT = "agreement", "Accord de fin"
    END = "end", "Constat de fin"


class TextReopenReason(TextChoices):
    """Why an agreed text is opened again."""

    TERMS = "terms", "Les termes doivent changer"
    SIGNATORY = "signatory", "Le signataire a changé"
    ACT = "act", "La délibération demande une modification"
    MISTAKE = "mistake", "Erreur dans le texte"


class SuspendReason(TextChoices):
    """Why nothing more is allotted for a time."""

    QUALITY = "quality", "Taux de non-conformité dépassé"
    SUPPLY = "supply", "Pas assez d’appareils"
    STORAGE = "storage", "Le point de distribution ne peut plus recevoir"
    DISPUTE = "dispute", "Désaccord entre les parties"


class ResumeReason(TextChoices):
    """Why it starts again."""

    SETTLED = "settled", "La cause de la suspension a disparu"
    AGREEMENT = "agreement", "Accord entre les parties"


class TerminateReason(TextChoices):
    """Why a convention ends before its last day."""

    AGREEMENT = "agreement", "Accord entre les parties"
    NOTICE = "notice", "Décision d’une partie, avec préavis"
    BREACH = "breach", "Manquement, après mise en demeure"
    AMENDED_ENDED = "amended_ended", "La convention modifiée a pris fin"


ENDED_ALONE = (TerminateReason.NOTICE, TerminateReason.BREACH)
"""Why one party alone ends a convention: after a paper of its own, which the two others read before."""
CHOICES_ALONE = [(reason.value, reason.label) for reason in ENDED_ALONE]
"""The same, as the choices of a field."""


class EndDeclineReason(TextChoices):
    """Why an end that was proposed to the parties is put aside."""

    DISAGREES = "disagrees", "Notre partie veut que la convention continue"
    OTHER_TERMS = "other_terms", "D’accord pour finir, mais à une autre date ou à d’autres conditions"
    WITHDRAWN = "withdrawn", "Notre partie ne propose plus cette fin"


class DraftAbandonReason(TextChoices):
    """Why a draft goes no further."""

    DUPLICATE = "duplicate", "Doublon"
    PARTY_LEFT = "party_left", "Une partie s’est retirée"
    ACT_REFUSED = "act_refused", "L’assemblée de l’EPCI a refusé"
    AMENDED_ENDED = "amended_ended", "La convention modifiée a pris fin"
