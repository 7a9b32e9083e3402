"""The codes of reconditioning and their French labels: devices, then donations."""

from django.db.models import TextChoices

# --- device


class DeviceType(TextChoices):
    """What is followed one by one; peripherals are only counted (domain, §2)."""

    LAPTOP = "laptop", "Ordinateur portable"
    DESKTOP = "desktop", "Ordinateur fixe"
    TABLET = "tablet", "Tablette"
    SMARTPHONE = "smartphone", "Smartphone"
    SCREEN = "screen", "Écran"


SOLDERED_STORAGE = (DeviceType.TABLET, DeviceType.SMARTPHONE)
"""Types that always hold an internal storage: its absence cannot be attested."""


class DonorKind(TextChoices):
    """Who gave: the price ceiling of a gift depends on it."""

    PUBLIC = "public", "Donateur public"
    PRIVATE = "private", "Donateur privé"
    UNKNOWN = "unknown", "Origine inconnue"


CEILED = (DonorKind.PUBLIC, DonorKind.UNKNOWN)
"""Origins under the legal price ceiling; an unknown one counts as public (machines §1, register)."""


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
IN_THE_WORKSHOP = (*ON_THE_BENCH, DeviceState.READY, DeviceState.UNUSABLE)
"""In the workshop, in its hands: its storage can be looked at."""
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


class MissingReason(TextChoices):
    """Why a device is looked for."""

    COUNT = "count", "Absent à l’arrivée d’un enlèvement"
    STOCKTAKE = "stocktake", "Absent à l’inventaire"
    DELIVERY = "delivery", "Absent d’une livraison"
    THEFT = "theft", "Vol constaté"
    OTHER = "other", "Autre motif"


class WithdrawalReason(TextChoices):
    """Why a device never enters, or goes back to its donor."""

    KEPT = "kept", "Gardé par le donateur"
    NOT_COUNTED = "not_counted", "Absent du comptage à l’enlèvement"
    DONATION_DECLINED = "donation_declined", "Donation écartée"
    DONATION_WITHDRAWN = "donation_withdrawn", "Donation retirée"
    LEASED = "leased", "Matériel loué"
    CLAIMED = "claimed", "Réclamé par son propriétaire"
    STOLEN = "stolen", "Signalé volé"
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
    OTHER = "other", "Autre motif"


class ReopenReason(TextChoices):
    """Why a reconditioned device goes back to the bench."""

    DEFECT = "defect", "Défaut découvert"
    STORAGE = "storage", "Stockage découvert"
    PROOF = "proof", "Preuve d’effacement remplacée"
    GRADE = "grade", "Grade à revoir"
    PRICE = "price", "Prix à revoir"
    OTHER = "other", "Autre motif"


class UndoRejectReason(TextChoices):
    """Why « non réemployable » was wrong."""

    ENTRY = "entry", "Erreur de saisie"
    WRONG_DEVICE = "wrong_device", "Mauvais appareil scanné"
    REPAIRABLE = "repairable", "Réparable finalement"


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


# --- evidence


class DriveKind(TextChoices):
    """What holds data."""

    HDD = "hdd", "Disque dur"
    SSD = "ssd", "SSD (SATA)"
    NVME = "nvme", "SSD NVMe"
    EMMC = "emmc", "Mémoire eMMC"
    INTERNAL = "internal", "Stockage interne (téléphone, tablette)"


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


class Verification(TextChoices):
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
    """Who says so. A donor's own certificate is kept and never counts (domain, §3)."""

    WORKSHOP = "workshop", "Atelier"
    DONOR = "donor", "Donateur"


class Outcome(TextChoices):
    """The verdict on an erasure, computed here or claimed by the tool."""

    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"


class Claim(TextChoices):
    """What the tool's own report says."""

    ERASED = "erased", "Effacé"
    FAILED = "failed", "Échec"
    ABORTED = "aborted", "Interrompu"
    SILENT = "", "Ne se prononce pas"


class Refusal(TextChoices):
    """Why an erasure proves nothing, whatever its report claims (domain, §3)."""

    DONOR_CERTIFICATE = "donor_certificate", "Le certificat d’un donateur est gardé mais ne compte pas."
    NO_REPORT = "no_report", "Le rapport de l’outil manque."
    NOT_FINISHED = "not_finished", "La fin de l’effacement n’est pas établie."
    DATES_REVERSED = "dates_reversed", "La fin précède le début."
    BEFORE_ARRIVAL = "before_arrival", "L’effacement est antérieur à l’arrivée de l’appareil."
    IN_THE_FUTURE = "in_the_future", "La fin est postérieure à l’enregistrement."
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


class Difference(TextChoices):
    """In what the verdict computed here and the tool's report differ."""

    CLAIMS_ERASED = "claims_erased", "Le rapport dit « effacé » : les chiffres ne le prouvent pas."
    SILENT = "silent", "Le rapport ne se prononce pas : les chiffres prouvent l’effacement."
    DURATION = "duration", "La durée imprimée n’est pas celle qui sépare le début de la fin."


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


class RemovalDestination(TextChoices):
    """Where a drive went when it left its device."""

    STOCK = "stock", "Stock de pièces"
    DESTRUCTION = "destruction", "À détruire"
    OTHER_DEVICE = "other_device", "Monté dans un autre appareil"
    MISTAKE = "mistake", "Inventorié par erreur : ce disque n’existe pas"


class CheckResult(TextChoices):
    """The result of one function of a checklist."""

    OK = "ok", "Fonctionne"
    FAIL = "fail", "Ne fonctionne pas"
    NOT_APPLICABLE = "not_applicable", "Sans objet"


class CosmeticGrade(TextChoices):
    """How the device looks: a letter of its own, apart from the grade (domain, §2)."""

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


# --- donation


class DonationState(TextChoices):
    """The life of a lot offered by one donor (machines §2)."""

    DRAFT = "draft", "Brouillon"
    ANNOUNCED = "announced", "Annoncée"
    QUALIFIED = "qualified", "Qualifiée"
    SCHEDULED = "scheduled", "Enlèvement planifié"
    COLLECTED = "collected", "Enlevée"
    RECONCILED = "reconciled", "Soldée"
    DECLINED = "declined", "Écartée"
    WITHDRAWN = "withdrawn", "Retirée"


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


class RefusalCode(TextChoices):
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


class PaperKind(TextChoices):
    """The papers of a donation, made from frozen values."""

    SLIP = "slip", "Bordereau d’enlèvement"
    OUTCOME = "outcome", "Bilan du don"
    TAX_RECEIPT = "tax_receipt", "Données du reçu fiscal"
