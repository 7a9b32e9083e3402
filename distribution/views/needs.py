"""Needs in the order they are served, with the devices that suit; the devices of one need; derogations."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, Window
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from distribution.enums import SERVES
from distribution.filters import WaitingNeedFilter
from distribution.forms.households import BeforeItsTurnForm, DerogationForm, NeedFindForm
from distribution.machine.order_rules import ahead_of, jumped
from distribution.models import Derogation, DerogationRequest, HandOver
from distribution.permissions import can_grant_derogation, can_serve_device, sees_derogations
from distribution.services.hand_overs import co_funding_kept, grant_derogation, reserve_device
from distribution.serving import on_the_shelf, served_today
from distribution.tables import DerogationTable, QueuedNeedTable
from lifecycle.acting import answer, asks_then_acts, posted
from lifecycle.machine import Context
from lists.listing import Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.against import decided_against
from prescriptions.models import Need, rank_of, served_before_turn
from prescriptions.models.need import twin_served
from prescriptions.permissions import can_drop_need, sees_facts
from prescriptions.services.households import record_access
from prescriptions.views.rows import named_by
from prescriptions.views.same_household import asked_twice, same_household
from reference.parameters import ValuesOfDay, parameters_on
from refurb.models import Device
from typography.french import Noun

DONE = "{device}\u00a0: réservé pour le besoin {need}. La fiche d’achat est prête."
ACCESS = "need_choose"
"""What the log of accesses says when a device is chosen for a household."""
WAITING = Noun("besoin en attente", "besoins en attente")
DEROGATION = Noun("dérogation accordée", "dérogations accordées", feminine=True)
PER_PAGE = 20
COUNTED = timedelta(days=365)
"""Over how long the needs served before their turn are counted."""
TODAY, LATER = "today", "later"
"""What the shelf serves today, what it does not."""
SHOWN = 3
"""How many suitable devices of one need the list shows; its own page has them all."""


@dataclass
class Queued:
    """A need that waits, with what suits it."""

    need: Any
    rank: int
    """Its place in the whole queue, whatever narrows the list."""
    suits: list[Device] = field(default_factory=list)
    asked_too: str = ""
    """Where the same is asked for the same household."""

    @property
    def first(self) -> list[Device]:
        return self.suits[:SHOWN]

    @property
    def waiting_points(self) -> int:
        points: int = self.need.points - self.need.territory_points - self.need.use_points
        return points


@dataclass(frozen=True)
class Tab:
    """A part of the queue, how many needs are in it, and where it is."""

    label: str
    count: int
    url: str
    current: bool


@lists
def need_queue(request: Request) -> HttpResponseBase:
    """The needs of equipment that wait, the first to be served first; a constant number of queries.

    It opens on those that the shelf can serve today, when there is one; a tab leads to the others, one to all.
    Those whose household answered no, or whose file is kept aside, are apart: nothing is reserved for them.
    """
    actor = request.membership
    _may_serve(request)
    waiting = Need.objects.visible_to(actor).waiting().filter(kind__in=SERVES)
    numbers = parameters_on(timezone.localdate())
    today = ExpressionWrapper(served_today(on_the_shelf(actor, timezone.now(), numbers)), BooleanField())
    wanted = waiting.free_to_serve().annotate(derogated=_derogated(), twin=twin_served(), is_today=today)
    ranked = wanted.ranked(numbers=numbers).select_related("prescription__household", "epci")
    page = Listing(
        request,
        rows=ranked.annotate(served=Window(Count("pk", filter=Q(is_today=True)))),
        table=QueuedNeedTable,
        noun=WAITING,
        filters=WaitingNeedFilter,
        named=named_by(request, "prescription__household"),
        per_page=PER_PAGE,
        opens_on=f"served={TODAY}" if not request.GET and wanted.filter(is_today=True).exists() else "",
    )
    if (answered := page.answered()) is not None:
        return answered
    shelf = list(available_to(request, numbers))
    twice = asked_twice(page.records, actor)
    ranks = _ranks(page, ranked)
    free = waiting.free_to_serve().values("pk")
    apart = waiting.exclude(pk__in=free).select_related("prescription").order_by("prescription__declined_at", "pk")
    return page.shown(
        "distribution/need_queue.html",
        page=page.table.page,
        queued=[Queued(need, ranks[need.pk], _suiting(shelf, need), twice.get(need.pk, "")) for need in page.records],
        whole=len(ranks) if page.narrowed else 0,
        tabs=_tabs(page),
        kept_aside=[need for need in apart if need.prescription.declined_at is None],
        declined=[need for need in apart if need.prescription.declined_at is not None],
        drops=can_drop_need(actor) is not None,
    )


def _suiting(shelf: list[Device], need: Any) -> list[Device]:
    """What may be reserved for it: nothing once it is served in another file of its household."""
    return [] if need.twin else [one for one in shelf if suits(one, need)]


def _tabs(page: Listing) -> list[Tab]:
    """What the shelf serves today, what it does not, all: as many as each shows, the other criteria kept."""
    chosen = page.filter.form.cleaned_data.get("served") if page.filter.form.is_valid() else ""
    total = page.without("served").count() if chosen else page.count
    if chosen:
        served = page.count if chosen == TODAY else total - page.count
    else:
        served = page.records[0].served if page.records else 0
    return [
        Tab("À servir aujourd’hui", served, page.url(served=TODAY), chosen == TODAY),
        Tab("Pas aujourd’hui", total - served, page.url(served=LATER), chosen == LATER),
        Tab("Tous", total, page.url(without="served"), not chosen),
    ]


def _ranks(page: Listing, ranked: Any) -> dict[int, int]:
    """``{need pk: its place in the whole queue}``: of those on the page, or of all once something narrows the list."""
    if not page.narrowed:
        return {need.pk: rank for rank, need in enumerate(page.records, start=page.table.page.start_index())}
    return {pk: rank for rank, pk in enumerate(ranked.values_list("pk", flat=True), start=1)}


@asks_then_acts
def need_choose(request: Request, reference: str) -> HttpResponse:
    """All the devices that suit one need, its rank explained; one button reserves at the device's own price.

    When others with a better rank could be given one of them, it says how many and asks why this one passes before.
    """
    actor = request.membership
    _may_serve(request)
    need = visible_need(request, reference)
    error, form = None, BeforeItsTurnForm(posted(request))
    if request.method == "POST":
        device = available_to(request).filter(reference=request.POST.get("device", "")).first()
        if device is None:
            error = "Choisissez un appareil disponible."
        elif answer(request, form, lambda data: reserve_device(actor=actor, device=device, need=need, **data), None):
            messages.success(request, DONE.format(device=device, need=need.reference))
            return redirect("refurb:device_detail", reference=device.reference)
    record_access(actor=actor, household=need.prescription.household, what=ACCESS)
    shelf = [device for device in available_to(request) if device.type in SERVES.get(need.kind, ())]
    fits = [device for device in shelf if suits(device, need)]
    before = ahead_of(Context(timezone.now(), actor), {device.pk: {"need": need.pk} for device in fits})
    context = {
        "need": need,
        "household": need.prescription.household,
        "rank": rank_of(need),
        "same": same_household(need.prescription.household, actor, [need], need.prescription),
        "suits": fits,
        "jumped": jumped(most) if (most := max(before.values(), default=0)) else "",
        "form": form,
        "elsewhere": [device for device in shelf if not suits(device, need)],
        "derogation": Derogation.objects.filter(need=need).first(),
        "held": Device.objects.visible_to(actor).serving(need).first(),
        "error": error,
        "kept": co_funding_kept([need.pk]).get(need.pk),
    }
    return render(request, "distribution/need_choose.html", context)


@lists
def derogation_list(request: Request) -> HttpResponseBase:
    """The derogations granted, counted apart, and the needs served before their turn, by reason.

    The pilot finds a need by its reference.
    """
    actor = request.membership
    if sees_derogations(actor) is None:
        raise PermissionDenied
    form = NeedFindForm(request.GET if "reference" in request.GET else None)
    if form.is_valid():
        need = Need.objects.visible_to(actor).filter(reference=form.cleaned_data["reference"]).first()
        if need is not None:
            return redirect("distribution:derogation_grant", reference=need.reference)
        form.add_error("reference", "Aucun besoin ne porte cette référence.")
    granted = Derogation.objects.visible_to(actor).select_related("need__epci", "granted_by__user")
    page = Listing(request, rows=granted, table=DerogationTable, noun=DEROGATION)
    since = timezone.now() - COUNTED
    return page.respond(
        "distribution/derogation_list.html",
        form=form,
        grants=is_pilot(actor),
        since=since,
        served=Derogation.objects.visible_to(actor).served_since(since),
        before_turn=served_before_turn(actor, since),
        against=decided_against(actor, since) if sees_facts(actor) else [],
    )


@asks_then_acts
def derogation_grant(request: Request, reference: str) -> HttpResponse:
    """The pilot writes why a device of another territory may serve this need."""
    actor = request.membership
    if can_grant_derogation(actor) is None:
        raise PermissionDenied
    need = visible_need(request, reference)
    asked = DerogationRequest.objects.visible_to(actor).pending().filter(need=need).first()
    form = DerogationForm(posted(request), initial={"kind": asked.kind} if asked else {})
    granted = answer(request, form, lambda data: grant_derogation(actor=actor, need=need, **data), need)
    if granted is not None:
        messages.success(request, f"Dérogation accordée pour le besoin {need.reference}.")
        return redirect("distribution:derogation_list")
    context = {
        "form": form,
        "row": need,
        "need": need,
        "already": Derogation.objects.filter(need=need).first(),
        "is_asked": asked is not None,
        "title": "Accorder une dérogation",
        "submit": "Accorder la dérogation",
        "back": reverse("distribution:derogation_list"),
    }
    return render(request, "distribution/actions/derogation_grant.html", context)


def available_to(request: Request, numbers: ValuesOfDay | None = None) -> Any:
    """What is on the shelf of one's points and may still be handed over, the longest there first."""
    return (
        on_the_shelf(request.membership, timezone.now(), numbers)
        .select_related("point", "convention_epci", "convention__epci_party")
        .annotate(promised=Exists(HandOver.objects.prepared_exchanges().filter(device=OuterRef("pk"))))
        .order_by("available_at", "pk")
    )


