"""The codes of what is proven, measured and counted of a device, and their French labels."""

from django.db.models import TextChoices


class DriveKind(TextChoices):
    """What holds data."""

    HDD = "hdd", "Disque dur"
    SSD = "ssd", "SSD (SATA)"
    NVME = "nvme", "SSD NVMe"
    EMMC = "emmc", "Mémoire eMMC"
    INTERNAL = "internal", "Stockage interne (téléphone, tablette)"
    CARD = "card", "Carte mémoire (SD, microSD)"


HAVE_NO_NUMBER = (DriveKind.INTERNAL, DriveKind.CARD)
"""Kinds that bear no number a person reads."""


class DriveSource(TextChoices):
    """How the number of a drive is known. A drive known by the report that proves it is said to be so."""

    STICKER = "sticker", "Étiquette du disque, lue ou scannée"
    SYSTEM = "system", "Lu par un outil (lshw, smartctl, GLPI)"
    ATTESTED = "attested", "Lu sur le disque, attesté"
    REPORT = "report", "Inventorié d’après le rapport"
    UNSAID = "", "Non précisée"


class ErasureEntry(TextChoices):
    """How an erasure came to be recorded."""

    READ = "read", "Lu par Maillon dans le journal de l’outil"
    CHECKED = "checked", "Saisi à la main, conforme au journal joint"
    TYPED = "typed", "Saisi à la main, sans journal que Maillon sache lire"
    UNSAID = "", "Non précisé"


class ToolClock(TextChoices):
    """How the clock of the computer that ran the tool stood, as a person declares it."""

    LOCAL = "local", "À l’heure d’ici"
    UTC = "utc", "À l’heure universelle (UTC)"
    WRONG = "wrong", "Fausse"


class ClockReason(TextChoices):
    """Why a clock did not tell the time of here."""

    LIVE_SYSTEM = "live_system", "Système de démarrage réglé sur l’heure universelle"
    BATTERY = "battery", "Pile de l’ordinateur vide"
    NEVER_SET = "never_set", "Horloge jamais réglée"


class AttributionReason(TextChoices):
    """How a person knows of which drive a report without serial number tells."""

    ALONE = "alone", "Seul disque branché pendant l’effacement"
    SLOT = "slot", "Par l’emplacement ou le câble"
    MODEL = "model", "Par le modèle imprimé"
    SIZE = "size", "Seul disque de cette capacité"


class AbsenceReason(TextChoices):
    """Why a device holds no drive."""

    NO_STORAGE = "no_storage", "Cet appareil n’a jamais de stockage"
    REMOVED_BY_DONOR = "removed_by_donor", "Retiré par le donateur avant le don"
    EMPTY_BAY = "empty_bay", "Emplacement vide constaté à l’ouverture"


class ErasureMethod(TextChoices):
    """How data were erased (NIST SP 800-88: clear, purge)."""

    OVERWRITE = "overwrite", "Écrasement par logiciel"
    SECURE_ERASE = "secure_erase", "Commande du disque (ATA Secure Erase)"
    SANITIZE = "sanitize", "Commande du disque (Sanitize, NVMe Format)"
    CRYPTO = "crypto", "Effacement de la clé de chiffrement"
    RESET = "reset", "Réinitialisation du fabricant"


class ErasureVerification(TextChoices):
    """How the erasure was checked."""

    NONE = "none", "Aucune"
    SAMPLE = "sample", "Par échantillon"
    LAST_PASS = "last_pass", "Dernière passe relue"
    ALL_PASSES = "all_passes", "Toutes les passes relues"
    FIRST_START = "first_start", "Écran de première mise en route constaté"


class HiddenSectors(TextChoices):
    """What is known of sectors the system does not show (HPA, DCO)."""

    NONE = "none", "Aucun"
    ERASED = "erased", "Présents, rendus visibles et effacés"
    PRESENT = "present", "Présents et non effacés"
    UNKNOWN = "unknown", "Inconnu"
    NOT_APPLICABLE = "not_applicable", "Sans objet pour ce stockage"


class ErasureOrigin(TextChoices):
    """Who says so. A donor's own certificate is kept and never counts (domaine §3.2)."""

    WORKSHOP = "workshop", "Atelier"
    DONOR = "donor", "Donateur"


