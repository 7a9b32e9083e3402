"""What a text says, in few lines, for whoever signs it."""

from dataclasses import dataclass
from itertools import groupby

from conventions.enums import SignatureState
from conventions.models import Convention, Signature
from conventions.views.sheet import PriceLine, QuotaLine, prices_of, quotas_of
from network.models import Membership


@dataclass(frozen=True)
class BriefParty:
    """One of the three, and where its signature stands."""

    name: str
    role: str
    is_own: bool
    signature: Signature


@dataclass(frozen=True)
class Brief:
    """The parties with their signatures, what is planned year by year, what a household pays."""

    parties: list[BriefParty]
    years: list[tuple[int, list[QuotaLine]]]
    prices: list[PriceLine]

    @property
    def awaited(self) -> list[BriefParty]:
        """Those of the others who have not signed."""
        return [one for one in self.parties if not one.is_own and one.signature.state != SignatureState.SIGNED]


def brief_of(convention: Convention, actor: Membership) -> Brief:
    """What the text under signature says, as this signatory reads it; prices of which all grades cost the same once."""
    asked = Signature.objects.visible_to(actor).filter(convention=convention, round=convention.round)
    quotas = quotas_of(convention, actor)
    return Brief(
        [
            BriefParty(str(one.organisation), one.get_party_display(), one.signatory_id == actor.pk, one)
            for one in asked.select_related("organisation").order_by("pk")
        ],
        [(year, list(lines)) for year, lines in groupby(quotas, key=lambda line: line.year)],
        prices_of(convention),
    )
