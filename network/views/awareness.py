"""Awareness sessions, for the pilot: the list, one of them, and the structures that come to Maillon by it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lifecycle.acting import Step, answer, asks_then_acts, may, posted
from lifecycle.pages import Pages
from lists.listing import Listing, lists
from network.enums import AwarenessState
from network.filters import AwarenessFilter
from network.forms.prescribers import AwarenessForm, StructureForm
from network.models import AwarenessGuest, AwarenessSession, Commune, Membership
from network.permissions import can_lead_awareness
from network.requests import Request
from network.services.awareness import invite_structure, plan_awareness
from network.tables import AwarenessTable
from typography.french import Noun, days_left, plural

SESSION = Noun("session", "sessions", feminine=True)


@lists
def awareness_list(request: Request) -> HttpResponseBase:
    """The sessions, the last one first, with who was invited and who came."""
    may(can_lead_awareness(request.membership))
    rows = AwarenessSession.objects.visible_to(request.membership).select_related("commune__epci")
    page = Listing(
        request,
        rows=rows.annotate(
            structures=Count("guests"),
            came=Count("guests", filter=Q(guests__people__gt=0)),
            people=Sum("guests__people", default=0),
        ).order_by("-starts_at", "-pk"),
        table=AwarenessTable,
        noun=SESSION,
        filters=AwarenessFilter,
        empty="Aucune session pour l’instant. Programmez-en une là où personne ne prescrit.",
    )
    return page.respond("network/awareness_list.html")


@require_safe
def awareness_detail(request: Request, reference: str) -> HttpResponse:
    """One session: what is next, who is invited, who came, which of them have an account."""
    row = visible_awareness(request, reference)
    guests = list(row.guests.select_related("organisation"))
    acting = set(
        Membership.objects.open()
        .filter(organisation__in=[one.organisation_id for one in guests if one.organisation_id])
        .values_list("organisation", flat=True)
    )
    silent = sum(not one.invited_at for one in guests) if row.starts_at > timezone.now() else 0
    to_call_back = silent if row.state == AwarenessState.CANCELLED else 0
    context = {
        "awareness": row,
        "step": _step(row, guests, to_call_back),
        "guests": [(one, one.organisation_id in acting) for one in guests],
        "to_call": silent if row.state == AwarenessState.PLANNED else 0,
        "moved_at": row.journal.filter(verb="move").order_by("-seq").values_list("at", flat=True).first(),
        "to_call_back": to_call_back,
        "is_held": row.state == AwarenessState.HELD,
        "people": sum(one.people or 0 for one in guests),
    }
    return render(request, "network/awareness_detail.html", context)


def _step(row: AwarenessSession, guests: list[AwarenessGuest], to_call_back: int) -> Step:
    """What comes next; ``to_call_back``: those whom no mail told that it does not take place."""
    if to_call_back:
        return Step("La session est annulée\u00a0: les structures sans courriel sont à rappeler")
    if row.state == AwarenessState.CANCELLED:
        return Step("La session est annulée\u00a0: rien n’est attendu")
    if row.state == AwarenessState.HELD:
        return Step("La session est tenue\u00a0: les structures venues peuvent ouvrir leur compte")
    if row.ends_at <= timezone.now():
        return Step("", "la session est passée\u00a0: notez qui est venu", "hold")
    if not guests:
        return Step("", "personne n’est encore invité", "convene")
    count = f"{len(guests)} structure{plural(len(guests))}"
    return Step(f"{count} invitée{plural(len(guests))}\u00a0: la session est {days_left(row.starts_at)}", dated=False)


@asks_then_acts
def awareness_plan(request: Request) -> HttpResponse:
    """A day and a place; ``?commune=`` is the commune where nobody prescribes."""
    may(can_lead_awareness(request.membership))
    form = AwarenessForm(posted(request), initial=_commune_asked(request))
    made = answer(request, form, lambda _: plan_awareness(actor=request.membership, **form.values()), None)
    if made is not None:
        messages.success(
            request, "Session programmée. Invitez maintenant des structures\u00a0: personne n’est prévenu."
        )
        return redirect("network:awareness_detail", reference=made.reference)
    return render(request, "network/awareness_form.html", {"form": form})


@asks_then_acts
def structure_invite(request: Request) -> HttpResponse:
    """Somebody opens the account of a structure that Maillon does not know."""
    may(can_lead_awareness(request.membership))
    form = StructureForm(posted(request), initial=_commune_asked(request))
    return _invited(request, form, lambda data: invite_structure(actor=request.membership, **data), None)


@asks_then_acts
def guest_invite(request: Request, reference: str, pk: int) -> HttpResponse:
    """Somebody opens the account of a structure that came to a session."""
    may(can_lead_awareness(request.membership))
    row = visible_awareness(request, reference)
    guest = get_object_or_404(row.guests.select_related("session__commune"), pk=pk)
    form = StructureForm(posted(request), guest=guest)
    return _invited(request, form, lambda data: invite_structure(actor=request.membership, guest=guest, **data), guest)


def _invited(
    request: Request, form: StructureForm, act: Callable[[dict[str, Any]], Any], guest: AwarenessGuest | None
) -> HttpResponse:
    made = answer(request, form, act, None)
    if made is not None:
        messages.success(request, f"Invitation envoyée à {made.email}, pour {made.organisation}.")
        return redirect("network:people", reference=made.organisation.reference)
    return render(request, "network/structure_invite.html", {"form": form, "guest": guest})


def _commune_asked(request: Request) -> dict[str, Any]:
    """The commune that the address names by its code, if there is one."""
    code = request.GET.get("commune", "")
    found = Commune.objects.in_departement().current().filter(code=code).first() if code.isalnum() else None
    return {} if found is None else {"commune": found}


def visible_awareness(request: Request, reference: str) -> AwarenessSession:
    """The session, if the person may see it; else a 404."""
    rows = AwarenessSession.objects.visible_to(request.membership).select_related("commune__epci")
    return get_object_or_404(rows, reference=reference)


AWARENESS_PAGES = Pages(
    AwarenessSession, visible_awareness, "network/actions/_awareness.html", done="{row}\u00a0: {done}."
)
"""What the pages of the verbs of a session share."""
