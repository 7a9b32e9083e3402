"""The offers of the day for a need: possible, to complete, impossible, and why; on facts that were seen."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from connectivity.eligibility import Asked, Assessment, Seen, assess
from connectivity.enums import ConditionRule, ProofKind, Verdict
from connectivity.models import ConnectionFile, CopperClosure, Offer, OfferCondition, ProofSeen
from prescriptions.enums import FactKind
from prescriptions.models import Fact, Need

_ORDER = [Verdict.ELIGIBLE, Verdict.MAYBE, Verdict.NOT]


@dataclass(frozen=True)
class Proposal:
    """One offer of the day with what it says of this household."""

    offer: Offer
    assessment: Assessment

    @property
    def verdict(self) -> Verdict:
        return self.assessment.verdict


def offers_of_the_day(*, need: Need, file: ConnectionFile | None = None, at: datetime | None = None) -> list[Proposal]:
    """The offers in force that answer this kind of need, the possible ones first, the cheapest first. Four queries."""
    day = timezone.localdate(at)
    closure = copper_of(need, day)
    seen = facts_of(need, file)
    copper = None if closure is None else closure.copper
    asked: dict[int, list[Asked]] = defaultdict(list)
    for condition in OfferCondition.objects.filter(offer__in=Offer.objects.on(day).for_kind(need.kind)):
        asked[condition.offer_id].append(condition.asked)
    offers: Any = Offer.objects.on(day).for_kind(need.kind)
    proposals = [Proposal(offer, assess(asked[offer.pk], seen, copper, day)) for offer in offers]
    return sorted(proposals, key=lambda one: (_ORDER.index(one.verdict), one.offer.price or 0, one.offer.name))


def copper_of(need: Need, day: date) -> CopperClosure | None:
    """The announced end of copper where the household lives, as it is known on ``day``."""
    return CopperClosure.objects.of(need.prescription.commune_id, day)


_KNOWN = {
    FactKind.QUOTIENT_FAMILIAL: (ConditionRule.FAMILY_QUOTIENT, ProofKind.CAF_CERTIFICATE),
    FactKind.MINIMUM_INCOME: (ConditionRule.MINIMUM_INCOME, ProofKind.INCOME_CERTIFICATE),
}
"""What was seen for the prescription and counts for an offer too."""


def facts_of(need: Need, file: ConnectionFile | None = None) -> list[Seen]:
    """What was seen with the household: for its prescription, then for the file itself. Two queries at most.

    A quotient in a band without a top tells nothing of a ceiling, and is left out.
    """
    known = [seen for _, seen in prescribed(need)]
    return known if file is None else known + [proof.seen for proof in ProofSeen.objects.filter(file=file)]


def prescribed(need: Need) -> list[tuple[Fact, Seen]]:
    """The facts of a prescription that count for offers, each as a proof."""
    facts = Fact.objects.current().filter(prescription=need.prescription_id, kind__in=list(_KNOWN))
    found = []
    for fact in facts:
        rule, proof = _KNOWN[FactKind(fact.kind)]
        if fact.at_most is not None or rule != ConditionRule.FAMILY_QUOTIENT:
            ceiling = None if fact.at_most is None else Decimal(fact.at_most)
            found.append((fact, Seen(rule, proof, fact.dated_on or fact.seen_on, True, ceiling)))
    return found
