"""The codes of what a machine says of itself: kinds of files, why one is not read, what they fill."""

from django.db.models import TextChoices


class FileKind(TextChoices):
    """The tool that wrote a file."""

    LSHW = "lshw", "lshw"
    GLPI = "glpi", "inventaire GLPI"
    SMARTCTL = "smartctl", "smartctl"
    DMIDECODE = "dmidecode", "dmidecode"
    NWIPE = "nwipe", "journal de nwipe"
    CERTIFICATE = "certificate", "certificat PDF de nwipe"
    UNREAD = "", "fichier non lu"


class Unreadable(TextChoices):
    """Why nothing is read in a file."""

    EMPTY = "empty", "Ce fichier est vide."
    TOO_LARGE = "too_large", "Ce fichier est trop gros pour être l’un de ceux que Maillon sait lire."
    TOO_DEEP = "too_deep", "Ce fichier est trop imbriqué pour être lu."
    BROKEN = "broken", "Ce fichier est coupé ou abîmé\u00a0: produisez-le de nouveau."
    NOT_HARDWARE = (
        "not_hardware",
        (
            "Ce n’est ni un fichier de lshw, de smartctl, de dmidecode ou de GLPI, ni un journal ou un certificat"
            " de nwipe."
        ),
    )
    NOTHING_SAID = "nothing_said", "L’outil n’a rien pu lire sur cette machine\u00a0: relancez-le en administrateur."
    NO_TEXT = "no_text", "Aucun texte ne peut être lu dans ce PDF\u00a0: déposez le journal texte de nwipe."
    SEVERAL_PASSES = (
        "several_passes",
        (
            "Ce certificat est d’un effacement en plusieurs passes, et ne dit pas ce que chacune a écrit\u00a0:"
            " déposez le journal texte de nwipe."
        ),
    )


class DismissalReason(TextChoices):
    """Why a file that was deposited is set aside."""

    OTHER_WORKSHOP = "elsewhere", "La machine n’est pas dans cet atelier"
    TWICE = "twice", "Déposé deux fois"
    USELESS = "useless", "Rien à en tirer"


OF_NWIPE = (FileKind.NWIPE, FileKind.CERTIFICATE)
"""Kinds that tell of erasures, drive by drive; the others tell of the machine."""
