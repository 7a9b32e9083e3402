"""Connection files as one reads them: lists, one of them, its papers; the offers of the day, the end of copper."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from connectivity.filters.connections import ClosureFilter, ConnectionFilter, WaitingFilter
from connectivity.forms.connections import ConnectionAbandonForm
from connectivity.models import ConnectionFile, ConnectionPaper, CopperClosure, Offer
from connectivity.models.closed_offer import closed_words
from connectivity.permissions import (
    can_abandon_connection,
    can_answer_connection,
    can_propose_connection,
    can_record_proof,
    can_send_connection,
    sees_connections,
    sees_offers,
)
from connectivity.prices import checked_since, reliability_of
from connectivity.services.sets import abandon_connections, send_connections
from connectivity.tables.connections import ClosureTable, ConnectionTable, OfferTable, WaitingNeedTable
from connectivity.views.line_sheet import line_sheet_of
from connectivity.views.sheet import sheet_of
from connectivity.views.steps import next_step, or_still_to_tell
from connectivity.views.stopped import TO_CORRECT
from documents.responses import document_response
from lifecycle.journal import last_move
from lifecycle.sets import SetVerb
from lists.listing import Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.enums import CONNECTION_KINDS
from prescriptions.forms.asking import CommentForm
from prescriptions.models import Need
from prescriptions.permissions import can_follow_household
from prescriptions.services.households import record_access
from prescriptions.views.rows import named_by, veil
from reference.families import family_of
from typography.french import Noun

FILE = Noun("dossier", "dossiers")
NEED = Noun("besoin", "besoins")
OFFER = Noun("offre", "offres", feminine=True)
COMMUNE = Noun("commune", "communes", feminine=True)
SETS = (
    SetVerb(ConnectionFile, "send", CommentForm, can_send_connection, send_connections),
    SetVerb(ConnectionFile, "abandon", ConnectionAbandonForm, can_abandon_connection, abandon_connections),
)
ACCESS = "connection"
"""How the log of accesses calls these pages."""


@lists
def connection_list(request: Request) -> HttpResponseBase:
    """The files one follows, those that moved last first; an operator is led to its queue."""
    actor = request.membership
    if can_answer_connection(actor) is not None:
        return redirect("connectivity:queue")
    files = ConnectionFile.objects.visible_to(actor).select_related("need__prescription__household", "offer", "epci")
    page = Listing(
        request,
        rows=files.annotate(last_move=last_move(ConnectionFile)),
        table=ConnectionTable,
        noun=FILE,
        filters=ConnectionFilter,
        exclude=["household"] if is_pilot(actor) else [],
        sets=SETS,
        empty="Aucun dossier de connexion pour l’instant. Un dossier s’ouvre quand on propose des offres à un foyer "
        "dont le besoin attend.",
        named=named_by(request, "need__prescription__household"),
    )
    return page.respond(
        "connectivity/connection_list.html",
        proposes=can_propose_connection(actor) is not None,
        sees_files=sees_connections(actor) is not None,
    )


@lists
def waiting_list(request: Request) -> HttpResponseBase:
    """The needs of connection that wait, of the households one serves: the first accepted first."""
    if can_propose_connection(request.membership) is None:
        raise PermissionDenied
    needs = waiting_needs(request).select_related("prescription__household", "epci").order_by("accepted_at", "pk")
    page = Listing(
        request,
        rows=needs,
        table=WaitingNeedTable,
        noun=NEED,
        filters=WaitingFilter,
        empty="Aucun besoin de connexion n’attend. Il en apparaît un ici quand une prescription est acceptée.",
        named=named_by(request, "prescription__household"),
    )
    return page.respond("connectivity/waiting_list.html")


@require_safe
def connection_detail(request: Request, reference: str) -> HttpResponse:
    """One file: who acts next, what may be done, the offer, the proofs, copper, papers, timeline."""
    connection = visible_connection(request, reference)
    actor = request.membership
    line = line_sheet_of(connection, actor)
    step = or_still_to_tell(next_step(connection, actor), None if line is None else line.notice)
    context = {
        "connection": connection,
        "step": step,
        "is_to_correct": step.label == TO_CORRECT,
        "sheet": sheet_of(connection, actor),
        "line": line,
        "records": can_record_proof(actor) is not None,
        "is_operator": can_answer_connection(actor) is not None,
        "corrects": can_follow_household(actor) is not None,
    }
    return render(request, "connectivity/connection_detail.html", context)


@require_safe
def connection_paper(request: Request, reference: str, pk: int) -> FileResponse:
    """The PDF of a sheet for the family, or of the file of an operator."""
    connection = visible_connection(request, reference)
    papers = ConnectionPaper.objects.visible_to(request.membership).filter(file=connection)
    return document_response(get_object_or_404(papers.select_related("document"), pk=pk).document)


@lists
def offer_list(request: Request) -> HttpResponseBase:
    """The offers in force today, with their conditions and how sure they are."""
    if not sees_offers(request.membership):
        raise PermissionDenied
    offers = Offer.objects.visible_to(request.membership).on(timezone.localdate())
    offers = offers.select_related("operator").prefetch_related("conditions")
    page = Listing(
        request,
        rows=offers.order_by("name"),
        table=OfferTable,
        noun=OFFER,
        empty="Aucune offre en vigueur aujourd’hui. Le catalogue se charge avec les données de référence.",
    )
    return page.respond("connectivity/offer_list.html")


@require_safe
def offer_detail(request: Request, code: str) -> HttpResponse:
    """One offer in all its versions, the last first: what each said, from when, by which source."""
    if not sees_offers(request.membership):
        raise PermissionDenied
    seen = Offer.objects.visible_to(request.membership).filter(code=code)
    versions = list(seen.prefetch_related("conditions").order_by("-valid_from", "-pk"))
    if not versions:
        raise Http404
    today = timezone.localdate()
    since = checked_since(today)
    in_force = Offer.objects.on(today).filter(code=code).values_list("pk", flat=True).first()
    current = next((one for one in versions if one.pk == in_force), None)
    context = {
        "offer": current or versions[0],
        "is_current": current is not None,
        "is_to_come": versions[-1].valid_from > today,
        "today": today,
        "closed": closed_words().get(current.pk) if current is not None else None,
        "versions": [(one, reliability_of(one, since)) for one in versions],
        "lines": ConnectionFile.objects.visible_to(request.membership).filter(offer__code=code).count(),
        "keeps": is_pilot(request.membership),
        "family": family_of(Offer),
    }
    return render(request, "connectivity/offer_detail.html", context)


@lists
def closure_list(request: Request) -> HttpResponseBase:
    """When copper closes, commune by commune."""
    closures = CopperClosure.objects.visible_to(request.membership).on(timezone.localdate())
    page = Listing(
        request,
        rows=closures.select_related("commune__epci"),
        table=ClosureTable,
        noun=COMMUNE,
        filters=ClosureFilter,
        empty="Aucune fermeture annoncée\u00a0: les dates apparaissent ici quand l’opérateur du réseau les publie.",
    )
    return page.respond("connectivity/closure_list.html")


def visible_connection(request: Request, reference: str) -> ConnectionFile:
    """The file, if the person may see it; else a 404. The opening of its household’s file is recorded."""
    seen = ConnectionFile.objects.visible_to(request.membership).select_related(
        "need__prescription__household__commune",
        "need__prescription__commune",
        "need__prescription__prescriber",
        "offer",
        "operator",
        "epci",
    )
    connection = get_object_or_404(seen, reference=reference)
    household = connection.need.prescription.household
    record_access(actor=request.membership, household=household, what=ACCESS)
    veil(household, request.membership)
    return connection


def waiting_needs(request: Request) -> "QuerySet[Any]":
    """The needs of connection for which one may propose offers."""
    seen = Need.objects.visible_to(request.membership).waiting().filter(kind__in=CONNECTION_KINDS)
    scope = can_propose_connection(request.membership)
    if scope is None:
        return seen.none()
    role = "prescriber" if request.membership.kind == "prescriber" else "distributor"
    return seen.filter(**{f"prescription__{role}": request.membership.organisation_id})
