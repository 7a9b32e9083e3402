"""What is known of a lot, gathered for its pages."""

from dataclasses import dataclass, field

from django.db.models import Count, F, OuterRef, Prefetch, Q, StringAgg, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from donations.enums import RENEWED, DonationState, DonorKind
from donations.gift_law import gift_law
from donations.models import Allocation, DeedAcceptance, Donation, DonationLine, DonationPaper, LineExplanation, PickUp
from donations.models.donation import DonationQuerySet
from donations.units import EXPECTED, Arrivals, units
from lifecycle.actors import Actor
from lifecycle.history import Past
from network.enums import LegalNature, OrganisationKind
from network.naming import told_to

NOT_DECIDED = (DonationState.DRAFT, DonationState.ANNOUNCED)


@dataclass(frozen=True)
class Sheet:
    """Everything under the title of a lot."""

    lines: list[DonationLine]
    totals: dict[str, int]
    arrivals: Arrivals
    pick_ups: list[PickUp]
    deed: DeedAcceptance | None
    papers: list[DonationPaper]
    happened: list[Past] = field(default_factory=list)
    """What the timeline tells beside the moves of the lot."""
    devices: dict[str, int] = field(default_factory=dict)
    """How many are in each state, by its label, in the order of their life."""
    device_list: str = ""


def listed(donations: DonationQuerySet) -> DonationQuerySet:
    """Lots as their list shows them: units announced and accepted, names of the workshops."""
    lines = DonationLine.objects.filter(donation=OuterRef("pk")).order_by().values("donation")
    shares = (
        Allocation.objects.filter(donation=OuterRef("pk"), round=OuterRef("allocation_round"))
        .order_by()
        .values("donation")
    )
    return donations.select_related("donor", "origin_epci").annotate(
        units=Coalesce(Subquery(lines.annotate(total=Sum("quantity")).values("total")), Value(0)),
        accepted=Subquery(lines.annotate(total=Sum("decision__accepted")).values("total")),
        workshop_names=Subquery(
            shares.annotate(names=StringAgg("workshop__name", Value(", "), distinct=True)).values("names")
        ),
    )


def told_by_law(donation: Donation, lines: list[DonationLine]) -> list[DonationLine]:
    """The lines, each with what the law says against it (``refused``) while it may be corrected; one query."""
    law = gift_law(timezone.localdate()) if donation.state in NOT_DECIDED else None
    nature = DonorKind.PUBLIC if donation.donor.legal_nature == LegalNature.PUBLIC else DonorKind.PRIVATE
    public = (donation.donor_kind or nature) == DonorKind.PUBLIC
    for line in lines:
        line.refused = law.told_of(line, public=public) if law is not None else []
    return lines


def lines_of(donation: Donation, actor: Actor | None = None) -> list[DonationLine]:
    """The lines with their numbers, decision, shares of today (one's own for a workshop), explanation that holds.

    ``expected``: how many devices are still to be received, so that a difference is not one yet.
    """
    shares = Allocation.objects.filter(round=donation.allocation_round).select_related("workshop")
    if actor is not None and actor.kind == OrganisationKind.RECONDITIONER:
        shares = shares.filter(workshop=actor.organisation_id)
    lines = list(
        DonationLine.objects.reckoned()
        .filter(donation=donation)
        .annotate(expected=Count("devices", filter=Q(**{f"devices__{name}": EXPECTED[name] for name in EXPECTED})))
        .select_related("decision", "redirection")
        .prefetch_related(
            Prefetch("allocations", shares, to_attr="shares"),
            Prefetch("explanations", LineExplanation.objects.order_by("pk"), to_attr="said"),
        )
        .order_by("pk")
    )
    for line in lines:
        line.differs = not line.accepted == line.collected == line.received
        line.explanation = next((said for said in reversed(line.said) if _holds(said, line)), None)
        line.decided = getattr(line, "decision", None)
    return [*lines]


def _holds(said: LineExplanation, line: DonationLine) -> bool:
    """Whether an explanation was given for the numbers of now."""
    return (said.accepted, said.collected, said.received) == (line.accepted, line.collected, line.received)


def sheet_of(donation: Donation, actor: Actor) -> Sheet:
    """The sheet of a lot, in a constant number of queries."""
    lines = told_by_law(donation, lines_of(donation, actor))
    names = ("quantity", "accepted", "collected", "received")
    totals = {name: sum(getattr(line, name) for line in lines) for name in names}
    followed = units()
    arrivals = followed.arrivals(donation)
    pick_ups = PickUp.objects.visible_to(actor).filter(donation=donation)
    deeds = DeedAcceptance.objects.visible_to(actor).filter(donation=donation)
    accepted = list(deeds.select_related("accepted_by__user", "accepted_by__organisation", "text"))
    return Sheet(
        lines=lines,
        arrivals=arrivals,
        totals=totals | {"received": totals["received"] + arrivals.surplus},
        pick_ups=list(
            pick_ups.select_related("workshop", "signature").order_by(
                F("cancelled_at").desc(nulls_first=True), "starts_at"
            )
        ),
        deed=next((deed for deed in accepted if deed.round == donation.allocation_round), None),
        happened=[Past("Acte de don accepté", deed.accepted_at, _signer(deed, donation, actor)) for deed in accepted],
        papers=_papers(donation, actor),
        devices=followed.standing(donation, actor),
        device_list=followed.listed,
    )


def _signer(deed: DeedAcceptance, donation: Donation, actor: Actor) -> str:
    """Who bound the donor: part of the deed in force, so read by its parties; of a former one, as in a timeline."""
    is_in_force = deed.round == donation.allocation_round
    return str(deed.accepted_by) if is_in_force else told_to(deed.accepted_by, actor)


def _papers(donation: Donation, actor: Actor) -> list[DonationPaper]:
    """Newest first; one that a later one replaces says so."""
    papers = list(
        DonationPaper.objects.visible_to(actor).filter(donation=donation).select_related("document", "workshop")
    )
    later: set[tuple[str, int | None]] = set()
    for paper in papers:
        paper.is_replaced = paper.kind in RENEWED and (paper.kind, paper.workshop_id) in later
        later.add((paper.kind, paper.workshop_id))
    return papers
