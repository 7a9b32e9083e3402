"""SIREN and SIRET: the check digits that catch a mistyped number."""

from django.core.exceptions import ValidationError

LA_POSTE = "356000000"
"""SIREN of La Poste: its establishments escape Luhn, their digits add up to a multiple of 5 (Insee)."""


def luhn_holds(digits: str) -> bool:
    """Tell whether a string of digits passes the Luhn check."""
    total = 0
    for rank, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if rank % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def clean(text: str) -> str:
    """Take away the spaces people write inside numbers, the non-breaking ones included."""
    return "".join(text.split())


def is_siren(text: str) -> bool:
    """Tell whether ``text`` is a possible SIREN: 9 digits, Luhn."""
    return len(text) == 9 and text.isascii() and text.isdigit() and text != "0" * 9 and luhn_holds(text)


def is_siret(text: str) -> bool:
    """Tell whether ``text`` is a possible SIRET: 14 digits, a SIREN first, Luhn (La Poste excepted)."""
    if len(text) != 14 or not is_siren(text[:9]):
        return False
    if not (text.isascii() and text.isdigit()):
        return False
    if luhn_holds(text):
        return True
    return text.startswith(LA_POSTE) and sum(map(int, text)) % 5 == 0


def spaced(number: str) -> str:
    """A SIREN or a SIRET as people read it: « 732 829 320 00074 »; empty when there is none."""
    return "\u00a0".join(filter(None, (number[:3], number[3:6], number[6:9], number[9:])))


def validate_siret(value: str) -> None:
    """Refuse a number that cannot be a SIRET; raises ``ValidationError`` with a sentence that says why."""
    if len(value) != 14 or not (value.isascii() and value.isdigit()):
        raise ValidationError("Un SIRET compte 14 chiffres, sans lettre ni signe.", code="siret_length")
    if not is_siret(value):
        raise ValidationError(
            "Ce SIRET n’existe pas\u00a0: sa clé de contrôle est fausse. Vérifiez chaque chiffre.",
            code="siret_key",
        )