class ErasureOutcome(TextChoices):
    """The verdict on an erasure, computed here or claimed by the tool."""

    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"


class Claim(TextChoices):
    """What the tool's own report says."""

    ERASED = "erased", "Effacé"
    FAILED = "failed", "Échec"
    ABORTED = "aborted", "Interrompu"
    SILENT = "", "Ne se prononce pas"


class ErasureRefusal(TextChoices):
    """Why an erasure proves nothing, whatever its report claims (domaine §3.1)."""

    DONOR_CERTIFICATE = "donor_certificate", "Le certificat d’un donateur est gardé mais ne compte pas."
    NO_REPORT = "no_report", "Le rapport de l’outil manque."
    NOT_FINISHED = "not_finished", "La fin de l’effacement n’est pas établie."
    DATES_REVERSED = "dates_reversed", "La fin précède le début."
    BEFORE_ARRIVAL = "before_arrival", "L’effacement est antérieur à l’arrivée de l’appareil."
    IN_THE_FUTURE = "in_the_future", "La fin est postérieure à l’enregistrement."
    LATER_RUN_FAILED = "later_run_failed", "Un passage plus récent sur ce disque a échoué\u00a0: effacez-le de nouveau."
    TOOL_FAILED = "tool_failed", "L’outil signale un échec."
    TOOL_ABORTED = "tool_aborted", "L’outil signale une interruption."
    METHOD_UNSUITED = "method_unsuited", "La méthode ne convient pas à ce type de stockage."
    SERIAL_MISSING = "serial_missing", "Le rapport ne porte pas le numéro de série du disque."
    SERIAL_MISMATCH = "serial_mismatch", "Le numéro de série du rapport n’est pas celui du disque."
    BYTES_UNKNOWN = "bytes_unknown", "Le nombre d’octets effacés n’est pas établi."
    BYTES_SHORT = "bytes_short", "Tous les octets n’ont pas été effacés."
    SMALLER_THAN_DRIVE = "smaller_than_drive", "L’outil a vu moins d’octets que le disque n’en contient."
    PASSES_SHORT = "passes_short", "Toutes les passes demandées n’ont pas été faites."
    PASS_ERRORS = "pass_errors", "Des erreurs d’écriture sont signalées."
    NOT_VERIFIED = "not_verified", "L’effacement n’a pas été vérifié."
    VERIFICATION_ERRORS = "verification_errors", "La vérification a trouvé des erreurs."
    HIDDEN_PRESENT = "hidden_present", "Des secteurs cachés n’ont pas été effacés."
    HIDDEN_UNKNOWN = "hidden_unknown", "On ne sait pas si le disque a des secteurs cachés."
    NOT_STARTED = "not_started", "Le début de l’écrasement n’est pas établi."
    TOO_FAST = "too_fast", "L’effacement a été plus rapide que le disque ne le permet."
    OTHER_SIZE = "other_size", "Ce passage porte sur un disque d’une autre capacité."
    MACHINE_FILE = (
        "machine_file",
        "Ce fichier est ce que la machine dit d’elle-même (smartctl, lshw…), pas un rapport d’effacement.",
    )
    SAYS_NOT_ERASED = "says_not_erased", "Le rapport joint dit que ce disque n’est pas effacé."
    SPACE_LEFT = (
        "space_left",
        (
            "Dans le journal, ce numéro est celui de plusieurs espaces (nvme0n1 et nvme0n2, ou deux baies d’un"
            " boîtier), et l’un d’eux n’est pas effacé\u00a0: effacez-les tous dans le même passage."
        ),
    )


