"""Requests to exercise a right: the list, one of them, noting one, its letters, the export of all that is known."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from documents.paper import render_pdf
from documents.responses import drawn_response
from lifecycle.acting import Step, asks_then_acts, may, posted
from lifecycle.actors import SYSTEM, Actor
from lifecycle.machine import Context, Requirement
from lifecycle.requirements import as_expression
from lifecycle.unkept import unkept
from lists.listing import Listing, lists
from network.permissions import protects_data
from network.requests import Request
from prescriptions.enums import HouseholdState, RightKind, RightsState
from prescriptions.filters.rights import RightsFilter
from prescriptions.forms.rights import OfficerRightsForm, RightsForm
from prescriptions.machine.household_rules import NOTHING_BINDS, NOTHING_ELSE_ASKED
from prescriptions.machine.rights_rules import (
    ANSWER_DRAWN,
    LIFTED_AT_A_POINT,
    LIFTED_BY_WORKER,
    NOT_ASKED_YET,
    waits_for_its_worker,
    with_correction,
)
from prescriptions.models import Household, RightsRequest
from prescriptions.parameters import LIFT_DAYS
from prescriptions.permissions import (
    can_instruct_rights_request,
    can_receive_rights_request,
    sees_rights_requests,
    works,
)
from prescriptions.rights_told import About, letter_of, letters_of
from prescriptions.services.households import record_access
from prescriptions.services.known import KnownOfHousehold, export_known
from prescriptions.services.known_taken import as_archive, as_pdf
from prescriptions.services.rights import receive_rights_request
from prescriptions.tables.rights import RightsTable
from prescriptions.views.rows import visible_household
from prescriptions.views.same_household import GONE
from prescriptions.views.saving import saved
from typography.french import Noun, day

S = RightsState
REQUEST = Noun("demande de droits", "demandes de droits", feminine=True)
LETTER = "documents/prescriptions/rights_letter.html"


@lists
def rights_request_list(request: Request) -> HttpResponseBase:
    """The requests one may see, the first due first."""
    actor = request.membership
    may(sees_rights_requests(actor))
    page = Listing(
        request,
        rows=RightsRequest.objects.visible_to(actor).select_related("household__prescriber"),
        table=RightsTable,
        noun=REQUEST,
        filters=RightsFilter,
        empty="Aucune demande de droits. Quand un foyer veut lire, faire corriger ou effacer ce qui est écrit sur lui,"
        " sa demande apparaît ici avec le jour où répondre.",
    )
    if (answered := page.answered()) is not None:
        return answered
    return page.shown("prescriptions/rights_request_list.html", instructs=protects_data(actor))


def visible_rights_request(request: Request, reference: str) -> RightsRequest:
    """The request, if the person may see it; else a 404. Who it is about is named to whoever answers or follows it.

    To the officer, until it is answered. The opening is recorded when somebody is named.
    """
    actor = request.membership
    asked = _asked(request, reference)
    named = asked.is_open if protects_data(actor) else _follows(actor, asked)
    if named and asked.household.state != HouseholdState.ANONYMISED:
        record_access(actor=actor, household=asked.household, what="rights_request")
    else:
        asked.household.veil()
    return asked


def _asked(request: Request, reference: str) -> RightsRequest:
    seen = RightsRequest.objects.visible_to(request.membership).select_related(
        "household__prescriber", "household__commune", "received_by__user", "received_by__organisation", "settled_by"
    )
    asked: RightsRequest = get_object_or_404(with_correction(seen), reference=reference)
    return asked


def may_be_written_to(asked: RightsRequest) -> bool:
    """Whether letters are drawn: until it is answered, and that day still, for the letter is the answer."""
    if asked.household.state == HouseholdState.ANONYMISED:
        return False
    announced = asked.lift_told_at is not None and asked.lifted_at is None
    last = _printed_until(asked)
    return asked.is_open or announced or (last is not None and last >= timezone.localdate())


def _printed_until(asked: RightsRequest) -> date | None:
    """The last day on which the letter of an answer is drawn: the day that it bears, or that on which it was noted."""
    if asked.settled_at is None:
        return None
    noted = timezone.localdate(asked.settled_at)
    return max(noted, asked.told_on or noted)


def _print_before(asked: RightsRequest) -> str:
    """Until when a letter is printed, in words; empty while the request is open: its letters stay."""
    if asked.is_open:
        return ""
    if asked.lift_told_at is not None and asked.lifted_at is None:
        return "Imprimez-la avant de lever la limitation\u00a0: ensuite, Maillon ne vous dira plus le nom ni l’adresse."
    last = _printed_until(asked)
    if last == timezone.localdate():
        return "Imprimez-la aujourd’hui\u00a0: demain, Maillon ne vous dira plus le nom ni l’adresse."
    return f"Imprimez-la le {day(last)} au plus tard\u00a0: ensuite, Maillon ne vous dira plus le nom ni l’adresse."


def _follows(actor: Actor, asked: RightsRequest) -> bool:
    return Household.objects.visible_to(actor).filter(pk=asked.household_id).exists()


def rights_step(asked: RightsRequest, actor: Actor, binds: Sequence[str] = (), *, ends: bool = False) -> Step:
    """Who acts next, and by when; no query. ``binds``: what holds an erasure back; ``ends``: the reader may end it."""
    instructs = protects_data(actor)
    if asked.kind == RightKind.RESTRICTION and asked.state == S.ANSWERED and asked.lifted_at is None:
        return _restricted_step(asked, instructs=instructs)
    if not asked.is_open or asked.due_on is None:
        return Step(f"{S(asked.state).label}\u00a0: plus rien n’est attendu")
    if asked.state == S.IDENTITY:
        awaited = "En attente de savoir qui demande\u00a0: le délai est arrêté"
        yours = "notez l’identité établie dès que vous savez qui demande\u00a0; le délai est arrêté jusque-là"
        return Step(awaited, yours, "identify") if instructs else Step(awaited)
    late = asked.is_late(timezone.localdate())
    due = f"réponse {'due depuis le' if late else 'due le'} {day(asked.due_on)}"
    if instructs and binds:
        return Step(due.capitalize(), f"{due}. {HELD_BACK}")
    if instructs:
        done = f"{_corrected(asked)}\u00a0: relisez-le, puis notez la réponse" if asked.corrected_at else ""
        return Step(due.capitalize(), f"{due}. {done or TO_ANSWER[RightKind(asked.kind)]}", "answer")
    if asked.corrected_at:
        return Step(
            f"{due.capitalize()}. {_corrected(asked)}\u00a0: au délégué à la protection des données de répondre"
        )
    awaited = f"{due.capitalize()}. Le délégué à la protection des données y répond"
    return Step(awaited, f"{due}. {TO_END}") if ends else Step(awaited)


def _corrected(asked: RightsRequest) -> str:
    assert asked.corrected_at is not None
    return f"Le dossier a été corrigé le {day(timezone.localdate(asked.corrected_at))}"


def _restricted_step(asked: RightsRequest, *, instructs: bool) -> Step:
    """A limitation that holds: it is announced, then lifted."""
    kept = "Limitation en cours\u00a0: le dossier est gardé, et n’avance plus"
    if not instructs:
        return Step(kept)
    if asked.lift_told_at is None:
        return Step(f"{kept}. Pour y mettre fin, annoncez-le d’abord à la personne")
    told = timezone.localdate(asked.lift_told_at)
    lifts_on = told + timedelta(days=LIFT_DAYS.on(told))
    if timezone.localdate() < lifts_on:
        return Step(f"{kept}. Sa fin est annoncée\u00a0: levez-la à partir du {day(lifts_on)}")
    return Step(kept, "levez la limitation, comme la personne en est prévenue", "lift")


HELD_BACK = "Rien ne s’efface encore\u00a0: voyez ci-dessous qui peut y mettre fin, prolongez, ou refusez"
TO_END = "Voyez avec le foyer ce qui est en cours, puis mettez-y fin\u00a0: son dossier ne s’efface qu’après"
TO_ANSWER = {
    RightKind.ACCESS: "Prenez l’export, remettez-le, puis notez la réponse",
    RightKind.RECTIFICATION: "Faites corriger le dossier par son travailleur social, puis notez la réponse",
    RightKind.ERASURE: "Imprimez la lettre, répondez à la personne, puis effacez",
    RightKind.OBJECTION: "Répondez\u00a0: ses demandes s’arrêtent aussitôt",
    RightKind.RESTRICTION: "Répondez\u00a0: son dossier est gardé, et n’avance plus",
}


def binding(asked: RightsRequest) -> list[str]:
    """What holds an erasure back today, each with who may end it, and whether he is asked to; one query."""
    return [
        f"{rule.sentence} Peut y remédier\u00a0: {rule.lifted_by}.{_asked_of(asked, rule)}" for rule in _held(asked)
    ]


def _asked_of(asked: RightsRequest, rule: Requirement) -> str:
    """Who finds it on his first page: nobody yet while it is not known who asks."""
    if asked.state != S.RECEIVED:
        return ""
    if rule.code in LIFTED_BY_WORKER:
        return " Le travailleur social le lit dans «\u00a0À faire\u00a0»."
    return " Le conseiller le lit dans «\u00a0À faire\u00a0»." * (rule.code in LIFTED_AT_A_POINT)


def _held(asked: RightsRequest) -> list[Requirement]:
    """What of the law and of what is under way holds an erasure back today; one query."""
    ctx = Context(timezone.now(), SYSTEM)
    others = RightsRequest.objects.open().filter(household=OuterRef("pk")).exclude(pk=asked.pk)
    rules = (*NOTHING_BINDS, NOTHING_ELSE_ASKED)
    asks = {f"bind_{rank}": as_expression(rule.condition(ctx)) for rank, rule in enumerate(NOTHING_BINDS)}
    asks[f"bind_{len(NOTHING_BINDS)}"] = ~Exists(others)
    found = Household.objects.filter(pk=asked.household_id).annotate(**asks).values(*asks).first() or {}
    return [rule for rank, rule in enumerate(rules) if not found.get(f"bind_{rank}", True)]


def _is_held_back(asked: RightsRequest) -> bool:
    return asked.kind == RightKind.ERASURE and asked.is_open and bool(binding(asked))


@require_safe
def rights_request_detail(request: Request, reference: str) -> HttpResponse:
    """One request: what is asked, by when, what to do, its letters, its life."""
    asked = visible_rights_request(request, reference)
    actor = request.membership
    instructs = protects_data(actor)
    binds = binding(asked) if asked.kind == RightKind.ERASURE and asked.is_open else []
    context = {
        "asked": asked,
        "step": rights_step(asked, actor, binds, ends=_is_ended_by(actor, asked)),
        "instructs": instructs,
        "named": not asked.household.veiled,
        "hushed": asked.household.veiled,
        "letters": letters_of(asked, is_held_back=bool(binds)) if instructs and may_be_written_to(asked) else (),
        "print_before": _print_before(asked),
        "binds": binds,
        "exports": instructs and _exports(asked),
        "follows": not instructs and not asked.household.veiled,
        "beside": _beside(asked.household) if instructs and not asked.household.veiled else (),
    }
    return render(request, "prescriptions/rights_request_detail.html", context)


def _is_ended_by(actor: Actor, asked: RightsRequest) -> bool:
    """Whether what holds an erasure back is for this worker to end."""
    if not works(actor) or asked.kind != RightKind.ERASURE or asked.household.prescriber_id != actor.organisation_id:
        return False
    return RightsRequest.objects.filter(waits_for_its_worker(timezone.now()), pk=asked.pk).exists()


def _beside(household: Household) -> list[str]:
    """The files that are said to be of the same household: they may be somebody else's."""
    first = household.same_as_id or household.pk
    together = Household.objects.filter(Q(pk=first) | Q(same_as=first)).exclude(pk=household.pk)
    return list(together.exclude(state__in=GONE).order_by("pk").values_list("reference", flat=True))


