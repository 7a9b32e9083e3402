"""Try a situation: the facts that a household would show, weighed by the rules of the day. Nothing is written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from prescriptions.enums import FactKind
from prescriptions.models import EligibilityRule, Evaluation, Fact, FactBand
from prescriptions.models.reference import weigh


def suppose_facts(given: Mapping[str, str], day: date) -> list[Fact]:
    """The facts as ``record_fact`` would write them on ``day``, never saved: ``{kind: code of its band, or nothing}``.

    Raises KeyError for a kind or a band that is not in force.
    """
    return [_supposed(FactKind(kind), band, day) for kind, band in given.items()]


def _supposed(kind: FactKind, band: str, day: date) -> Fact:
    bands = FactBand.objects.of_kind(kind, day)
    chosen = bands[band] if band or bands else None
    return Fact(
        kind=kind,
        band=chosen.label if chosen else "",
        at_most=chosen.at_most if chosen else None,
        dated_on=day,
        seen_on=day,
    )


def evaluate_supposed(facts: Sequence[Fact], day: date) -> Evaluation:
    """What the rules of ``day`` say of supposed facts; one query."""
    return weigh(EligibilityRule.objects.rules_on(day), facts, day)


def kinds_weighed(day: date) -> Iterable[str]:
    """The kinds of facts that some rule of ``day`` looks at, in the order of the rules; one query."""
    return dict.fromkeys(rule.kind for rule in EligibilityRule.objects.rules_on(day))
