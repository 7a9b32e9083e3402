"""The codes of the instruction of a request by its distributor, and of the photos that households send for it."""

from django.db.models import TextChoices


class NoteAudience(TextChoices):
    """Who reads a note of instruction, besides the household itself when it asks to."""

    SHARED = "shared", "Les conseillers et le travailleur social"
    TEAM = "team", "Les conseillers de votre structure seulement"


class PhotoState(TextChoices):
    """What became of the photo of a paper that a household sent (machines §4)."""

    WAITING = "waiting", "À regarder"
    SEEN = "seen", "Vue, conforme"
    REDO = "redo", "À refaire"
    LAPSED = "lapsed", "Effacée sans avoir servi"


class PhotoFault(TextChoices):
    """Why a photo is to be done again."""

    UNREADABLE = "unreadable", "On ne peut pas la lire"
    ANOTHER = "another", "Ce n’est pas le bon papier"
    CUT = "cut", "Il en manque une partie"
    OLD = "old", "Ce papier est trop ancien"
