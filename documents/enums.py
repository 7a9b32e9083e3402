"""The codes of documents and mail, and their French labels."""

from django.db.models import TextChoices

DELIVERY_MAILER = "delivery"
"""The entry of ``settings.MAILERS`` by which mail really leaves; ``default`` only writes rows of the outbox.
Without it, and in the demonstration, nothing leaves."""


INTERRUPTED = "interrupted"
FORGOTTEN = "forgotten"
REPLACED = "replaced"
OVERTAKEN = "overtaken"
SHUT = "door shut"
REFUSED = "refused"
ATTACHMENT = "attachment"
WITHHELD = "withheld"
MOVED = "moved"
"""Our own codes of failure of a mail, beside those of the mail server."""

STOPPED: dict[str, str] = {
    REPLACED: "remplacé par un autre",
    OVERTAKEN: "autre chose a suivi\u00a0: il n’était plus à dire",
    FORGOTTEN: "effacé avec le foyer",
    INTERRUPTED: "interrompu, on ne sait pas s’il est parti",
    SHUT: "plus aucun service d’envoi",
    REFUSED: "refusé par le service d’envoi",
    WITHHELD: "retenu\u00a0: le foyer l’a demandé, ou n’est plus suivi",
    MOVED: "retenu\u00a0: le foyer a changé de numéro, de courriel ou de moyen",
    ATTACHMENT: "la pièce jointe a été effacée",
}
"""Why a message to a household did not leave, in words; the code of the server or of the service otherwise."""
CALLED_OFF = (WITHHELD, MOVED, REPLACED, OVERTAKEN)
"""What was called off on purpose, for good: sending it again would tell somebody else, somebody who asked not to be
told, or what is no longer so."""


class ContentType(TextChoices):
    """The kinds of content that are kept, told from the content itself."""

    PDF = "application/pdf", "PDF"
    PNG = "image/png", "image PNG"
    JPEG = "image/jpeg", "image JPEG"
    TEXT = "text/plain", "texte"
    CSV = "text/csv", "CSV"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "classeur XLSX"
    XLS = "application/vnd.ms-excel", "classeur XLS"
    ODS = "application/vnd.oasis.opendocument.spreadsheet", "classeur ODS"
    CALENDAR = "text/calendar", "calendrier"


SHEETS = (ContentType.CSV, ContentType.XLSX, ContentType.XLS, ContentType.ODS, ContentType.TEXT)
"""What an import reads. Workbooks other than XLSX are deposited for that alone."""
DEPOSITED = tuple(kind for kind in ContentType if kind not in (ContentType.CALENDAR, ContentType.XLS, ContentType.ODS))
"""What people deposit anywhere; a calendar is only what Maillon writes."""


class SendState(TextChoices):
    """How far a mail has gone."""

    QUEUED = "queued", "En attente d’envoi"
    SENDING = "sending", "Envoi en cours"
    SENT = "sent", "Envoyé"
    KEPT = "kept", "Gardé ici, rien ne part"
    FAILED = "failed", "Non envoyé"


class MailPurpose(TextChoices):
    """What a mail is about. An account mail holds a link that opens a door: its text is shown to nobody.

    A mail to a household too, nor is its address told to whoever reads the outbox.
    """

    ACCOUNT = "account", "Compte et connexion"
    HOUSEHOLD = "household", "À un foyer"
    MESSAGE = "message", "Suivi d’un dossier"


TO_THE_ADDRESSEE_ALONE = (MailPurpose.ACCOUNT, MailPurpose.HOUSEHOLD)
"""The mails whose text nobody but their addressee reads: it goes once they have left."""


class SmsMeaning(TextChoices):
    """What an SMS that came back says."""

    YES = "yes", "Oui"
    NO = "no", "Non"
    STOP = "stop", "Stop"
    OTHER = "other", "Autre chose"


class AnswerOutcome(TextChoices):
    """What came of it."""

    CONFIRMED = "confirmed", "Le foyer vient"
    CANCELLED = "cancelled", "Le foyer ne vient pas\u00a0: rendez-vous annulé"
    STOPPED = "stopped", "Plus de SMS à ce foyer"
    TO_READ = "to_read", "À lire"
    NOTHING = "nothing", "Sans effet\u00a0: numéro inconnu, ou aucun message récent"


class AnswerWhy(TextChoices):
    """Why somebody has to read it."""

    UNCLEAR = "unclear", "ni oui, ni non"
    SEVERAL = "several", "plusieurs rendez-vous à ce numéro"
    REFUSED = "refused", "trop tard pour changer sans appeler"
    NEWS = "news", "à un message qui n’attendait pas de réponse"


class MessageChannel(TextChoices):
    """How a message that Maillon writes reaches a household."""

    SMS = "sms", "SMS"
    EMAIL = "email", "Courriel"
    LETTER = "letter", "Lettre"


class MessageCode(TextChoices):
    """What a household is written to about. Its texts are dated rows; what may stand in them is in ``messages``."""

    REQUEST = "demande", "Du nouveau pour sa demande"
    WORKER = "travailleur-social", "Un autre travailleur social"
    LINE = "ligne", "Du nouveau pour sa ligne"
    VISIT = "passage", "Passage de l’opérateur"
    STILL_CURRENT = "toujours-d-actualite", "Toujours d’actualité\u00a0?"
    APPOINTMENT = "rendez-vous", "Rendez-vous fixé"
    MOVED = "rendez-vous-deplace", "Rendez-vous déplacé"
    REMINDER = "rendez-vous-rappel", "Rendez-vous rappelé"
    CANCELLED = "rendez-vous-annule", "Rendez-vous annulé"
    REPAIRED = "appareil-repare", "Appareil réparé, qui attend son foyer"
    RETURN = "retour-appareil", "Du nouveau pour l’appareil rapporté"
    MANDATED = "remis-sur-procuration", "Appareil remis sur procuration"


class MessageLanguage(TextChoices):
    """The languages in which a household may be written to: French, and those of its sheets."""

    FRENCH = "fr", "Français"
    ENGLISH = "en", "English"
    SPANISH = "es", "Español"
    ARABIC = "ar", "العربية"
    UKRAINIAN = "uk", "Українська"
    TURKISH = "tr", "Türkçe"
    ROMANIAN = "ro", "Română"