class ReportDifference(TextChoices):
    """In what the verdict computed here and the tool's report differ."""

    CLAIMS_ERASED = "claims_erased", "Le rapport dit «\u00a0effacé\u00a0»\u00a0: les chiffres ne le prouvent pas."
    SILENT = "silent", "Le rapport ne se prononce pas\u00a0: les chiffres prouvent l’effacement."
    DURATION = "duration", "La durée imprimée n’est pas celle qui sépare le début de la fin."
    SELF_NAMED = "self_named", "Le disque est inventorié d’après un rapport\u00a0: son numéro n’a pas été lu ailleurs."
    ATTRIBUTED = (
        "attributed",
        ("Le rapport ne porte pas de numéro de série\u00a0: une personne dit de quel disque il parle."),
    )
    NAMELESS = "nameless", "Ni le disque ni le rapport n’ont de numéro de série\u00a0: seule la saisie les rattache."
    OTHER_BUS = "other_bus", "Le journal dit un autre branchement que celui du disque inventorié (NVMe, SSD, ATA)."
    OTHER_MODEL = "other_model", "Le journal nomme un autre modèle que celui du disque inventorié."
    OTHER_SIZE = "other_size", "Le rapport dit plus d’octets que la capacité du disque inventorié."
    FAILURE_WORDS = (
        "failure_words",
        (
            "Le rapport porte des mots d’échec\u00a0: qui l’a enregistré confirme les avoir lus, et que ce disque est"
            " effacé."
        ),
    )
    NO_ERASURE_WORD = (
        "no_erasure_word",
        (
            "Aucun mot du rapport ne parle d’effacement\u00a0: qui l’a enregistré confirme que c’est celui de cet"
            " effacement."
        ),
    )


TO_CONFIRM = frozenset({ReportDifference.FAILURE_WORDS, ReportDifference.NO_ERASURE_WORD})
"""The differences that whoever records the proof confirms first, having read the report again."""


class ReportSays(TextChoices):
    """What the words of a report that Maillon does not read say of the erasure, so far as they are looked at."""

    NOTHING_WRONG = "", "Rien de contraire"
    MACHINE = "machine", "Ce que la machine dit d’elle-même"
    NOT_ERASED = "not_erased", "Que le disque n’est pas effacé"
    DOUBT = "doubt", "Des mots d’échec"
    NO_ERASURE = "no_erasure", "Aucun mot d’effacement"
    DOUBT_ALONE = "doubt_alone", "Des mots d’échec, et aucun mot d’effacement"


TO_LOOK_AT = frozenset({ReportDifference.OTHER_BUS, ReportDifference.OTHER_MODEL, ReportDifference.OTHER_SIZE})
"""The differences that only the drive itself settles: whoever records the proof is asked to look at it."""


class DestructionKind(TextChoices):
    """Who destroyed the drive."""

    WORKSHOP = "workshop", "Détruit à l’atelier"
    RECYCLER = "recycler", "Destruction certifiée par le recycleur"


class DestructionMethod(TextChoices):
    """How a drive was destroyed (NIST SP 800-88: destroy)."""

    SHRED = "shred", "Broyage"
    DRILL = "drill", "Perçage"
    CRUSH = "crush", "Écrasement à la presse"
    DEGAUSS = "degauss", "Démagnétisation"
    BURN = "burn", "Incinération"


class CertificateNames(TextChoices):
    """What the certificate of a recycler is found to name of what was destroyed; nothing, when it cannot be read."""

    DRIVE = "drive", "Il porte le numéro du disque"
    DEVICE = "device", "Il nomme l’appareil"
    WASTE_NOTE = "waste_note", "Il porte le numéro du bordereau"
    UNREAD = "", "Non lu\u00a0: une image, ou un scan sans texte"


class RemovalDestination(TextChoices):
    """Where a drive went when it left its device."""

    STOCK = "stock", "Stock de pièces"
    DESTRUCTION = "destruction", "À détruire"
    OTHER_DEVICE = "other_device", "Monté dans un autre appareil"
    MISTAKE = "mistake", "Inventorié par erreur\u00a0: ce disque n’existe pas"


class UndoneReason(TextChoices):
    """Why a destruction, or a withdrawal, that is written of a drive is none."""

    WRONG_DRIVE = "wrong_drive", "C’était un autre disque"
    WRONG_DEVICE = "wrong_device", "C’était un autre appareil"
    NOT_DONE = "not_done", "Ce n’est pas encore fait"
    ENTRY = "entry", "Erreur de saisie"
    DENIED = "denied", "Le recycleur dit ne pas l’avoir détruit"
    NOT_RECEIVED = "not_received", "Le recycleur dit ne pas l’avoir reçu"


