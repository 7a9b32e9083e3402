"""Why a need that was said to be met is not, whoever serves it."""

from django.db.models import TextChoices


class UnmetReason(TextChoices):
    """Each is given by the verb that undoes what had met the need; by itself, it was a mistake."""

    ENTRY = "entry", "Erreur de saisie"
    WRONG_DEVICE = "wrong_device", "Mauvais appareil remis"
    WRONG_PERSON = "wrong_person", "Mauvais foyer"
    CHANGED_MIND = "changed_mind", "Le foyer y renonce sur place"
    WRONG_REQUEST = "wrong_request", "Une autre demande était concernée"
    NOT_WORKING = "not_working", "La ligne n’a jamais marché"
