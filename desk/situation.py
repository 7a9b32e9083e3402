"""A situation that is tried, without anyone: what the rules and the offers of the day would answer. Nothing is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectivity.enums import OfferVerdict
from connectivity.models import CopperClosure
from connectivity.services.offers import OfferProposal, offers_for, seen_in, suppose_proofs
from connectivity.services.reach import here_of
from conventions.enums import DeviceType
from conventions.models import PriceCeiling
from distribution.enums import SERVES
from network.models import Commune
from prescriptions.enums import CONNECTION_KINDS, EligibilityVerdict, NeedKind
from prescriptions.models import Evaluation
from prescriptions.services.trying import evaluate_supposed, suppose_facts
from typography.french import HARD, plural

SAID = {
    EligibilityVerdict.FAVOURABLE: "oui",
    EligibilityVerdict.TO_APPRAISE: "peut-être",
    EligibilityVerdict.AGAINST: "non",
}


@dataclass(frozen=True)
class Situation:
    """What is tried: needs, ``{kind of fact: code of its band, or nothing}``, conditions of offers, a commune."""

    kinds: Sequence[str]
    facts: Mapping[str, str]
    conditions: Sequence[str] = ()
    commune: Commune | None = None


@dataclass(frozen=True)
class SituationAnswer:
    """What is answered on a day: of the request as a whole, whatever it asks for, then of each offer."""

    on: date
    asked: list[str]
    evaluation: Evaluation
    prices: list[tuple[str, Decimal]]
    offers: list[tuple[str, list[OfferProposal]]]
    commune: Commune | None
    closure: CopperClosure | None

    @property
    def needs(self) -> str:
        """What is asked, in one line: « Ordinateur, connexion fixe. »."""
        return f"{', '.join(self.asked).capitalize()}."

    @property
    def in_short(self) -> str:
        """One sentence: « La demande : oui. Connexion fixe : 1 offre possible, 2 à compléter. »."""
        told = [f"La demande{HARD}: {SAID[self.evaluation.verdict]}."]
        for kind, proposals in self.offers:
            count = {verdict: sum(one.verdict == verdict for one in proposals) for verdict in OfferVerdict}
            possible, maybe = count[OfferVerdict.ELIGIBLE], count[OfferVerdict.MAYBE]
            words = f"{possible} offre{plural(possible)} possible{plural(possible)}, {maybe} à compléter"
            told.append(f"{kind}{HARD}: {words if possible or maybe else 'aucune offre'}.")
        return " ".join(told)


def answer(situation: Situation, day: date) -> SituationAnswer:
    """What the rules and the offers of ``day`` say, by the objects that answer for a real request."""
    facts = suppose_facts(situation.facts, day)
    seen = seen_in(facts) + suppose_proofs(list(dict.fromkeys(situation.conditions)), day)
    commune = situation.commune
    closure = None if commune is None else CopperClosure.objects.of(commune.pk, day)
    copper = None if closure is None else closure.copper
    here = here_of(None if commune is None else commune.pk, day)
    kinds = [NeedKind(kind) for kind in dict.fromkeys(situation.kinds)]
    return SituationAnswer(
        on=day,
        asked=[str(kind.label).lower() for kind in kinds],
        evaluation=evaluate_supposed(facts, day),
        prices=_prices(kinds, day),
        offers=[
            (str(kind.label), offers_for(kind, seen, copper, day, here)) for kind in kinds if kind in CONNECTION_KINDS
        ],
        commune=commune,
        closure=closure,
    )


def _prices(kinds: Sequence[NeedKind], day: date) -> list[tuple[str, Decimal]]:
    """The highest price of what would be given, by type of device."""
    ceilings = PriceCeiling.objects.amounts_on(day)
    types: list[DeviceType] = [type_ for kind in kinds for type_ in SERVES.get(kind, ())]
    return [(str(type_.label).lower(), ceilings[type_]) for type_ in types if type_ in ceilings]