def suits(device: Device, need: Any) -> bool:
    """Of a type that serves the need, in its territory unless a derogation was granted (``need.derogated``).

    None suits a need whose household answered that it needs it no more.
    """
    here = device.convention is not None and need.epci_id in device.convention.territories
    wanted = need.prescription.declined_at is None
    return wanted and device.type in SERVES.get(need.kind, ()) and (here or need.derogated)


def visible_need(request: Request, reference: str) -> Any:
    """The need of equipment, if the person may see it; else a 404."""
    seen = Need.objects.visible_to(request.membership).filter(kind__in=SERVES).annotate(derogated=_derogated())
    linked = seen.select_related("prescription__household__commune", "prescription__prescriber", "epci")
    return get_object_or_404(linked, reference=reference)


def needs_for(request: Request, device: Device) -> Any:
    """The needs that a device could serve, in the order they are served."""
    kinds = [kind for kind, types in SERVES.items() if device.type in types]
    waiting = Need.objects.visible_to(request.membership).waiting().free_to_serve().filter(kind__in=kinds)
    territories = device.convention.territories if device.convention is not None else set()
    here = Q(epci__in=territories) | Q(derogation__isnull=False)
    return waiting.filter(here).ranked().select_related("prescription__household", "epci")


def _derogated() -> Exists:
    return Exists(Derogation.objects.filter(need=OuterRef("pk")))


def _may_serve(request: Request) -> None:
    if can_serve_device(request.membership) is None:
        raise PermissionDenied
