"""What the page of a connection file shows to whoever reads it."""

from dataclasses import dataclass, field

from django.utils import timezone

from connectivity.eligibility import REACH, STILL_SOLD, WeighedCondition, assess
from connectivity.enums import UNDER_WAY, WITH_OPERATOR, Channel, ConnectionState, CurrentLine, Technology
from connectivity.models import (
    AddressCheck,
    ConnectionFile,
    ConnectionPaper,
    CopperClosure,
    ProblemAnswer,
    ProofSeen,
    ReachTold,
    Transmission,
)
from connectivity.models.closed_offer import closed_words
from connectivity.permissions import can_answer_connection
from connectivity.prices import price_of
from connectivity.services.offers import besides_of, copper_of, facts_of
from connectivity.services.reach import here_of
from connectivity.services.transmissions import corrections_of
from lifecycle.actors import Actor
from network.models import Organisation
from network.permissions import is_pilot
from prescriptions.models import Household

ASKED = (ConnectionState.CHOSEN, *WITH_OPERATOR)
"""Where a request goes to its operator, or is there."""


@dataclass
class Sheet:
    """``household``: for whoever serves it; ``told``: what the operator was told; neither is for everybody."""

    household: Household | None = None
    told: Transmission | None = None
    corrections: list[tuple[str, str, str]] = field(default_factory=list)
    proofs: list[ProofSeen] = field(default_factory=list)
    findings: tuple[WeighedCondition, ...] = ()
    price: str = ""
    how_to: str = ""
    """What its household does, as its own sheet says."""
    reached_at: Organisation | None = None
    """The operator that has the request, for whoever has to ask it something; and whether its page opens to them."""
    opens_operator: bool = False
    unphoned: bool = False
    """It has no number, and the request goes to an operator, or is there."""
    closure: CopperClosure | None = None
    on_copper: bool = False
    copper_months: int | None = None
    papers: list[ConnectionPaper] = field(default_factory=list)
    problems: list[ProblemAnswer] = field(default_factory=list)
    has_desk: bool = False
    reach_told: list[ReachTold] = field(default_factory=list)
    checks: list[AddressCheck] = field(default_factory=list)


def sheet_of(connection: ConnectionFile, actor: Actor) -> Sheet:
    """Everything about a file that this actor may read; a constant number of queries."""
    told = told_of(connection, actor)
    sheet = Sheet(
        told=told[0] if told else None,
        corrections=corrections_of(told, connection.sent_at),
        price=price_of(connection.offer) if connection.offer else "",
        papers=_papers(connection, actor),
        problems=problems_of(connection, actor),
        has_desk=connection.channel == Channel.DESK,
    )
    if can_answer_connection(actor) is not None:
        return sheet
    need, day = connection.need, timezone.localdate()
    sheet.household = need.prescription.household
    sheet.proofs = list(ProofSeen.objects.visible_to(actor).filter(file=connection).select_related("seen_by__user"))
    there = AddressCheck.objects.of_the_address().filter(file=connection)
    sheet.checks = list(there.select_related("checked_by__organisation"))
    sheet.closure = copper_of(need, day)
    looking = connection.state in UNDER_WAY and connection.current_line == CurrentLine.COPPER
    offer = connection.offer if connection.state == "active" else None
    sheet.on_copper = looking or (offer is not None and offer.technology == Technology.COPPER)
    if sheet.closure is not None:
        sheet.copper_months = max(0, round((sheet.closure.technical_on - day).days / 30.4))
    sheet.unphoned = is_unphoned(connection)
    if connection.state in WITH_OPERATOR and connection.operator is not None:
        sheet.reached_at = connection.operator
        sheet.opens_operator = connection.operator.is_active or is_pilot(actor)
    if connection.offer is not None:
        asked = [condition.asked for condition in connection.offer.conditions.all()]
        copper = sheet.closure.copper if sheet.closure else None
        here = here_of(need.prescription.commune_id, day, connection, need.prescription.household_id)
        sought = connection.state in (ConnectionState.CHOSEN, ConnectionState.PROBLEM)
        word = closed_words().get(connection.offer.pk) if sought else None
        weighed = besides_of(connection.offer, here, word)
        besides = [one for one in weighed if connection.dead_end or one.asked.rule in (REACH, STILL_SOLD)]
        sheet.how_to = connection.offer.told_to(called=bool(sheet.household.phone) or sheet.household.veiled)
        sheet.findings = assess(asked, facts_of(need), copper, day, besides).findings
        sheet.reach_told = list(ReachTold.objects.filter(file=connection).select_related("offer"))
    return sheet


def is_unphoned(connection: ConnectionFile) -> bool:
    """Whether an operator is asked for a household that it cannot call; no word of one that is veiled."""
    household = connection.need.prescription.household
    asked = connection.channel == Channel.DESK and connection.state in ASKED
    return asked and not household.phone and not household.veiled


def told_of(connection: ConnectionFile, actor: Actor) -> list[Transmission]:
    """What the operator was told, for whoever may read it, the last first."""
    return list(Transmission.objects.visible_to(actor).filter(file=connection))


def problems_of(connection: ConnectionFile, actor: Actor) -> list[ProblemAnswer]:
    """The problems that were reported of a file and answered, the last one first."""
    rows = ProblemAnswer.objects.visible_to(actor).filter(file=connection)
    return list(rows.select_related("operator", "answered_by__user"))


def _papers(connection: ConnectionFile, actor: Actor) -> list[ConnectionPaper]:
    """The papers that hold: the last one of each kind."""
    last: dict[str, ConnectionPaper] = {}
    for paper in ConnectionPaper.objects.visible_to(actor).filter(file=connection).select_related("document"):
        last.setdefault(paper.kind, paper)
    return list(last.values())
