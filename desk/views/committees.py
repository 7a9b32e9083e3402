"""The agenda of the committees, for the pilot: the dates, and what each has to decide."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.enums import CommitteeKind, MeetingState
from desk.forms import CommitteeForm, CommitteeMoveForm
from desk.models import Committee, Meeting, MeetingLot, Ratification
from desk.permissions import can_lead_meeting
from desk.services.committees import cancel_committee, move_committee, plan_committee
from desk.services.meetings import to_ratify
from desk.todo.blocks import arranged
from desk.todo.pilots import to_decide
from desk.views.administration import pilot_only
from desk.views.meetings import visible_committee
from donations.enums import DonationState
from donations.models import Donation
from lifecycle.acting import asks_then_acts, may, posted
from network.models import Membership
from network.requests import Request
from network.views.confirm import confirm
from reports.models import Report

PER_PAGE = 30
MOST = 50
"""How many lots of each kind the agenda names."""


@require_safe
def committee_list(request: Request) -> HttpResponse:
    """The dates to come, then those that are past or were called off; of a member, those to which he was convened."""
    seen, today = Committee.objects.visible_to(request.membership).with_meetings(), timezone.localdate()
    leads = can_lead_meeting(request.membership) is not None
    may(leads or seen.exists())
    coming = seen.to_come(today)
    past = Paginator(seen.exclude(pk__in=coming.order_by().values("pk")), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/committees/list.html", {"coming": coming, "page": past, "leads": leads})


@require_safe
def committee_detail(request: Request, pk: int) -> HttpResponse:
    """One committee: who sits, its meeting, the lots of its agenda; for the pilot, what there is to read before it."""
    committee, at, actor = visible_committee(request, pk), timezone.now(), request.membership
    today = timezone.localdate(at)
    meeting = getattr(committee, "meeting", None)
    leads = can_lead_meeting(actor) is not None
    sits = committee.kind == CommitteeKind.TECHNICAL and committee.cancelled_at is None
    may_change = committee.may_change(today) and meeting is None
    context = {
        "committee": committee,
        "meeting": meeting,
        "leads": leads,
        "may_change": leads and may_change,
        "is_to_come": committee.may_change(today) and meeting is None,
        "may_open": leads and sits and meeting is None and committee.meets_on <= today,
        "seats": list(committee.seats.select_related("membership__user", "membership__organisation")),
        "agenda": _agenda(actor) if sits and meeting is None else None,
        "reading": _to_read(committee, actor, at, decides=may_change) if leads else None,
    }
    return render(request, "desk/committees/detail.html", context)


def _agenda(actor: Membership) -> dict[str, Any]:
    """What its meeting would have to decide and to ratify, if it opened now; ``sits_on``: which other has it."""
    announced = Donation.objects.filter(state=DonationState.ANNOUNCED).select_related("donor")
    asked = announced.order_by("announced_at", "pk").annotate(sits_on=_sitting(MeetingLot, actor))
    decide = list(asked[: MOST + 1])
    ratify = list(to_ratify().annotate(sits_on=_sitting(Ratification, actor))[: MOST + 1])
    return {
        "decide": decide[:MOST],
        "ratify": ratify[:MOST],
        "more": len(decide) > MOST or len(ratify) > MOST,
    }


def _sitting(kind: type[MeetingLot | Ratification], actor: Membership) -> Subquery:
    """The day of the committee whose meeting is open and has a lot on its agenda, for whoever sees that meeting."""
    is_open = Meeting.objects.visible_to(actor).filter(state=MeetingState.OPEN)
    held = kind._base_manager.filter(donation=OuterRef("pk"), meeting__in=is_open.values("pk"))
    return Subquery(held.order_by("meeting").values("meeting__committee__meets_on")[:1])


def _to_read(committee: Committee, actor: Membership, at: datetime, *, decides: bool) -> dict[str, Any]:
    """The last report before it, the committee before, what waits for a decision."""
    held = Committee.objects.visible_to(actor).not_cancelled()
    reports = Report.objects.visible_to(actor).filter(month__lt=committee.meets_on.replace(day=1)).defer("figures")
    return {
        "before": held.filter(kind=committee.kind, meets_on__lt=committee.meets_on).first(),
        "report": reports.order_by("-month").first(),
        "decisions": arranged(to_decide(actor, at)) if decides else [],
    }


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
    committee = visible_committee(request, pk)
    may(can_lead_meeting(request.membership))
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
    committee = visible_committee(request, pk)
    may(can_lead_meeting(request.membership))
    return confirm(
        request,
        lambda: cancel_committee(actor=request.membership, committee=committee),
        title="Annuler ce comité",
        sentence=f"{committee} reste dans la liste, avec la mention «\u00a0annulé\u00a0». Les membres convoqués sont"
        " prévenus par courriel. Cela ne se défait pas\u00a0: pour la même date, il faudra le prévoir de nouveau, et le"
        " convoquer.",
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
