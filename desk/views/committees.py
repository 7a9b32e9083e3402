"""The agenda of the committees, for the pilot: the dates, and what each has to decide."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.forms import CommitteeForm, CommitteeMoveForm
from desk.models import Committee
from desk.services.committees import cancel_committee, move_committee, plan_committee
from desk.todo.blocks import arranged
from desk.todo.pilots import to_decide
from desk.views.administration import pilot_only
from donations.models import Donation
from lifecycle.acting import asks_then_acts, posted
from network.requests import Request
from network.views.confirm import confirm
from reports.models import Report

PER_PAGE = 30
MOST = 50
"""How many lots to ratify are named."""


@require_safe
def committee_list(request: Request) -> HttpResponse:
    """The dates to come, then those that are past or were called off."""
    pilot_only(request)
    seen, today = Committee.objects.visible_to(request.membership), timezone.localdate()
    coming = seen.to_come(today)
    past = Paginator(seen.exclude(pk__in=coming.order_by().values("pk")), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/committees/list.html", {"coming": coming, "page": past})


@require_safe
def committee_detail(request: Request, pk: int) -> HttpResponse:
    """One committee: the last report before it, the lots decided since the one before, what waits for a decision."""
    committee, at = _visible(request, pk), timezone.now()
    actor, is_to_come = request.membership, committee.may_change(timezone.localdate(at))
    held = Committee.objects.visible_to(actor).held()
    before = held.filter(kind=committee.kind, meets_on__lt=committee.meets_on).first()
    reports = Report.objects.visible_to(actor).filter(month__lt=committee.meets_on.replace(day=1)).defer("figures")
    lots = list(_to_ratify(request, committee, before)[: MOST + 1])
    context = {
        "committee": committee,
        "is_to_come": is_to_come,
        "before": before,
        "report": reports.order_by("-month").first(),
        "lots": lots[:MOST],
        "more": len(lots) > MOST,
        "decisions": arranged(to_decide(actor, at)) if is_to_come else [],
    }
    return render(request, "desk/committees/detail.html", context)


@asks_then_acts
def committee_plan(request: Request) -> HttpResponse:
    """Write down a date."""
    pilot_only(request)
    form = CommitteeForm(posted(request))
    made = _saved(request, form, lambda data: plan_committee(actor=request.membership, **data))
    if made is not None:
        return redirect("desk:committee_detail", pk=made.pk)
    context = {"form": form, "title": "Prévoir un comité", "back": reverse("desk:committee_list"), "committee": None}
    return render(request, "desk/committees/form.html", context)


@asks_then_acts
def committee_move(request: Request, pk: int) -> HttpResponse:
    """Another date, another place."""
    committee = _visible(request, pk)
    known = {"meets_on": committee.meets_on, "place": committee.place}
    form = CommitteeMoveForm(posted(request), initial=known)
    act = lambda data: move_committee(actor=request.membership, committee=committee, **data)  # noqa: E731
    back = reverse("desk:committee_detail", args=[committee.pk])
    if _saved(request, form, act) is not None:
        return redirect(back)
    context = {"form": form, "title": "Changer la date ou le lieu", "back": back, "committee": committee}
    return render(request, "desk/committees/form.html", context)


@asks_then_acts
def committee_cancel(request: Request, pk: int) -> HttpResponse:
    """Ask, then call it off."""
    committee = _visible(request, pk)
    return confirm(
        request,
        lambda: cancel_committee(actor=request.membership, committee=committee),
        title="Annuler ce comité",
        sentence=f"{committee} reste dans la liste, avec la mention «\u00a0annulé\u00a0».",
        done="Comité annulé.",
        back_url=reverse("desk:committee_detail", args=[committee.pk]),
    )


def _saved(request: Request, form: CommitteeMoveForm, act: Callable[[dict[str, Any]], Committee]) -> Committee | None:
    """What was written; None when the page is to be shown, again or first."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        made = act(form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return None
    messages.success(request, f"C’est noté\u00a0: {made}.")
    return made


def _to_ratify(request: Request, committee: Committee, before: Committee | None) -> Any:
    """The lots decided between the committee before and this one, marked so when they were."""
    lots = Donation.objects.visible_to(request.membership).filter(to_ratify=True, qualified_at__isnull=False)
    lots = lots.filter(qualified_at__date__lte=committee.meets_on)
    if before is not None:
        lots = lots.filter(qualified_at__date__gt=before.meets_on)
    return lots.select_related("donor").order_by("-qualified_at", "-pk")


def _visible(request: Request, pk: int) -> Committee:
    """The committee, for the pilot; a 404 for everyone else."""
    return get_object_or_404(Committee.objects.visible_to(request.membership), pk=pk)
