"""Whether an offer is for a household, on dated facts: what is met, what is missing, what forbids it. Pure rules."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from connectivity.enums import COMPUTED, ConditionRule, OfferVerdict, ProofKind
from typography import french

NBSP = "\N{NO-BREAK SPACE}"
REACH, ANSWERED, STILL_SOLD = NOT_ASKED = ("reach", "answered", "still_sold")
"""What no household shows: that an offer comes to where it lives, that its operator is there, and still sells it."""


@dataclass(frozen=True)
class AskedCondition:
    """One condition of an offer. ``ceiling``: the highest figure allowed; ``fresh_days``: how old a proof may be."""

    rule: str
    proof: str = ProofKind.NONE
    ceiling: Decimal | None = None
    fresh_days: int | None = None
    detail: str = ""

    @property
    def label(self) -> str:
        """The condition in words: « Quotient familial de 700 € au plus »."""
        if self.detail:
            return self.detail
        label = str(ConditionRule(self.rule).label)
        if self.ceiling is None:
            return label
        figure = f"{self.ceiling.normalize():f}".replace(".", ",")
        return f"{label} de {figure}{NBSP}€ au plus"


@dataclass(frozen=True)
class Seen:
    """What was looked at with the household: never kept, only that it was seen and what it shows.

    ``ceiling`` is the figure it was held to: a quotient under 700 is under 900 too, one over 900 is over 700 too.
    """

    rule: str
    proof: str
    dated_on: date
    holds: bool
    ceiling: Decimal | None = None


@dataclass(frozen=True)
class ClosedWord:
    """That an offer is closed: which operator answered so, on which day."""

    operator: str
    said_on: date

    @property
    def sentence(self) -> str:
        return f"{self.operator} a répondu le {french.day(self.said_on)} que cette offre est fermée."


@dataclass(frozen=True)
class Copper:
    """When copper closes where the household lives; None when no date is known, which does not say that it sells."""

    commercial_on: date
    technical_on: date


@dataclass(frozen=True)
class WeighedCondition:
    """One condition weighed: met (True), not met (False), not known yet (None), and why."""

    asked: AskedCondition
    met: bool | None
    sentence: str

    @property
    def is_explained(self) -> bool:
        """Whether its sentence says all and its label nothing more: nobody shows it, the place or the offer says it."""
        return self.asked.rule in (*NOT_ASKED, ConditionRule.COPPER_OPEN)


@dataclass(frozen=True)
class Assessment:
    """What an offer says of a household on one day."""

    verdict: OfferVerdict
    findings: tuple[WeighedCondition, ...]

    @property
    def missing(self) -> tuple[WeighedCondition, ...]:
        """What would have to be seen."""
        return tuple(finding for finding in self.findings if finding.met is None)

    @property
    def against(self) -> tuple[WeighedCondition, ...]:
        """What forbids the offer."""
        return tuple(finding for finding in self.findings if finding.met is False)


def assess(
    conditions: Iterable[AskedCondition],
    seen: Sequence[Seen],
    copper: Copper | None,
    day: date,
    besides: Iterable[WeighedCondition] = (),
) -> Assessment:
    """Weigh every condition of an offer on ``day``. No condition: the offer is for all.

    ``besides``: what counts as conditions of it and is not asked of the household (``NOT_ASKED``).
    """
    findings = (*besides, *(_weigh(asked, seen, copper, day) for asked in conditions))
    if any(finding.met is False for finding in findings):
        return Assessment(OfferVerdict.NOT, findings)
    known = all(finding.met for finding in findings)
    return Assessment(OfferVerdict.ELIGIBLE if known else OfferVerdict.MAYBE, findings)


def is_fresh(seen: Seen, asked: AskedCondition, day: date) -> bool:
    """Whether a proof still counts on ``day``: not dated after it, not older than the offer allows."""
    oldest = date.min if asked.fresh_days is None else day - timedelta(days=asked.fresh_days)
    return oldest <= seen.dated_on <= day


def _weigh(asked: AskedCondition, seen: Sequence[Seen], copper: Copper | None, day: date) -> WeighedCondition:
    if asked.rule == ConditionRule.COPPER_OPEN:
        return _weigh_copper(asked, copper, day)
    if asked.rule in COMPUTED:
        return WeighedCondition(asked, True, "La prescription le dit.")
    about = sorted((one for one in seen if one.rule == asked.rule), key=lambda one: one.dated_on, reverse=True)
    fresh = [one for one in about if is_fresh(one, asked, day)]
    for one in fresh:
        answer = _answers(one, asked)
        if answer is not None:
            shown = f"{ProofKind(one.proof).label} du {french.day(one.dated_on)}"
            return WeighedCondition(asked, answer, f"{shown}{'' if answer else NBSP + ': condition non remplie'}.")
    wanted = str(ProofKind(asked.proof).label)
    if fresh:
        return WeighedCondition(asked, None, f"{wanted} à regarder de nouveau{NBSP}: le seuil n’est pas le même.")
    if about:
        return WeighedCondition(
            asked, None, f"{wanted} à renouveler{NBSP}: celle du {french.day(about[0].dated_on)} est trop vieille."
        )
    within = f" de moins de {asked.fresh_days} jours" if asked.fresh_days else ""
    return WeighedCondition(asked, None, f"{wanted}{within} à regarder.")


def _answers(seen: Seen, asked: AskedCondition) -> bool | None:
    """What a proof says of a condition: None when it was held to another figure and does not tell."""
    if asked.ceiling is None or seen.ceiling is None:
        return seen.holds
    if seen.holds:
        return True if seen.ceiling <= asked.ceiling else None
    return False if seen.ceiling >= asked.ceiling else None


def _weigh_copper(asked: AskedCondition, copper: Copper | None, day: date) -> WeighedCondition:
    if copper is None:
        told = f"Aucune date de fermeture du cuivre n’est connue pour la commune{NBSP}: vérifiez que la ligne s’y vend."
        return WeighedCondition(asked, None, told)
    if copper.commercial_on <= day:
        told = f"Le cuivre ne se vend plus dans la commune depuis le {french.day(copper.commercial_on)}."
        return WeighedCondition(asked, False, told)
    return WeighedCondition(asked, True, f"Le cuivre s’y vend jusqu’au {french.day(copper.commercial_on)}.")