CONTESTED = frozenset({UndoneReason.DENIED, UndoneReason.NOT_RECEIVED})
"""What a recycler says of a destruction that is recorded in its name; nobody else says it."""


SETTLED_FROM_AFAR = frozenset({RemovalDestination.OTHER_DEVICE, RemovalDestination.MISTAKE})
"""What is said of a drive to settle which of two devices holds it, wherever the device is, without touching it."""


class CheckResult(TextChoices):
    """The result of one function of a checklist."""

    OK = "ok", "Fonctionne"
    FAIL = "fail", "Ne fonctionne pas"
    NOT_APPLICABLE = "not_applicable", "Sans objet"


class CosmeticGrade(TextChoices):
    """How the device looks: a letter of its own, apart from the grade (domaine §2.4)."""

    A = "A", "Traces d’usage légères"
    B = "B", "Rayures visibles"
    C = "C", "Marques nettes ou petits chocs"
    D = "D", "Très marqué"


class PanelState(TextChoices):
    """What the panel of a screen shows."""

    INTACT = "intact", "Aucun défaut"
    MINOR = "minor", "Défaut mineur (pixel mort, tache au bord)"
    MAJOR = "major", "Défaut gênant (bande, tache au centre)"


class OperatingSystem(TextChoices):
    """What a computer runs when it is graded."""

    WINDOWS_11 = "windows_11", "Windows 11"
    WINDOWS_10 = "windows_10", "Windows 10"
    LINUX = "linux", "Linux"
    CHROME_OS = "chrome_os", "ChromeOS"
    MACOS = "macos", "macOS"


class CriterionKind(TextChoices):
    """How a criterion of a scale turns a measure into points."""

    BANDS = "bands", "Paliers"
    LINEAR = "linear", "Proportionnel"
    NOTE = "note", "Note donnée par le technicien"
    CHOICE = "choice", "Points donnés par une valeur"


class PartKind(TextChoices):
    """What is recovered from a device or put into it."""

    MEMORY = "memory", "Mémoire"
    STORAGE = "storage", "Disque"
    BATTERY = "battery", "Batterie"
    CHARGER = "charger", "Chargeur"
    SCREEN = "screen", "Dalle ou écran"
    KEYBOARD = "keyboard", "Clavier"
    WEBCAM = "webcam", "Webcam"
    WIFI = "wifi", "Carte wifi"
    MOTHERBOARD = "motherboard", "Carte mère"
    CASE = "case", "Coque"
    OTHER = "other", "Autre pièce"


class CostKind(TextChoices):
    """What a lot costs (the roadmap's economic model: cost per device, who pays)."""

    TRANSPORT = "transport", "Transport"
    PARTS = "parts", "Pièces"
    TIME = "time", "Temps de travail"
    WASTE = "waste", "Traitement des déchets"
    OTHER = "other", "Autre"


class IncidentKind(TextChoices):
    """What must be looked into at once."""

    DATA_BREACH = "data_breach", "Violation de données personnelles"
    DATA_LEFT = "data_left", "Violation de données personnelles, encore lisibles à un point"
    DATA_SHOWN = "data_shown", "Violation de données personnelles, disque non prouvé trouvé après le départ"
    DATA_DENIED = "data_denied", "Violation de données personnelles, destruction contestée après le départ"
    DRIVE_LOST = "drive_lost", "Violation de données personnelles, disque que personne n’a reçu"


RECALLED = (IncidentKind.DATA_SHOWN, IncidentKind.DATA_DENIED)
"""Told of a device that is out of the workshop: whoever has it sends it back, until its drives are proven."""
ON_DATA_FOUND = (IncidentKind.DATA_LEFT, *RECALLED)
"""Nothing was lost: what was declared erased is not, or nobody proved it."""
WITHOUT_REASON = (*ON_DATA_FOUND, IncidentKind.DRIVE_LOST)
"""No device is missing."""


class FollowUpKind(TextChoices):
    """What was done of an incident (RGPD, art. 33: told to the CNIL, unless no risk for people is likely)."""

    TOLD = "told", "Notifié à la CNIL"
    NO_RISK = "no_risk", "Non notifié\u00a0: pas de risque pour les personnes"
    FOUND = "found", "Appareil retrouvé, données intactes ou effacées"