def _exports(asked: RightsRequest) -> bool:
    """Taken by the officer while an access waits for its answer, never before the identity is known."""
    return asked.kind == RightKind.ACCESS and asked.state == S.RECEIVED and _is_named_still(asked)


def _is_named_still(asked: RightsRequest) -> bool:
    return bool(asked.household.state != HouseholdState.ANONYMISED)


# --- note one


@asks_then_acts
@sensitive_post_parameters()
def rights_request_create(request: Request) -> HttpResponse:
    """The officer notes a request that came to him: whose file it is, by its reference or by who was born when."""
    may(can_instruct_rights_request(request.membership))
    form = OfficerRightsForm(posted(request), initial={"received_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        noted = saved(form, lambda: receive_rights_request(actor=request.membership, **form.cleaned_data))
        if noted is not None:
            return _noted(request, noted)
    known = _asked_already(request, form, form.cleaned_data.get("household") if form.is_bound else None)
    return render(request, "prescriptions/rights_request_create.html", {"form": form, "known": known})


@asks_then_acts
@sensitive_post_parameters()
def household_rights(request: Request, reference: str) -> HttpResponse:
    """Whoever a household speaks to notes what it asks; the officer has it at once."""
    household = visible_household(request, reference)
    may(can_receive_rights_request(request.membership))
    form = RightsForm(posted(request), initial={"received_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        given = {"household": Household(pk=household.pk), **form.cleaned_data}
        noted = saved(form, lambda: receive_rights_request(actor=request.membership, **given))
        if noted is not None:
            return _noted(request, noted)
    context = {"form": form, "household": household, "known": _asked_already(request, form, household)}
    return render(request, "prescriptions/rights_request_create.html", context)


def _asked_already(request: Request, form: RightsForm, household: Household | None) -> RightsRequest | None:
    """The request that waits for its answer, where the same one was noted again, if one may read it."""
    if household is None or not form.has_error("kind", NOT_ASKED_YET.code):
        return None
    seen = RightsRequest.objects.visible_to(request.membership).open()
    return seen.filter(household=household, kind=form.data.get("kind")).first()


def _noted(request: Request, noted: RightsRequest) -> HttpResponse:
    messages.success(request, f"Demande {noted} notée\u00a0: la réponse est due le {day(noted.due_on)}.")
    return redirect("prescriptions:rights_request_detail", reference=noted.reference)


# --- papers


@require_safe
def rights_request_letter(request: Request, reference: str, about: str) -> FileResponse:
    """A letter to whoever asked, drawn for the officer who opens it and kept nowhere; each opening is recorded.

    It says to whom it is sent, after the answer too: it is printed once what it says is noted.
    """
    asked = visible_rights_request(request, reference)
    may(can_instruct_rights_request(request.membership))
    if about not in letters_of(asked, is_held_back=_is_held_back(asked)) or not may_be_written_to(asked):
        raise Http404
    if asked.household.veiled:
        asked.household = Household.objects.select_related("commune", "prescriber").get(pk=asked.household_id)
        record_access(actor=request.membership, household=asked.household, what="rights_request_letter")
    letter = letter_of(asked, About(about))
    if about == About.ANSWERED and asked.is_open:
        record_access(actor=request.membership, household=asked.household, what=ANSWER_DRAWN)
    drawn = render_pdf(
        LETTER,
        {"letter": letter, "asked": asked, "reference": asked.reference},
        title=letter.title,
        identifier=f"Demande {asked.reference}",
        date=timezone.now(),
    )
    return drawn_response(drawn, f"{asked.reference}-{about}.pdf")


def _known(request: Request, reference: str) -> KnownOfHousehold:
    asked = visible_rights_request(request, reference)
    may(can_instruct_rights_request(request.membership))
    if not _exports(asked):
        raise Http404
    return export_known(actor=request.membership, rights_request=asked)


@require_safe
def rights_request_export(request: Request, reference: str) -> FileResponse:
    """All that is known of the household, to be read; the opening is recorded."""
    known = _known(request, reference)
    return drawn_response(as_pdf(known, timezone.now()), f"{reference}-tout-ce-qui-est-connu.pdf")


@require_safe
def rights_request_archive(request: Request, reference: str) -> HttpResponse:
    """The same with its papers and a file that other software reads; the opening is recorded."""
    packed = as_archive(_known(request, reference), timezone.now())
    response = HttpResponse(packed, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{reference}-tout-ce-qui-est-connu.zip"'
    response["X-Content-Type-Options"] = "nosniff"
    return unkept(response)
