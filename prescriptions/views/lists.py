"""Lists: prescriptions, needs in the order of their rank, households; the search is posted, so no address names one."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Case, Count, F, Q, When
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from lifecycle.acting import may
from lifecycle.actors import Actor
from lifecycle.journal import last_move
from lifecycle.once import only_reads
from lifecycle.references import scanned
from lifecycle.sets import SetVerb
from lists.listing import Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.enums import PrescriptionState
from prescriptions.filters.lists import NeedFilter, PrescriptionFilter
from prescriptions.forms.actions import NeedDropForm, WithdrawForm, today
from prescriptions.forms.asking import CommentForm
from prescriptions.forms.households import SearchForm
from prescriptions.forms.instruction import AssignForm
from prescriptions.likeness import words_of
from prescriptions.machine.household_rules import last_contact
from prescriptions.models import Household, Need, Prescription
from prescriptions.models.household import HouseholdQuerySet
from prescriptions.permissions import (
    advises,
    can_accept_prescription,
    can_assign_prescription,
    can_confirm_prescription,
    can_create_prescription,
    can_drop_need,
    can_give_back_prescription,
    can_remind_prescription,
    can_take_up_prescription,
    can_withdraw_prescription,
    sees_households,
    sees_prescriptions,
    works,
)
from prescriptions.services import sets
from prescriptions.services.households import record_sightings
from prescriptions.services.instruction import assign_prescriptions
from prescriptions.tables.lists import HouseholdTable, NeedTable, PrescriptionTable
from prescriptions.views.rows import named_by
from typography.french import Noun

PRESCRIPTION = Noun("prescription", "prescriptions", feminine=True)
DEMAND = Noun("demande", "demandes", feminine=True)
NEED = Noun("besoin", "besoins")
HOUSEHOLD = Noun("foyer", "foyers")
PRESCRIPTION_SETS = (
    SetVerb(Prescription, "accept", CommentForm, can_accept_prescription, sets.accept_prescriptions, {"motive": ""}),
    SetVerb(Prescription, "confirm", CommentForm, can_confirm_prescription, sets.confirm_prescriptions),
    SetVerb(Prescription, "remind", CommentForm, can_remind_prescription, sets.remind_prescriptions),
    SetVerb(
        Prescription,
        "withdraw",
        lambda data: WithdrawForm(data, day=today()),
        can_withdraw_prescription,
        sets.withdraw_prescriptions,
    ),
)
NEED_SETS = (SetVerb(Need, "drop", NeedDropForm, can_drop_need, sets.drop_needs),)
MOST_FOUND = 50
"""How many households a search shows: more of them, and it is to be narrowed."""
S = PrescriptionState
SHORTCUTS = {
    "worker": (S.DRAFT, S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED),
    "adviser": (S.SUBMITTED, S.INCOMPLETE, S.ACCEPTED),
    "relay": (S.ACCEPTED, S.FULFILLED),
}
LABELS = {
    S.DRAFT: "Brouillons",
    S.SUBMITTED: "À examiner",
    S.INCOMPLETE: "À compléter",
    S.ACCEPTED: "Acceptées, en attente",
    S.FULFILLED: "Honorées",
}


@lists
def prescription_list(request: Request) -> HttpResponseBase:
    """The prescriptions one may see: the worker’s files, the distributor’s queue, the pilot’s whole."""
    actor = request.membership
    may(sees_prescriptions(actor))
    seen = Prescription.objects.visible_to(actor)
    rows = seen.select_related("household__commune", "prescriber", "worker__user", "adviser__user", "distributor")
    rows = rows.annotate(last_move=last_move(Prescription))
    hidden = ["prescriber"] if works(actor) else ["worker"]
    hidden += [] if is_pilot(actor) else ["distributor"]
    hidden += [] if advises(actor) else ["adviser"]
    can_create = can_create_prescription(actor) is not None
    page = Listing(
        request,
        rows=_in_turn(rows.prefetch_related("needs"), actor),
        table=PrescriptionTable,
        noun=PRESCRIPTION if works(actor) or is_pilot(actor) else DEMAND,
        filters=PrescriptionFilter,
        exclude=[*hidden, *(["household"] if is_pilot(actor) else [])],
        sets=(*PRESCRIPTION_SETS, *_shared_out(actor)),
        empty="Aucune prescription pour l’instant. Commencez-en une\u00a0: elle apparaîtra ici avec son avancement."
        if can_create
        else "Aucune demande pour l’instant. Une demande apparaît ici dès qu’un travailleur social la dépose.",
        named=named_by(request, "household"),
    )
    if (answered := page.answered()) is not None:
        return answered
    return page.shown(
        "prescriptions/prescription_list.html",
        can_create=can_create,
        shares=advises(actor),
        shortcuts=_shortcuts(request, actor),
        search=SearchForm(),
    )


def _shared_out(actor: Actor) -> tuple[SetVerb, ...]:
    """A ticked set is taken, given to a colleague of the distributor, or given back."""
    if not advises(actor):
        return ()
    return (
        SetVerb(Prescription, "take_up", CommentForm, can_take_up_prescription),
        SetVerb(
            Prescription,
            "assign",
            lambda data: AssignForm(data, distributor=actor.organisation_id),
            can_assign_prescription,
            assign_prescriptions,
        ),
        SetVerb(Prescription, "give_back", CommentForm, can_give_back_prescription),
    )


def _in_turn(rows: Any, actor: Actor) -> Any:
    """Whoever examines begins with what is to be examined, the oldest first; then comes what moved last, as for all."""
    if works(actor) or is_pilot(actor):
        return rows.order_by("-last_move", "-pk")
    asked = Case(When(state=S.SUBMITTED, then=F("submitted_at")))
    return rows.order_by(asked.asc(nulls_last=True), "-last_move", "-pk")


def _shortcuts(request: Request, actor: Actor) -> dict[str, Any]:
    """The states one works with, each with how many prescriptions are in it; one query.

    Of the prescriptions that the list shows: a shortcut keeps every filter but the state.
    """
    role = "worker" if works(actor) else "relay" if actor.kind == "relay" else "adviser"
    states = SHORTCUTS[role]
    labels = LABELS | {S.SUBMITTED: "Déposées"} if role == "worker" else LABELS
    seen = Prescription.objects.visible_to(actor).order_by()
    asked = PrescriptionFilter(request.GET, queryset=seen, request=request).filters
    kept = {name: request.GET[name] for name in asked if name != "state" and request.GET.get(name)}
    found = PrescriptionFilter(kept, queryset=seen, request=request).qs.aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state in states}
    )
    chosen = request.GET.get("state", "")
    return {
        "all_of_them": "?" + urlencode({"tous": 1, **kept}),
        "states": [
            {
                "label": f"{labels[state]} ({found[state.value]})",
                "url": "?" + urlencode({"state": state.value, **kept}),
                "current": chosen == state,
            }
            for state in states
        ],
    }


@lists
def need_list(request: Request) -> HttpResponseBase:
    """Accepted needs, the first to be served first, with what makes their rank."""
    actor = request.membership
    may(sees_prescriptions(actor))
    ranked = Need.objects.visible_to(actor).ranked(timezone.now())
    rows = ranked.select_related("prescription__household", "epci")
    page = Listing(
        request,
        rows=rows,
        table=NeedTable,
        noun=NEED,
        filters=NeedFilter,
        exclude=["household"] if is_pilot(actor) else [],
        sets=NEED_SETS,
        empty="Aucun besoin n’attend. Un besoin apparaît ici dès que sa prescription est acceptée.",
        named=named_by(request, "prescription__household"),
    )
    return page.respond("prescriptions/need_list.html")


@lists
def household_list(request: Request) -> HttpResponseBase:
    """The households one’s prescriber follows."""
    actor = request.membership
    may(works(actor))
    rows = (
        Household.objects.visible_to(actor)
        .followed()
        .select_related("commune", "prescriber")
        .annotate(contacted_at=last_contact())
        .order_by("-contacted_at", "-pk")
    )
    page = Listing(
        request,
        rows=rows,
        table=HouseholdTable,
        noun=HOUSEHOLD,
        exclude=["prescriber"],
        empty="Aucun foyer pour l’instant. Son dossier s’ouvre avec sa première prescription.",
        named=named_by(request, "pk"),
    )
    return page.respond("prescriptions/household_list.html", search=SearchForm(), drafts=_drafts(actor))


def _drafts(actor: Actor) -> int:
    """How many drafts are written: their households are not followed yet."""
    return Prescription.objects.visible_to(actor).filter(state=S.DRAFT).count()


@only_reads
@require_POST
def household_search(request: Request) -> HttpResponse:
    """Go to the only file found; several are listed; nothing of what was typed is in an address."""
    actor = request.membership
    may(sees_households(actor))
    form = SearchForm(request.POST)
    if not form.is_valid():
        return render(request, "prescriptions/household_search.html", {"search": form, "form": form, "table": None})
    text = form.cleaned_data["text"]
    reference = scanned(text)
    prescription = Prescription.objects.visible_to(actor).filter(reference__iexact=reference).first()
    if prescription is not None:
        return redirect("prescriptions:prescription_detail", reference=prescription.reference)
    need = Need.objects.visible_to(actor).filter(reference__iexact=reference).first()
    if need is not None:
        return redirect("prescriptions:need_detail", reference=need.reference)
    seen = Household.objects.visible_to(actor)
    found = list(matching(seen, text, actor).select_related("commune", "prescriber")[: MOST_FOUND + 1])
    too_many, found = len(found) > MOST_FOUND, found[:MOST_FOUND]
    if len(found) == 1:
        messages.info(request, "Un seul dossier correspond à votre recherche\u00a0: le voici.")
        return redirect("prescriptions:household_detail", reference=found[0].reference)
    if not works(actor) and found:
        record_sightings(actor=actor, households=[row.pk for row in found], what="household_search")
    table = HouseholdTable(found, orderable=False, exclude=["prescriber"] if works(actor) else [])
    context = {
        "search": form,
        "form": form,
        "table": table,
        "count": len(found),
        "too_many": too_many,
        "can_create": can_create_prescription(actor) is not None,
    }
    return render(request, "prescriptions/household_search.html", context)


def matching(households: HouseholdQuerySet, text: str, actor: Actor) -> HouseholdQuerySet:
    """The households that have this reference, phone or e-mail, or all these words in their name.

    For a pilot, this reference alone: a name, a telephone or an e-mail that finds a file would be confirmed.
    """
    wanted = text.strip()
    if is_pilot(actor):
        return households.filter(reference__iexact=scanned(wanted))
    same = Q(reference__iexact=scanned(wanted)) | Q(email__iexact=wanted)
    figures = "".join(character for character in wanted if character.isdigit())
    if len(figures) >= 6:
        same |= Q(phone_key=figures)
    words = words_of(wanted).split()
    if words and not figures:
        named = Q()
        for word in words:
            named &= Q(name_key__contains=word)
        same |= named
    return households.filter(same).order_by("last_name", "first_name", "pk")
