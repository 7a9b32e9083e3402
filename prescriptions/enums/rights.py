"""The codes of requests to exercise a right over what is written of a household."""

from django.db.models import TextChoices


class RightKind(TextChoices):
    """Which right is exercised. Source: RGPD, art. 15, 16, 17, 18 and 21."""

    ACCESS = "access", "Lire ce qui est écrit (accès)"
    RECTIFICATION = "rectification", "Faire corriger (rectification)"
    ERASURE = "erasure", "Faire effacer (effacement)"
    OBJECTION = "objection", "Arrêter l’usage (opposition)"
    RESTRICTION = "restriction", "Garder sans s’en servir (limitation)"


class RightsState(TextChoices):
    """How far a request to exercise a right has gone."""

    RECEIVED = "received", "Reçue"
    IDENTITY = "identity", "Identité demandée"
    ANSWERED = "answered", "Réponse donnée"
    REFUSED = "refused", "Refusée"
    WITHDRAWN = "withdrawn", "Retirée"


OPEN_RIGHTS = (RightsState.RECEIVED, RightsState.IDENTITY)


class Requester(TextChoices):
    """Who exercises the right."""

    PERSON = "person", "La personne elle-même"
    MEMBER = "member", "Une autre personne du foyer"
    REPRESENTATIVE = "representative", "Son représentant légal (tuteur, parent)"


class RightsChannel(TextChoices):
    """How the request came."""

    PLACE = "place", "Sur place"
    LETTER = "letter", "Par courrier"
    EMAIL = "email", "Par courriel"
    PHONE = "phone", "Par téléphone"
    PAGE = "page", "Par la page de sa demande"


class Doubt(TextChoices):
    """Why the identity is asked for: a reasonable doubt, never by habit. Source: RGPD, art. 12, 6."""

    CONTACT = "contact", "La demande vient d’une adresse ou d’un numéro inconnus du dossier"
    PAGE = "page", "La demande vient de la page du foyer, que sa feuille suffit à ouvrir"
    MANDATE = "mandate", "Rien ne dit que cette personne représente le foyer"


class Prolongation(TextChoices):
    """Why one month is not enough. Source: RGPD, art. 12, 3."""

    COMPLEX = "complex", "La demande est complexe"
    NUMBER = "number", "Les demandes à traiter sont nombreuses"


class RightsRefusal(TextChoices):
    """Why the request is refused. Source: RGPD, art. 12, 2, 12, 5, 15, 4, 17, 3 and 21, 1."""

    IDENTITY = "identity", "L’identité n’a pas pu être établie"
    UNFOUNDED = "unfounded", "La demande est manifestement infondée ou excessive"
    OBLIGATION = "obligation", "La loi oblige à garder ces informations, ou elles servent à défendre un droit"
    EXACT = "exact", "Ce qui est écrit est exact"
    OTHERS = "others", "La réponse porterait atteinte aux droits d’une autre personne"


class ToldBy(TextChoices):
    """How whoever asked is told."""

    LETTER = "letter", "Par la lettre imprimée d’ici"
    EMAIL = "email", "Par un courriel que Maillon envoie"
    PHONE = "phone", "Par téléphone"
    PLACE = "place", "En main propre"
