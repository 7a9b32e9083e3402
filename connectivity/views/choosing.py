"""A household and its offers: look at them, choose one, note what was seen of what it asks."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from connectivity.documents import draw_comparison
from connectivity.eligibility import NOT_ASKED, AskedCondition
from connectivity.enums import LIVE, Channel, OfferVerdict
from connectivity.forms import connections as forms
from connectivity.models import ConnectionFile, Offer, OfferCondition
from connectivity.permissions import can_answer_connection, can_record_proof
from connectivity.services import connections as services
from connectivity.services.offers import OfferProposal, copper_of, offers_beside, offers_of_the_day
from connectivity.services.proofs import NOT_LIVE, record_proof
from connectivity.services.reach import check_address
from connectivity.versions import changes_between
from connectivity.views.connections import ACCESS, visible_connection, waiting_needs
from connectivity.views.stopped import is_out_of_reach
from documents.responses import drawn_response
from lifecycle.acting import answer, asks_then_acts, posted
from lifecycle.pages import Pages
from network.requests import Request
from prescriptions.models import Need
from prescriptions.permissions import can_follow_household
from prescriptions.services.households import record_access

PLAIN = "connectivity/actions/_connection.html"


def _reader(request: Request, connection: ConnectionFile) -> dict[str, Any]:
    """An operator comes from its queue, the others from the list of files."""
    return {"is_operator": can_answer_connection(request.membership) is not None}


CONNECTION_PAGES = Pages(ConnectionFile, visible_connection, PLAIN, context=_reader)
"""What the pages of the verbs of a file share."""


@asks_then_acts
def connection_propose(request: Request, reference: str) -> HttpResponse:
    """Look at the offers of the day for a need, and open its file."""
    need = get_object_or_404(
        waiting_needs(request).select_related("prescription__household", "prescription__commune"), reference=reference
    )
    record_access(actor=request.membership, household=need.prescription.household, what=ACCESS)
    form = forms.ConnectionProposeForm(posted(request))
    made = answer(
        request,
        form,
        lambda data: services.propose_connection(actor=request.membership, need=need, **data),
        need,
    )
    if made is not None:
        messages.success(request, f"Dossier {made.reference} ouvert. Choisissez une offre avec la personne.")
        return redirect("connectivity:connection_choose", reference=made.reference)
    context = {
        "need": need,
        "form": form,
        "proposals": offers_of_the_day(need=need),
        "beside": offers_beside(timezone.localdate()),
        "closure": copper_of(need, timezone.localdate()),
    }
    return render(request, "connectivity/connection_propose.html", context)


@require_safe
def comparison_sheet(request: Request, reference: str) -> FileResponse:
    """The offers of the day side by side, as a sheet to give: it names nobody and is kept nowhere."""
    need, file = _compared(request, reference)
    record_access(actor=request.membership, household=need.prescription.household, what=ACCESS)
    proposals = offers_of_the_day(need=need, file=file)
    closure = copper_of(need, timezone.localdate())
    beside = offers_beside(timezone.localdate())
    drawn = draw_comparison(need, proposals, closure, timezone.now(), beside)
    return drawn_response(drawn, "offres-de-connexion.pdf")


def _compared(request: Request, reference: str) -> tuple[Need, ConnectionFile | None]:
    """The need, with its live file if it has one, for whoever proposes to it or chooses with it; else a 404."""
    around = ("prescription__household", "prescription__commune", "prescription__prescriber")
    need = waiting_needs(request).select_related(*around).filter(reference=reference).first()
    if need is not None:
        return need, None
    seen = ConnectionFile.objects.visible_to(request.membership).filter(need__reference=reference, state__in=LIVE)
    if can_record_proof(request.membership) is None:
        raise Http404
    file = get_object_or_404(seen.select_related(*(f"need__{one}" for one in around)).order_by("-pk")[:1])
    return file.need, file


@asks_then_acts
def connection_choose(request: Request, reference: str) -> HttpResponse:
    """Choose one offer of the day, with the household's agreement."""
    connection = visible_connection(request, reference)
    if can_answer_connection(request.membership) is not None:
        raise PermissionDenied
    proposals = offers_of_the_day(need=connection.need, file=connection)
    newer = _newer(connection, [one.offer for one in proposals])
    chosen = {} if is_out_of_reach(connection) else {"offer": newer.pk if newer else connection.offer_id}
    return CONNECTION_PAGES.act(
        request,
        connection,
        "choose",
        forms.ConnectionChooseForm(posted(request), proposals=proposals, initial=chosen),
        services.choose_connection,
        done="Offre choisie. La fiche pour la famille est prête",
        template="connectivity/actions/choose.html",
        proposals=proposals,
        changes=changes_between(connection.offer, newer) if connection.offer and newer else [],
        closure=copper_of(connection.need, timezone.localdate()),
        nothing=all(one.verdict == OfferVerdict.NOT for one in proposals),
        unphoned=not connection.need.prescription.household.phone and any(_by_desk(one) for one in proposals),
        corrects=can_follow_household(request.membership) is not None,
    )


def _newer(connection: ConnectionFile, offers: list[Offer]) -> Offer | None:
    """The version in force of the offer that was chosen, which the household is asked again."""
    if not connection.is_replaced or connection.offer is None:
        return None
    return next((one for one in offers if one.code == connection.offer.code), None)


def _by_desk(proposal: OfferProposal) -> bool:
    """Whether an operator is asked for it, and may be."""
    return proposal.verdict != OfferVerdict.NOT and proposal.offer.channel == Channel.DESK


@asks_then_acts
def connection_proof(request: Request, reference: str) -> HttpResponse:
    """Note a proof that was looked at: it is not kept."""
    connection = visible_connection(request, reference)
    if can_record_proof(request.membership) is None:
        raise PermissionDenied
    form = forms.ConnectionProofForm(posted(request), asked=_asked(connection))
    return CONNECTION_PAGES.record(
        request,
        connection,
        form,
        record_proof,
        values=forms.ConnectionProofForm.proof,
        title="Noter une pièce vue",
        done="Pièce notée comme vue. Rien d’autre n’est gardé",
        submit="Noter",
        impossible="" if connection.state in LIVE else NOT_LIVE.sentence,
    )


@asks_then_acts
def connection_address(request: Request, reference: str) -> HttpResponse:
    """Note what comes to the address of the household: it wins over what is known of the commune."""
    connection = visible_connection(request, reference)
    if can_record_proof(request.membership) is None:
        raise PermissionDenied
    return CONNECTION_PAGES.record(
        request,
        connection,
        forms.ConnectionAddressForm(posted(request)),
        check_address,
        title="Noter ce qui arrive à l’adresse",
        done="Noté. C’est ce qui compte maintenant pour ce foyer",
        submit="Noter",
        impossible="" if connection.state in LIVE else NOT_LIVE.sentence,
    )


def _asked(connection: ConnectionFile) -> list[AskedCondition]:
    """What the chosen offer asks; before a choice, what the offers of the day ask, each rule once."""
    if connection.offer_id is not None:
        return [condition.asked for condition in OfferCondition.objects.filter(offer=connection.offer_id)]
    found: dict[str, AskedCondition] = {}
    for proposal in offers_of_the_day(need=connection.need, file=connection):
        for finding in proposal.assessment.findings:
            if finding.asked.rule not in NOT_ASKED:  # nothing is shown for it
                found.setdefault(finding.asked.rule, finding.asked)
    return list(found.values())
