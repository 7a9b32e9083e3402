"""The papers of connection: a sheet for the family, the file of an operator. Frozen at the verb that makes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connectivity.eligibility import NOT_ASKED, REACH, AskedCondition
from connectivity.enums import ConnectionPaperKind, ConnectionState, OfferVerdict, ProofKind
from connectivity.models import ConnectionFile, ConnectionPaper, CopperClosure, Offer, Transmission
from connectivity.own_line import visit_told
from connectivity.prices import YEARS, price_of
from connectivity.services.offers import OfferProposal
from documents.kinds import register_kind
from documents.paper import render_pdf
from documents.services import freeze_document
from lifecycle.registry import Move
from prescriptions.models import Need
from prescriptions.own_papers import OWN_PAGE, leads_to_request
from typography.french import by_pairs, euros, written_day

KINDS = {ConnectionPaperKind.FAMILY: "connection_family", ConnectionPaperKind.OPERATOR: "connection_operator"}

FOR_HOUSEHOLD = "Votre connexion"
"""The title of the sheet of a household."""


def register_kinds() -> None:
    """Declare the papers and their templates."""
    for kind, code in KINDS.items():
        register_kind(code, str(kind.label), f"documents/connectivity/{code}.html")
    family = KINDS[ConnectionPaperKind.FAMILY]
    template = f"documents/connectivity/{family}_2.html"
    register_kind(
        family, str(ConnectionPaperKind.FAMILY.label), template, version=2, for_household=True, opens=OWN_PAGE
    )
    leads_to_request(family, _request_of)


def freeze_family_sheet(file: ConnectionFile, move: Move) -> ConnectionPaper:
    """What the family does: one thing at the top, what to prepare, what it costs, whom to call.

    The one thing is what the offer of the day says, in its own words; once a day is set, that day and nothing else.
    """
    household, offer = file.need.prescription.household, _offer(file)
    asked = [condition.asked for condition in offer.conditions.all()]
    values = {
        "reference": file.reference,
        "name": household.name,
        "offer": offer.name,
        "operator": offer.operator_name,
        "price": _paid(file) or price_of(offer),
        "todo": _appointment(file) or offer.told_to(called=bool(household.phone)),
        "phone": by_pairs(offer.phone),
        "url": offer.url,
        "bring": [str(ProofKind(one.proof).label) for one in asked if one.proof not in ("none", "declaration")],
        "commitment_months": offer.commitment_months,
        "prescriber": file.need.prescription.prescriber.name,
        "prescriber_phone": by_pairs(file.need.prescription.prescriber.phone),
    }
    return _freeze(ConnectionPaperKind.FAMILY, file, values, move)


def draw_comparison(
    need: Need,
    proposals: Sequence[OfferProposal],
    closure: CopperClosure | None,
    at: datetime,
    beside: Sequence[Offer] = (),
) -> bytes:
    """The offers of the day side by side, for a household to take home: what each asks and costs, and why not.

    It names nobody and is kept nowhere here: drawn when it is opened.
    """
    possible = [(one, _to_show(one)) for one in proposals if one.verdict != OfferVerdict.NOT]
    impossible = [(one, _why_not(one)) for one in proposals if one.verdict == OfferVerdict.NOT]
    reached = [(one, told) for one, _ in possible if (told := _reach_of(one))]
    prescriber = need.prescription.prescriber
    return render_pdf(
        "documents/connectivity/comparison.html",
        {
            "kind": need.get_kind_display(),
            "possible": possible,
            "impossible": impossible,
            "reached": reached,
            "closure": closure,
            "beside": beside,
            "years": YEARS,
            "prescriber": prescriber.name,
            "prescriber_phone": by_pairs(prescriber.phone),
        },
        title="Vos offres de connexion",
        identifier="Comparaison des offres",
        date=at,
    )


def _to_show(proposal: OfferProposal) -> list[str]:
    """What is missing, as the household reads it: the condition, and the paper to show."""
    return [_missing(finding.asked) for finding in proposal.assessment.missing]


def _missing(asked: AskedCondition) -> str:
    if asked.rule == REACH:
        return "vérifier que cela arrive à votre adresse"
    if asked.proof in (ProofKind.NONE, ProofKind.DECLARATION):
        return asked.label
    return f"{asked.label} (à montrer\u00a0: {ProofKind(asked.proof).label})"


def _why_not(proposal: OfferProposal) -> list[str]:
    """What forbids it; what the household does not show, in the words of what is known."""
    against = proposal.assessment.against
    return [finding.sentence if finding.asked.rule in NOT_ASKED else finding.asked.label for finding in against]


def _reach_of(proposal: OfferProposal) -> str:
    """What is known of the home of the household for this offer; empty for what is had elsewhere."""
    found = (finding.sentence for finding in proposal.assessment.findings if finding.asked.rule == REACH)
    return next(found, "")


def freeze_operator_file(file: ConnectionFile, told: Transmission, move: Move) -> ConnectionPaper:
    """What the operator is told, on paper: the same as on its screen, and nothing else."""
    values = {
        "reference": file.reference,
        "offer": told.offer_name,
        "operator": told.operator.name,
        "sent_at": told.sent_at,
        "sent_on": written_day(told.sent_at),
        "proofs_seen": told.proofs_seen,
        **{name: getattr(told, name) for name in Transmission.PERSONAL},
        "phone": by_pairs(told.phone),
    }
    return _freeze(ConnectionPaperKind.OPERATOR, file, values, move, operator=told.operator_id)


def _freeze(
    kind: ConnectionPaperKind, file: ConnectionFile, values: dict[str, Any], move: Move, operator: int | None = None
) -> ConnectionPaper:
    document = freeze_document(
        kind=KINDS[kind],
        owner=("connection", file.pk),
        values=values,
        by=move.actor,
        at=move.at,
        title=FOR_HOUSEHOLD if kind == ConnectionPaperKind.FAMILY else f"{kind.label} {file.reference}",
    )
    return ConnectionPaper.objects.create(file=file, kind=kind, operator_id=operator, document=document)


def _request_of(document: int) -> int | None:
    papers = ConnectionPaper.objects.filter(document=document)
    return papers.values_list("file__need__prescription", flat=True).first()


def _offer(file: ConnectionFile) -> Offer:
    assert file.offer is not None
    return file.offer


def _paid(file: ConnectionFile) -> str:
    """What the line costs once it works; empty before."""
    if file.state != ConnectionState.ACTIVE or file.monthly_price is None:
        return ""
    return f"{euros(file.monthly_price)} {_offer(file).get_period_display()}"


def _appointment(file: ConnectionFile) -> str:
    """What the household does once a day is set; empty until then. A mobile line has no technician."""
    if file.state == ConnectionState.ACTIVE:
        return f"Votre ligne marche depuis le {written_day(file.started_on)}\u00a0: gardez cette feuille."
    return str(visit_told(file))
