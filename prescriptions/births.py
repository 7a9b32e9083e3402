"""Which days somebody may be born on: the page of a household is opened by the year of one of them."""

from datetime import date

from django.core.exceptions import ValidationError

FIRST_YEAR = 1900
"""Nobody who asks was born before: the household's page and lists that are brought take no year before it either."""
MOST_YEARS = 120
"""Nobody is known to have lived so long, but one."""


def refuse_birth(born: date, today: date) -> None:
    """Refuse a day to come, and one on which nobody who is alive was born. Raises ValidationError."""
    if born > today:
        raise ValidationError("Cette date est dans le futur.")
    if born.year < max(FIRST_YEAR, today.year - MOST_YEARS):
        raise ValidationError(
            f"Cette date est il y a plus de {MOST_YEARS}\u00a0ans\u00a0: vérifiez l’année de naissance."
        )
