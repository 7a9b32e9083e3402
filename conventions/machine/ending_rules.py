"""What is missing before a convention ends by the agreement of its three parties (machines §3)."""

from typing import Any

from django.db.models import Exists, OuterRef, Q

from conventions.enums import Party, TerminateReason
from conventions.models import EndConsent
from conventions.permissions import PARTIES
from lifecycle.machine import Context, Requirement
from network.enums import OrganisationKind

NONE_PROPOSED = Requirement(
    "none_proposed", "Une fin est déjà proposée aux parties.", lambda ctx: Q(end_proposed_at=None)
)
PROPOSED = Requirement(
    "proposed", "Aucune fin n’est proposée aux parties.", lambda ctx: Q(end_proposed_at__isnull=False)
)


def consents() -> Any:
    """Those of the proposal under way."""
    return EndConsent.objects.filter(convention=OuterRef("pk"), round=OuterRef("end_round"))


def party_of(ctx: Context) -> str | None:
    """For which party one acts: the party given, else that of one's organisation."""
    given: str | None = ctx.values.get("party")
    by_kind = {OrganisationKind.EPCI: Party.EPCI, OrganisationKind.RECONDITIONER: Party.RECONDITIONER}
    by_kind[OrganisationKind.DISTRIBUTOR] = Party.DISTRIBUTOR
    if given or ctx.actor.kind not in PARTIES:
        return given
    return by_kind[OrganisationKind(ctx.actor.kind)]


def _consent_is_kept(ctx: Context) -> Any:
    """Written just before; a preview asks whether it is still to be given. Without a proposal none is asked for."""
    party = party_of(ctx)
    if party is None:
        return True
    given = Q(Exists(consents().filter(party=party)))
    return Q(end_proposed_at=None) | (given if ctx.has("party") else ~given)


CONSENT = Requirement(
    "consent", "Votre partie a déjà donné son accord.", _consent_is_kept, needs=("party",), field="party"
)


def _agreed(ctx: Context) -> Any:
    if ctx.values.get("reason") != TerminateReason.AGREEMENT:
        return True
    whole = Q(end_proposed_at__isnull=False)
    for party in Party:
        whole &= Q(Exists(consents().filter(party=party)))
    return whole


AGREED = Requirement(
    "agreed",
    "Un accord entre les parties se donne à trois\u00a0: proposez la fin, les deux autres parties la confirment.",
    _agreed,
    lifted_by="les deux autres parties",
    field="reason",
)
