"""The pick-up of one's workshop: fix the date, record what was counted, sign the slip."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from donations.enums import DonationState
from donations.forms.pick_ups import DonationCollectForm, DonationScheduleForm, DonationSignForm
from donations.models import Allocation, Donation, PickUp
from donations.permissions import can_collect_donation
from donations.services.pickups import NOT_SCHEDULED, record_pick_up, schedule_donation, sign_pick_up
from donations.units import units
from donations.views.donations import DONATION_PAGES, visible_donation
from lifecycle.acting import answer, asks_then_acts, deposited, explained, may, posted
from network.requests import Request

AS_ON_THE_FORM = {"starts_at": "day", "ends_at": "ends", "signature": "deposit"}
"""Where the forms call otherwise what the rules name."""


@asks_then_acts
def donation_schedule(request: Request, reference: str) -> HttpResponse:
    """Fix the date of one's pick-up, or another one."""
    donation = visible_donation(request, reference)
    planned = _own(request, donation)
    form = DonationScheduleForm(posted(request), planned=planned, donation=donation)
    return DONATION_PAGES.act(
        request,
        donation,
        "schedule",
        form,
        schedule_donation,
        values=DonationScheduleForm.plan,
        done="Enlèvement planifié. Le donateur reçoit la date, le bordereau est prêt",
        names=AS_ON_THE_FORM,
        template="donations/actions/donation_schedule.html",
        planned=planned,
    )


@asks_then_acts
def donation_collect(request: Request, reference: str) -> HttpResponse:
    """Record one's pick-up: what was counted, line by line, and how the slip is signed.

    When it was the last workshop and every slip is signed, the lot is collected.
    """
    donation = visible_donation(request, reference)
    may(can_collect_donation(request.membership))
    pick_up = _own(request, donation)
    if pick_up is not None and pick_up.done_at is not None:
        messages.info(request, "Votre enlèvement est déjà inscrit.")
        unsigned = not pick_up.proof
        return redirect(f"donations:donation_{'sign' if unsigned else 'detail'}", reference=reference)
    shares = (
        Allocation.objects.filter(donation=donation, workshop=request.membership.organisation_id)
        .current()
        .select_related("line")
        .order_by("line")
    )
    here = units().before_pick_up(donation, request.membership.organisation_id)
    form = DonationCollectForm(posted(request), deposited(request), by=request.membership, shares=shares, here=here)
    if pick_up is not None:
        done = answer(
            request,
            form,
            lambda data: record_pick_up(actor=request.membership, pick_up=pick_up, **form.count()),
            donation,
            AS_ON_THE_FORM,
        )
        if done is not None:
            messages.success(request, _what_follows(donation, done))
            return redirect("donations:donation_detail", reference=reference)
    title = "Inscrire l’enlèvement"
    return _page(request, donation, pick_up, form=form, title=title, template="donation_collect")


@asks_then_acts
def donation_sign(request: Request, reference: str) -> HttpResponse:
    """Sign the slip of a pick-up recorded before."""
    donation = visible_donation(request, reference)
    may(can_collect_donation(request.membership))
    pick_up = _own(request, donation)
    if pick_up is None or pick_up.done_at is None or pick_up.proof:
        signed = pick_up is not None and pick_up.proof
        messages.info(request, "Le bordereau est déjà signé." if signed else "Inscrivez d’abord l’enlèvement.")
        return redirect(f"donations:donation_{'detail' if signed else 'collect'}", reference=reference)
    form = DonationSignForm(posted(request), deposited(request), by=request.membership)
    done = answer(
        request,
        form,
        lambda data: sign_pick_up(actor=request.membership, pick_up=pick_up, **form.signature()),
        donation,
        AS_ON_THE_FORM,
    )
    if done is not None:
        messages.success(request, _what_follows(donation, done))
        return redirect("donations:donation_detail", reference=reference)
    title = "Faire signer le bordereau"
    return _page(request, donation, pick_up, form=form, title=title, template="donation_sign")


def _own(request: Request, donation: Donation) -> PickUp | None:
    """The pick-up of one's workshop that was not cancelled."""
    seen = PickUp.objects.visible_to(request.membership).filter(donation=donation, cancelled_at=None)
    found: PickUp | None = seen.filter(workshop=request.membership.organisation_id).first()
    return found


def _what_follows(donation: Donation, done: PickUp) -> str:
    """What was just recorded, and what it brings."""
    if not done.proof:
        return "Enlèvement inscrit. Il reste à joindre le bordereau signé."
    if Donation.objects.filter(pk=donation.pk, state=DonationState.COLLECTED).exists():
        return "Enlèvement inscrit, bordereau signé\u00a0: le lot est enlevé. Réceptionnez les appareils à l’atelier."
    return "Enlèvement inscrit, bordereau signé. Le lot attend encore un autre atelier."


def _page(
    request: Request, donation: Donation, pick_up: PickUp | None, *, form: Any, title: str, template: str
) -> HttpResponse:
    context = {
        "form": form,
        "row": donation,
        "donation": donation,
        "pick_up": pick_up,
        "title": title,
        "impossible": "" if pick_up else explained([NOT_SCHEDULED], donation, request.membership)[0],
        "back": reverse("donations:donation_detail", args=[donation.reference]),
    }
    return render(request, f"donations/actions/{template}.html", context)
