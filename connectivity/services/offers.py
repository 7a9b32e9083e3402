"""The offers of the day for a need: possible, to complete, impossible, and why; on facts that were seen."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from connectivity.eligibility import (
    ANSWERED,
    NOT_ASKED,
    STILL_SOLD,
    AskedCondition,
    Assessment,
    ClosedWord,
    Copper,
    Seen,
    WeighedCondition,
    assess,
)
from connectivity.enums import COMPUTED, Channel, ConditionRule, OfferVerdict, ProofKind
from connectivity.models import ConnectionFile, CopperClosure, Offer, OfferCondition, ProofSeen
from connectivity.models.closed_offer import closed_words
from connectivity.prices import YEARS, Cost, cost_over
from connectivity.reach import NOWHERE, Here, weigh_reach
from connectivity.services.reach import here_of
from prescriptions.enums import FactKind
from prescriptions.models import Fact, FactBand, Need

_ORDER = [OfferVerdict.ELIGIBLE, OfferVerdict.MAYBE, OfferVerdict.NOT]


@dataclass(frozen=True)
class OfferProposal:
    """One offer of the day with what it says of this household."""

    offer: Offer
    assessment: Assessment

    @property
    def verdict(self) -> OfferVerdict:
        return self.assessment.verdict

    @property
    def costs(self) -> list[tuple[int, Cost | None]]:
        """``(months, what it costs)`` for each of ``YEARS``."""
        return [(months, cost_over(self.offer, months)) for months in YEARS]

    @property
    def rank(self) -> tuple[Any, ...]:
        """What may be had and gives internet, which is what is needed; then a line that gives something else.

        Among them: what may be had first, then what lacks no paper; the cheapest over a year; an unknown price last.
        By the lowest that it costs; of two that cost as little, the one that is sure to cost no more comes first.
        """
        _, cost = self.costs[0]
        shows = any(finding.asked.rule not in NOT_ASKED for finding in self.assessment.missing)
        is_impossible, is_other = self.verdict == OfferVerdict.NOT, bool(self.offer.other_than_internet)
        first = (is_impossible, is_other, _ORDER.index(self.verdict), shows, cost is None)
        if cost is None:
            return *first, self.offer.name
        return *first, cost.low, cost.is_least, cost.high or cost.low, self.offer.name


def offers_of_the_day(
    *, need: Need, file: ConnectionFile | None = None, at: datetime | None = None
) -> list[OfferProposal]:
    """The offers in force for this kind of need, by ``rank``. Thirteen queries at most."""
    day = timezone.localdate(at)
    prescription = need.prescription
    closure, here = copper_of(need, day), here_of(prescription.commune_id, day, file, prescription.household_id)
    return offers_for(need.kind, facts_of(need), None if closure is None else closure.copper, day, here)


def offers_for(
    kind: str, seen: Sequence[Seen], copper: Copper | None, day: date, here: Here = NOWHERE
) -> list[OfferProposal]:
    """The offers in force on ``day`` that answer one kind of need, on what was seen, or supposed. Three queries.

    ``here``: what is known of where the household lives; nothing of it makes no offer sure.
    """
    asked: dict[int, list[AskedCondition]] = defaultdict(list)
    for condition in OfferCondition.objects.filter(offer__in=Offer.objects.on(day).for_kind(kind)):
        asked[condition.offer_id].append(condition.asked)
    offers: Any = Offer.objects.on(day).for_kind(kind).exclude(channel=Channel.BESIDE).select_related("operator")
    closed = closed_words()
    proposals = [
        OfferProposal(
            offer,
            assess(asked[offer.pk], seen, copper, day, besides_of(offer, here, closed.get(offer.pk))),
        )
        for offer in offers
    ]
    return sorted(proposals, key=lambda one: one.rank)


def besides_of(offer: Offer, here: Here, closed: ClosedWord | None = None) -> list[WeighedCondition]:
    """That its operator is there to answer and still sells it, said where it is not so; whether it comes there."""
    reach = weigh_reach(offer.technology, offer.operator_name, here, offer.operator_id)
    found = [] if reach is None else [reach]
    if offer.is_unanswered:
        asked = AskedCondition(ANSWERED, detail="Opérateur en activité")
        sentence = f"{offer.operator} n’est plus en activité\u00a0: personne n’y recevrait la demande."
        found.insert(0, WeighedCondition(asked, False, sentence))
    if closed is not None:
        found.insert(0, WeighedCondition(AskedCondition(STILL_SOLD, detail="Offre ouverte"), False, closed.sentence))
    return found


def offers_beside(day: date) -> list[Offer]:
    """What helps a household beside a line, to which nobody subscribes: public access, whatever its need. One query."""
    beside: Any = Offer.objects.on(day).filter(channel=Channel.BESIDE)
    return list(beside.order_by("name"))


def copper_of(need: Need, day: date) -> CopperClosure | None:
    """The announced end of copper where the household lives, as it is known on ``day``."""
    return CopperClosure.objects.of(need.prescription.commune_id, day)


_KNOWN = {
    FactKind.QUOTIENT_FAMILIAL: (ConditionRule.FAMILY_QUOTIENT, ProofKind.CAF_CERTIFICATE),
    FactKind.MINIMUM_INCOME: (ConditionRule.MINIMUM_INCOME, ProofKind.INCOME_CERTIFICATE),
}
"""What was seen for the prescription and counts for an offer too."""


def facts_of(need: Need) -> list[Seen]:
    """What was seen with the household: for a file of this need, one that is closed too, the last first; then for its
    prescription. Three queries at most.
    """
    return [proof.seen for proof in ProofSeen.objects.filter(file__need=need)] + seen_in(list(_noted(need)))


def prescribed(need: Need) -> list[tuple[Fact, Seen]]:
    """The facts of a prescription that count for offers, each as the proof that it holds."""
    return _as_proofs(_noted(need))


def _noted(need: Need) -> Iterable[Fact]:
    facts: Iterable[Fact] = Fact.objects.current().filter(prescription=need.prescription_id, kind__in=list(_KNOWN))
    return facts


def seen_in(facts: Sequence[Fact]) -> list[Seen]:
    """What ``facts``, noted or supposed, show of the conditions of offers; one query when one has a band.

    A quotient in a band is under the top of it, and over the top of the band below: « de 701 à 1 000 € » says no to
    700 € at most. In the last band, which has no top, it is over all of them.
    """
    return [seen for _, seen in _as_proofs(facts)] + _over(facts)


def _as_proofs(facts: Iterable[Fact]) -> list[tuple[Fact, Seen]]:
    found = []
    for fact in facts:
        if fact.kind not in _KNOWN:
            continue
        rule, proof = _KNOWN[FactKind(fact.kind)]
        if fact.at_most is not None or rule != ConditionRule.FAMILY_QUOTIENT:
            ceiling = None if fact.at_most is None else Decimal(fact.at_most)
            found.append((fact, Seen(rule, proof, fact.dated_on or fact.seen_on, True, ceiling)))
    return found


def _over(facts: Iterable[Fact]) -> list[Seen]:
    """The figures that a quotient in a band is over, by the bands of the day it was seen."""
    banded = [fact for fact in facts if fact.kind == FactKind.QUOTIENT_FAMILIAL and fact.band]
    bands = list(FactBand.objects.filter(kind=FactKind.QUOTIENT_FAMILIAL, at_most__isnull=False)) if banded else []
    rule, proof = _KNOWN[FactKind.QUOTIENT_FAMILIAL]
    found = []
    for fact in banded:
        below = [
            band.at_most
            for band in bands
            if band.at_most is not None
            and band.valid_from <= fact.seen_on <= (band.valid_to or fact.seen_on)
            and (fact.at_most is None or band.at_most < fact.at_most)
        ]
        if below:
            found.append(Seen(rule, proof, fact.dated_on or fact.seen_on, False, Decimal(max(below))))
    return found


def conditions_to_show(day: date) -> list[str]:
    """The conditions of the offers of ``day`` that no fact of a prescription answers, in their order; one query."""
    asked = set(OfferCondition.objects.filter(offer__in=Offer.objects.on(day)).values_list("rule", flat=True))
    known = {rule for rule, _ in _KNOWN.values()}
    return [rule.value for rule in ConditionRule if rule in asked and rule not in known and rule not in COMPUTED]


def suppose_proofs(rules: Iterable[str], day: date) -> list[Seen]:
    """Proofs that would be looked at on ``day`` and would show that these conditions hold."""
    return [Seen(rule, ProofKind.DECLARATION, day, True) for rule in rules]
