"""Passwords that everybody thinks of in French, beside those that Django knows."""

import re
import unicodedata

from django.core.exceptions import ValidationError

ROOTS = (
    *("motdepasse", "mdp", "azerty", "azertyuiop", "qwerty", "qsdfgh", "qsdfghjklm", "bonjour", "bonsoir", "soleil"),
    *("doudou", "loulou", "chouchou", "coucou", "cheval", "chocolat", "camille", "marseille", "jetaime", "amour"),
    *("nicolas", "maillon", "departement", "nord", "lille", "secret", "administrateur", "admin", "password", "france"),
    *("bienvenue", "vacances", "printemps", "automne", "hiver", "numerique", "ordinateur", "mairie", "ccas", "super"),
)
"""Words that common passwords are made of; other signs are put around them."""
ONLY_ROOTS = re.compile(f"(?:{'|'.join(sorted(ROOTS, key=len, reverse=True))}){{1,2}}")


class FrenchCommonPasswordValidator:
    """Refuse a password whose letters are one or two such words, whatever figures and signs are put around them."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises ``ValidationError``."""
        plain = unicodedata.normalize("NFKD", password.casefold())
        letters = "".join(sign for sign in plain if sign.isalpha())
        if ONLY_ROOTS.fullmatch(letters):
            raise ValidationError(
                "Ce mot de passe est trop courant\u00a0: prenez plusieurs mots qui ne vont pas ensemble.",
                code="password_too_common",
            )

    def get_help_text(self) -> str:
        return "Votre mot de passe n’est pas un mot courant suivi de chiffres, comme «\u00a0motdepasse12\u00a0»."
