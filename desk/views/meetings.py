"""A committee that sits: who is there, each line of each lot on one page, what will be applied, the minutes."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from desk.deciding import fingerprint
from desk.documents import line_told, minutes_for
from desk.enums import LotOutcome, MeetingState, Presence
from desk.meeting_sheet import agenda_of, answers_of, lots_settled, lots_to_decide, seats_of, shown_of
from desk.models import Committee, Meeting, Seat
from desk.permissions import can_lead_meeting
from desk.services.meetings import (
    NOT_AS_FORESEEN,
    NOTHING_TO_APPLY,
    Settled,
    convene,
    decide_meeting,
    foresee,
    keep_typed,
    members,
    open_meeting,
    reads_of,
    written,
)
from documents.responses import document_response
from donations.enums import DonationState
from lifecycle.acting import asks_then_acts, may, shown_reasons
from lifecycle.exceptions import Refused
from lifecycle.typed import whole_ones
from network.requests import Request
from network.views.confirm import confirm

FORESEEN = "foresee"
"""The button that keeps what is typed, then says what applying it would do."""
CLOSING = "close"
"""The button that keeps what is typed, then asks whether to close."""


@asks_then_acts
def committee_seats(request: Request, pk: int) -> HttpResponse:
    """Who is convened to a committee: the members of the one before, and anybody who may be."""
    committee = visible_committee(request, pk)
    may(can_lead_meeting(request.membership))
    if request.method == "POST":
        try:
            convene(actor=request.membership, committee=committee, presences=_convened(request, committee))
        except Refused as refused:
            messages.error(request, " ".join(reason.sentence for reason in refused.all))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, "C’est noté\u00a0: la liste des membres est à jour.")
        return redirect("desk:committee_detail", pk=committee.pk)
    seated = {seat.membership_id: seat.presence for seat in committee.seats.all()}
    before = Seat.objects.filter(committee__kind=committee.kind).exclude(committee=committee)
    known = set(seated) | set(before.values_list("membership", flat=True))
    people = members().select_related("user", "organisation").order_by("organisation__name", "user__last_name", "pk")
    rows = [{"member": one, "is_seated": one.pk in seated, "is_known": one.pk in known} for one in people]
    context = {
        "committee": committee,
        "known": [row for row in rows if row["is_known"]],
        "others": [row for row in rows if not row["is_known"]],
    }
    return render(request, "desk/committees/seats.html", context)


def _convened(request: Request, committee: Committee) -> dict[int, str]:
    """Who was ticked: convened, or as he was noted; whoever is not any more loses his place.

    Somebody whose role is closed since has no box on the page: he sat, and stays.
    """
    ticked = set(whole_ones(request.POST.getlist("member")))
    seated = {seat.membership_id: seat.presence for seat in committee.seats.all()}
    offered = set(members().filter(pk__in=seated).values_list("pk", flat=True))
    return {pk: seated.get(pk, Presence.CONVENED.value) if pk in ticked else "" for pk in ticked | offered}


@asks_then_acts
def meeting_open(request: Request, pk: int) -> HttpResponse:
    """Ask, then open the meeting of a committee."""
    committee = visible_committee(request, pk)
    may(can_lead_meeting(request.membership))
    opened: list[Meeting] = []

    def act() -> None:
        try:
            opened.append(open_meeting(actor=request.membership, committee=committee))
        except Refused as refused:
            raise ValidationError([reason.sentence for reason in refused.all]) from refused

    answered = confirm(
        request,
        act,
        title="Ouvrir la séance",
        sentence=f"{committee}\u00a0: les lots annoncés et ceux à ratifier sont mis à l’ordre du jour. Ce qui est saisi"
        " est gardé, et la séance se reprend.",
        done="Séance ouverte.",
        back_url=reverse("desk:committee_detail", args=[committee.pk]),
    )
    return redirect("desk:meeting_detail", reference=opened[0].reference) if opened else answered


@asks_then_acts
def meeting_detail(request: Request, reference: str) -> HttpResponse:
    """The meeting on one page; what is posted is kept as typed, and nothing moves."""
    meeting = visible_meeting(request, reference)
    leads = can_lead_meeting(request.membership) is not None
    if request.method == "POST":
        may(can_lead_meeting(request.membership))
        return _typed_kept(request, meeting)
    is_open = meeting.state == MeetingState.OPEN
    reads = reads_of(meeting) if leads and is_open else []
    seats, lots = seats_of(meeting), lots_to_decide(reads)
    answers = answers_of(meeting)
    context = {
        "meeting": meeting,
        "committee": meeting.committee,
        "leads": leads,
        "is_open": is_open,
        "edits": leads and is_open,
        "seats": seats,
        "lots": lots,
        "gone": [read for read in reads if read.donation.state != DonationState.ANNOUNCED],
        "agenda": agenda_of(meeting, request.membership) if is_open else [],
        "settled": lots_settled(meeting),
        "answers": answers,
        "shown": shown_of(lots, answers, seats) if leads and is_open else "",
        "minutes": minutes_for(meeting) if not is_open else None,
    }
    return render(request, "desk/meetings/detail.html", context)


def _typed_kept(request: Request, meeting: Meeting) -> HttpResponse:
    """Keep what is typed; a meeting closed meanwhile says so."""
    try:
        keep_typed(actor=request.membership, meeting=meeting, posted=request.POST)
    except Refused as refused:
        messages.error(request, " ".join(reason.sentence for reason in refused.all))
        return redirect("desk:meeting_detail", reference=meeting.reference)
    if FORESEEN in request.POST:
        return redirect("desk:meeting_decide", reference=meeting.reference)
    if CLOSING in request.POST:
        return redirect("desk:meeting_close", reference=meeting.reference)
    messages.success(request, "La saisie est gardée. Rien n’est encore appliqué.")
    return redirect("desk:meeting_detail", reference=meeting.reference)


@asks_then_acts
def meeting_decide(request: Request, reference: str) -> HttpResponse:
    """First what applying the decisions would do; once confirmed, what it did, lot by lot."""
    meeting = visible_meeting(request, reference)
    may(can_lead_meeting(request.membership))
    done = request.method == "POST"
    foreseen = request.POST.get(FORESEEN, "") if done else fingerprint(reads_of(meeting))
    try:
        if done:
            settled = decide_meeting(actor=request.membership, meeting=meeting, foreseen=foreseen)[1]
        else:
            settled = foresee(actor=request.membership, meeting=meeting)
    except Refused as refused:
        messages.error(request, " ".join(reason.sentence for reason in refused.all))
        back = "desk:meeting_decide" if NOT_AS_FORESEEN in refused.all else "desk:meeting_detail"
        return redirect(back, reference=meeting.reference)
    if not settled:
        messages.info(request, NOTHING_TO_APPLY.sentence)
        return redirect("desk:meeting_detail", reference=meeting.reference)
    context = {"meeting": meeting, "committee": meeting.committee, "done": done, "foreseen": foreseen}
    context |= _sorted(request, settled)
    told = {one.read.lot.pk for one in settled}
    context["left"] = [read for read in reads_of(meeting) if read.lot.pk not in told]
    return render(request, "desk/meetings/decide.html", context)


def _sorted(request: Request, settled: list[Settled]) -> Mapping[str, Any]:
    """What moves, what was decided elsewhere, what is refused with what is missing and where it is solved."""
    return {
        "moving": sum(one.outcome in (LotOutcome.QUALIFIED, LotOutcome.DECLINED) for one in settled),
        "qualified": [_settled_lot(one) for one in settled if one.outcome == LotOutcome.QUALIFIED],
        "declined": [_settled_lot(one) for one in settled if one.outcome == LotOutcome.DECLINED],
        "elsewhere": [one for one in settled if one.outcome == LotOutcome.ELSEWHERE],
        "refused": [
            {"read": one.read, "reasons": shown_reasons(one.reasons, one.read.donation, request.membership)}
            for one in settled
            if one.outcome is None
        ],
    }


def _settled_lot(settled: Settled) -> dict[str, Any]:
    """A lot that moves, with what is decided of each of its lines."""
    read = settled.read
    names = {one.pk: one.name for one in read.workshops}
    return {"read": read, "lines": [line_told(written(read.lot, one), names) for one in read.read]}


@require_safe
def meeting_minutes(request: Request, reference: str) -> FileResponse:
    """The PDF of the minutes, for the pilot and those who were convened."""
    document = minutes_for(visible_meeting(request, reference))
    if document is None:
        raise Http404
    return document_response(document)


def visible_meeting(request: Request, reference: str) -> Meeting:
    """The meeting, if the person may see it; else a 404."""
    return get_object_or_404(
        Meeting.objects.visible_to(request.membership).select_related("committee"), reference=reference
    )


def visible_committee(request: Request, pk: int) -> Committee:
    """The committee, if the person may see it; else a 404."""
    return get_object_or_404(Committee.objects.visible_to(request.membership).select_related("meeting"), pk=pk)
