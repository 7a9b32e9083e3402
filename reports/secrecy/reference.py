"""The rule on small counts of households, as dated parameters say it."""

from datetime import date

from reference.parameters import parameters_on
from reports.parameters import THRESHOLD, WIDTH
from reports.secrecy.suppression import Rule


def rule_on(day: date) -> Rule:
    """What holds on a day; one query."""
    values = parameters_on(day)
    return Rule(values[THRESHOLD], values[WIDTH])
