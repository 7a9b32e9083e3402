"""The directory of those who prescribe: whoever signs in reads it, each structure keeps its own."""

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Value
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lifecycle.acting import Step, answer, asks_then_acts, may, posted
from lifecycle.pages import Pages
from lists.listing import Listing, lists
from network.filters import ServiceFilter
from network.forms.prescribers import ServiceForm
from network.models import PublicService
from network.models.directory import confirmed_before, prescribers
from network.models.territory import Alphabetical
from network.parameters import CONFIRM_MONTHS
from network.permissions import can_keep_service, is_pilot
from network.requests import Request
from network.services.directory import publish_public_service
from network.tables import ServiceFileTable, ServiceTable
from typography.french import Noun, day

SERVICE = Noun("fiche", "fiches", feminine=True)


@lists
def directory(request: Request) -> HttpResponseBase:
    """Where one prescribes: by commune, EPCI and sort of structure."""
    served = PublicService.communes.through.objects.filter(publicservice=OuterRef("pk"))
    rows = PublicService.objects.visible_to(request.membership).in_directory()
    page = Listing(
        request,
        rows=rows.select_related("organisation").annotate(
            places=ArraySubquery(served.order_by("commune__name").values("commune__name")),
            stale=Value(confirmed_before(timezone.localdate())),
            structure=F("organisation__name"),
        ),
        table=ServiceTable,
        exported=ServiceFileTable,
        noun=SERVICE,
        filters=ServiceFilter,
        empty="Aucune fiche pour l’instant\u00a0: chaque structure qui prescrit publie la sienne.",
    )
    keeps = can_keep_service(request.membership) is not None
    return page.respond("network/directory.html", keeps=keeps, leads=is_pilot(request.membership))


@require_safe
def public_service_detail(request: Request, reference: str) -> HttpResponse:
    """One service: how to reach it, whom it serves; for who keeps it, what there is to do and what happened."""
    row, today = visible_service(request, reference), timezone.localdate()
    context = {
        "public_service": row,
        "keeps": keeps(request, row),
        "step": _step(row, request),
        "is_stale": row.is_to_confirm(today),
        "communes": row.communes.select_related("epci").order_by(Alphabetical("epci__name"), Alphabetical("name")),
        "months": CONFIRM_MONTHS.on(today),
    }
    return render(request, "network/public_service_detail.html", context)


def _step(row: PublicService, request: Request) -> Step:
    """What is awaited of whoever reads."""
    if row.is_to_confirm(timezone.localdate()) and keeps(request, row):
        return Step(
            "", f"vérifiée le {day(row.confirmed_at)}\u00a0: dites qu’elle est encore juste, ou corrigez-la", "confirm"
        )
    return Step(f"Rien n’est attendu\u00a0: vérifiée le {day(row.confirmed_at)}", dated=False)


@asks_then_acts
def public_service_publish(request: Request) -> HttpResponse:
    """A service that is not in the directory yet."""
    actor = request.membership
    scope = can_keep_service(actor)
    may(scope)
    mine = prescribers().filter(pk=actor.organisation_id) if scope else prescribers()
    form = ServiceForm(posted(request), structures=mine)
    made = answer(request, form, lambda _: publish_public_service(actor=actor, **form.values()), None)
    if made is not None:
        messages.success(request, "Fiche publiée\u00a0: toute personne qui se connecte la lit dans l’annuaire.")
        return redirect("network:public_service_detail", reference=made.reference)
    return render(request, "network/public_service_form.html", {"form": form})


def keeps(request: Request, row: PublicService) -> bool:
    """Whether this entry is the reader's to keep."""
    scope = can_keep_service(request.membership)
    return scope is not None and (not scope or row.organisation_id == request.membership.organisation_id)


def visible_service(request: Request, reference: str) -> PublicService:
    """The entry, if the person may see it; else a 404."""
    rows = PublicService.objects.visible_to(request.membership).select_related("organisation")
    return get_object_or_404(rows, reference=reference)


SERVICE_PAGES = Pages(
    PublicService, visible_service, "network/actions/_public_service.html", done="{row}\u00a0: {done}."
)
"""What the pages of the verbs of an entry share."""
