"""Which days somebody may be born on: the page of a household is opened by the year of one of them."""

from datetime import date

from django.core.exceptions import ValidationError

from calendars.working_days import add_months

FIRST_YEAR = 1900
"""Nobody who asks was born before: the household's page and lists that are brought take no year before it either."""
MOST_YEARS = 120
"""Nobody is known to have lived so long, but one."""


ADULT_YEARS, EMANCIPATED_YEARS = 18, 16
"""From which age one asks by oneself; from which a judge lets one (Code civil, art. 413-1 and following)."""
MINOR = (
    "La personne de référence a 18\u00a0ans ou plus\u00a0: écrivez à sa place le représentant légal du mineur, ou un"
    " adulte du foyer. Un mineur émancipé, de 16\u00a0ans ou plus, se dit par la case «\u00a0Mineur émancipé\u00a0»,"
    " sous la date de naissance."
)


def refuse_minor(born: date, today: date, *, emancipated: bool) -> None:
    """Refuse as person of reference who is not of age, unless a judge said otherwise. Raises ValidationError."""
    if born > born_before(today, EMANCIPATED_YEARS if emancipated else ADULT_YEARS):
        raise ValidationError(MINOR)


def may_be_emancipated(born: date | None, today: date) -> bool:
    """Whether it is to be asked of somebody born that day: a minor, of an age at which a judge may decide it."""
    return born is not None and born_before(today, ADULT_YEARS) < born <= born_before(today, EMANCIPATED_YEARS)


def born_before(today: date, years: int) -> date:
    """The last day on which whoever is that old today was born."""
    return add_months(today, -12 * years)


def refuse_birth(born: date, today: date) -> None:
    """Refuse a day to come, and one on which nobody who is alive was born. Raises ValidationError."""
    if born > today:
        raise ValidationError("Cette date est dans le futur.")
    if born.year < max(FIRST_YEAR, today.year - MOST_YEARS):
        raise ValidationError(
            f"Cette date est il y a plus de {MOST_YEARS}\u00a0ans\u00a0: vérifiez l’année de naissance."
        )
