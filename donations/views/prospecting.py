"""Those who may give: whom to call next, one of them, what each territory may give."""

from typing import Any

from django.db.models import F, Q, Value
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from donations.enums import ProspectState
from donations.filters import ProspectFilter
from donations.forms.prospects import FirstStepForm, ProspectForm
from donations.models import Prospect
from donations.models.prospect import FOLLOWED
from donations.parameters import LAPSE_MONTHS, SILENT_DAYS
from donations.permissions import can_prospect
from donations.potential import potentials, totals_of
from donations.services.prospects import DESCRIBED, create_prospect, edit_prospect
from donations.tables import ProspectTable
from lifecycle.acting import Step, answer, asks_then_acts, may, posted
from lifecycle.pages import Pages
from lists.listing import Listing, lists
from network.enums import OrganisationKind
from network.requests import Request
from typography.french import Noun, days_left, in_a_sentence

PROSPECT = Noun("donateur possible", "donateurs possibles")
VERBS = {
    ProspectState.TO_CONTACT: ("meet", "appelez-le, puis notez ce qui s’est dit"),
    ProspectState.MET: ("promise", "obtenez une promesse, ou notez l’échange"),
    ProspectState.PROMISED: ("link", "rattachez-le quand il est enregistré comme donateur"),
    ProspectState.SILENT: ("meet", "reprenez contact"),
}
"""What comes next in each state, and in which words."""


@lists
def prospect_list(request: Request) -> HttpResponseBase:
    """Whom to call next: what is late first, then what comes, then those for whom nothing is planned."""
    actor = request.membership
    may(can_prospect(actor))
    today = timezone.localdate()
    rows = Prospect.objects.visible_to(actor).annotate(followed=Q(state__in=FOLLOWED), today=Value(today))
    page = Listing(
        request,
        rows=rows.select_related("commune__epci", "next_owner__user", "next_owner__organisation").order_by(
            "-followed", F("next_on").asc(nulls_last=True), F("last_contact_on").asc(nulls_first=True), "pk"
        ),
        table=ProspectTable,
        noun=PROSPECT,
        filters=ProspectFilter,
        exclude=["epci"] if actor.kind == OrganisationKind.EPCI else [],
        empty="Aucun donateur possible pour l’instant. Repérez-en un\u00a0: il apparaîtra ici avec sa prochaine étape.",
    )
    return page.respond("donations/prospect_list.html")


@asks_then_acts
def prospect_create(request: Request) -> HttpResponse:
    """Somebody who may give, and what is to be done first."""
    actor = request.membership
    may(can_prospect(actor))
    form, step = ProspectForm(posted(request)), FirstStepForm(posted(request), by=actor)
    created = None
    if request.method != "POST" or step.is_valid():
        created = answer(
            request, form, lambda _: create_prospect(actor=actor, then=step.then(), **form.described()), None
        )
    if created is not None:
        return redirect("donations:prospect_detail", reference=created.reference)
    context = {"form": form, "step": step, "title": "Repérer un donateur possible", "prospect": None}
    return render(request, "donations/prospect_form.html", context)


@asks_then_acts
def prospect_edit(request: Request, reference: str) -> HttpResponse:
    """Describe it again."""
    prospect = visible_prospect(request, reference)
    may(can_prospect(request.membership))
    form = ProspectForm(posted(request), initial={name: getattr(prospect, name) for name in DESCRIBED})
    edited = answer(
        request,
        form,
        lambda _: edit_prospect(actor=request.membership, prospect=prospect, **form.described()),
        prospect,
    )
    if edited is not None:
        return redirect("donations:prospect_detail", reference=prospect.reference)
    context = {"form": form, "step": None, "title": "Modifier", "prospect": prospect}
    return render(request, "donations/prospect_form.html", context)


@require_safe
def prospect_detail(request: Request, reference: str) -> HttpResponse:
    """One of them: what comes next, whom to call, what was said, what happened."""
    prospect = visible_prospect(request, reference)
    today = timezone.localdate()
    context = {
        "prospect": prospect,
        "step": _step(prospect, request),
        "is_late": prospect.is_followed and prospect.next_on is not None and prospect.next_on < today,
        "contacts": prospect.contacts.select_related("recorded_by__user", "recorded_by__organisation"),
        "silent_days": SILENT_DAYS.on(today),
        "lapse_months": LAPSE_MONTHS.on(today),
    }
    return render(request, "donations/prospect_detail.html", context)


def _step(prospect: Prospect, request: Request) -> Step:
    """What comes next; the plan says it in its own words, when there is one."""
    if not prospect.is_followed:
        why = in_a_sentence(prospect.get_closed_reason_display())
        awaited = {
            ProspectState.ANNOUNCED: "Il a annoncé un lot\u00a0: la suite se lit dans ses lots",
            ProspectState.CLOSED: f"On n’en attend plus rien\u00a0: {why}",
        }
        return Step(awaited[ProspectState(prospect.state)])
    verb, words = VERBS[ProspectState(prospect.state)]
    if prospect.next_on is None:
        return Step("", words, verb)
    when = f"{in_a_sentence(prospect.get_next_step_display())}, {days_left(prospect.next_on)}"
    if prospect.next_owner_id == request.membership.pk:
        if verb != "meet":
            return Step("", when, "note")
        return Step("", f"{when}. S’il répond, notez la rencontre\u00a0; sinon, un échange", verb)
    by = prospect.next_owner.organisation if prospect.next_owner is not None else "personne"
    return Step(f"Prochaine étape\u00a0: {when}, par {by}", dated=False)


@require_safe
def potential(request: Request) -> HttpResponse:
    """What each territory may give in a year, estimated; beside it what is promised, announced, picked up."""
    may(can_prospect(request.membership))
    rows = potentials(request.membership, timezone.now())
    context: dict[str, Any] = {
        "rows": rows,
        "total": totals_of(rows),
        "unknown": sum(row.devices is None for row in rows),
        "sources": sorted({one.source for row in rows for one in row.estimated}),
    }
    return render(request, "donations/potential.html", context)


def visible_prospect(request: Request, reference: str) -> Prospect:
    """The prospect, if the person may see it; else a 404."""
    seen = Prospect.objects.visible_to(request.membership).select_related(
        "commune__epci", "next_owner__organisation", "next_owner__user", "organisation"
    )
    return get_object_or_404(seen, reference=reference)


PROSPECT_PAGES = Pages(Prospect, visible_prospect, "donations/actions/_prospect.html", done="{row}\u00a0: {done}.")
"""What the pages of the verbs of a prospect share."""
