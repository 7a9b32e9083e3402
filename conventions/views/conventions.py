"""Conventions as one reads them: the list, one of them, its papers."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from conventions.documents import draw_project
from conventions.enums import ALIVE
from conventions.filters import ConventionFilter
from conventions.machine.ending_rules import party_of
from conventions.models import Convention, ConventionPaper, EndNotice
from conventions.notices import notices_of, own_of
from conventions.opinions import last_reopened
from conventions.permissions import can_edit_convention, prepares_conventions, sees_conventions
from conventions.tables import ConventionTable
from conventions.views.drawing import drawn
from conventions.views.former import former_signatures
from conventions.views.remarks import tell_remarks
from conventions.views.sheet import sheet_of
from conventions.views.steps import next_step, step_of
from documents.responses import document_response, drawn_response
from lifecycle.actors import Actor
from lifecycle.machine import Context
from lifecycle.pages import Pages
from lists.listing import Listing, lists
from network.enums import OrganisationKind
from network.requests import Request
from typography.french import Noun

CONVENTION = Noun("convention ou avenant", "conventions et avenants", feminine=True)
OWN_COLUMN = {
    OrganisationKind.EPCI: ["epci_party"],
    OrganisationKind.RECONDITIONER: ["workshop"],
    OrganisationKind.DISTRIBUTOR: ["distributor"],
}
"""Columns that say the same on every row to people of these kinds."""
SHOWN = ("epci", "epci_party", "workshop", "distributor")
"""What every page of a convention says of it; more links take longer to plan than the page to read."""


@lists
def convention_list(request: Request) -> HttpResponseBase:
    """The conventions one may see, the newest first."""
    actor = request.membership
    seen = Convention.objects.visible_to(actor).select_related("epci_party", "workshop", "distributor")
    can_create = prepares_conventions(actor)
    page = Listing(
        request,
        rows=seen,
        table=ConventionTable,
        noun=CONVENTION,
        filters=ConventionFilter,
        exclude=OWN_COLUMN.get(OrganisationKind(actor.kind), []),
        empty="Aucune convention pour l’instant. Préparez-en une\u00a0: elle apparaîtra ici avec son avancement."
        if can_create
        else "Aucune convention pour l’instant. Une convention apparaît ici quand l’EPCI vous la soumet.",
    )
    return page.respond(
        "conventions/convention_list.html", can_create=can_create, sees_conventions=sees_conventions(actor) is not None
    )


@require_safe
def convention_detail(request: Request, reference: str) -> HttpResponse:
    """One convention: who acts next, what may be done, terms, reviews, signatures, papers, timeline, circuit."""
    convention = visible_convention(request, reference)
    sheet = sheet_of(convention, request.membership)
    acts = acts_for(convention, request.membership)
    former = former_signatures(convention, request.membership)
    tell_remarks(sheet, request.membership, writes=acts, former=former)
    notices = notices_of(convention, timezone.localdate())
    context = {
        "convention": convention,
        "sheet": sheet,
        "former_signatures": former,
        "reopened": last_reopened(convention) if convention.round else None,
        "step": next_step(convention, request.membership, sheet),
        "stages": drawn(convention, sheet),
        "notices": notices,
        "can_write": acts and convention.is_written,
        "without": _told_elsewhere(convention, request.membership, notices),
        "can_amend": acts and convention.amends_id is None and convention.state in ALIVE,
    }
    return render(request, "conventions/convention_detail.html", context)


def _told_elsewhere(convention: Convention, actor: Actor, notices: list[EndNotice]) -> str:
    """The verbs of which nothing is said: there is no end to answer, or one is proposed already.

    So of the notice of one's own party: whoever has none pending ends nothing alone and takes nothing back.
    """
    together = "agree_end record_end decline_end" if convention.end_proposed_at is None else "propose_end"
    own = own_of([notice for notice in notices if notice.alone], party_of(Context(timezone.now(), actor)))
    return f"{together} {'terminate take_back_notice' if own is None else 'give_notice'}"


@require_safe
def convention_paper(request: Request, reference: str, pk: int) -> FileResponse:
    """The PDF of the convention, or of its page of signatures."""
    convention = visible_convention(request, reference)
    papers = ConventionPaper.objects.visible_to(request.membership).filter(convention=convention)
    return document_response(get_object_or_404(papers.select_related("document"), pk=pk).document)


@require_safe
def convention_project(request: Request, reference: str) -> HttpResponseBase:
    """The PDF of a text that is not agreed on yet, drawn as it stands; once there is a document, that is the one."""
    convention = visible_convention(request, reference)
    if not convention.is_project:
        messages.info(request, "Ce texte n’est plus un projet\u00a0: ses documents sont ci-dessous.")
        return redirect(reverse("conventions:convention_detail", args=[reference]) + "#papers")
    return drawn_response(draw_project(convention, timezone.now()), f"projet-{convention.reference}.pdf")


def visible_convention(request: Request, reference: str) -> Convention:
    """The convention, if the person may see it; else a 404."""
    seen = Convention.objects.visible_to(request.membership).select_related(*SHOWN)
    return get_object_or_404(seen, reference=reference)


CONVENTION_PAGES = Pages(Convention, visible_convention, "conventions/actions/_convention.html", step=step_of)
"""What the pages of the verbs of a convention share."""


def acts_for(convention: Convention, actor: Actor) -> bool:
    """Whether the organisation of this person writes this convention."""
    scope = can_edit_convention(actor)
    return scope is not None and Convention.objects.filter(scope, pk=convention.pk).exists()
