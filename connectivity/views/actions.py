"""The verbs of a connection file, one page each: fetch, form, one service, message, back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from connectivity.eligibility import Asked
from connectivity.enums import LIVE, Verdict
from connectivity.forms import connections as forms
from connectivity.models import ConnectionFile, OfferCondition
from connectivity.permissions import can_answer_connection, can_record_proof
from connectivity.services import connections as services
from connectivity.services.offers import copper_of, offers_of_the_day
from connectivity.services.proofs import NOT_LIVE, record_proof
from connectivity.views.connections import ACCESS, visible_connection, waiting_needs
from lifecycle.acting import act, answer, posted
from prescriptions.services.households import record_access
from prescriptions.views.saving import checked

asks_then_acts = require_http_methods(["GET", "HEAD", "POST"])
PLAIN = "connectivity/actions/_connection.html"


def act_on(
    request: HttpRequest, connection: ConnectionFile, verb: str, form: Form, do: Callable[..., Any], **said: Any
) -> HttpResponse:
    """The page of one verb of a file; ``do`` is its service."""
    said.setdefault("template", PLAIN)
    return act(
        request,
        connection,
        verb,
        form,
        checked(form, lambda data: do(actor=request.membership, connection=connection, **data)),
        back=reverse("connectivity:connection_detail", args=[connection.reference]),
        connection=connection,
        **said,
    )


@asks_then_acts
def connection_propose(request: HttpRequest, reference: str) -> HttpResponse:
    """Look at the offers of the day for a need, and open its file."""
    need = get_object_or_404(
        waiting_needs(request).select_related("prescription__household", "prescription__commune"), reference=reference
    )
    record_access(actor=request.membership, household=need.prescription.household, what=ACCESS)
    form = forms.ConnectionProposeForm(posted(request))
    made = answer(
        request,
        form,
        checked(form, lambda data: services.propose_connection(actor=request.membership, need=need, **data)),
        need,
    )
    if made is not None:
        messages.success(request, f"Dossier {made.reference} ouvert. Choisissez une offre avec la personne.")
        return redirect("connectivity:connection_choose", reference=made.reference)
    context = {
        "need": need,
        "form": form,
        "proposals": offers_of_the_day(need=need),
        "closure": copper_of(need, timezone.localdate()),
    }
    return render(request, "connectivity/connection_propose.html", context)


@asks_then_acts
def connection_choose(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose one offer of the day, with the household's agreement."""
    connection = visible_connection(request, reference)
    if can_answer_connection(request.membership) is not None:
        raise PermissionDenied
    proposals = offers_of_the_day(need=connection.need, file=connection)
    return act_on(
        request,
        connection,
        "choose",
        forms.ConnectionChooseForm(posted(request), proposals=proposals, initial={"offer": connection.offer_id}),
        services.choose_connection,
        done="Offre choisie. La fiche pour la famille est prête.",
        template="connectivity/actions/choose.html",
        proposals=proposals,
        closure=copper_of(connection.need, timezone.localdate()),
        nothing=all(one.verdict == Verdict.NOT for one in proposals),
    )


@asks_then_acts
def connection_proof(request: HttpRequest, reference: str) -> HttpResponse:
    """Note a proof that was looked at: it is not kept."""
    connection = visible_connection(request, reference)
    if can_record_proof(request.membership) is None:
        raise PermissionDenied
    back = reverse("connectivity:connection_detail", args=[reference])
    form = forms.ConnectionProofForm(posted(request), asked=_asked(connection))
    seen = answer(
        request,
        form,
        lambda data: record_proof(actor=request.membership, connection=connection, **form.proof()),
        connection,
    )
    if seen is not None:
        messages.success(request, "Pièce notée comme vue. Rien d’autre n’est gardé.")
        return redirect(back)
    context = {
        "form": form,
        "row": connection,
        "connection": connection,
        "title": "Noter une pièce vue",
        "submit": "Noter",
        "impossible": "" if connection.state in LIVE else NOT_LIVE.sentence,
        "missing": [],
        "irreversible": False,
        "warning": "",
        "back": back,
    }
    return render(request, PLAIN, context)


def _asked(connection: ConnectionFile) -> list[Asked]:
    """What the chosen offer asks; before a choice, what the offers of the day ask, each rule once."""
    if connection.offer_id is not None:
        return [condition.asked for condition in OfferCondition.objects.filter(offer=connection.offer_id)]
    found: dict[str, Asked] = {}
    for proposal in offers_of_the_day(need=connection.need, file=connection):
        for finding in proposal.assessment.findings:
            found.setdefault(finding.asked.rule, finding.asked)
    return list(found.values())


@asks_then_acts
def connection_send(request: HttpRequest, reference: str) -> HttpResponse:
    """Put the file in the operator's queue."""
    connection = visible_connection(request, reference)
    return act_on(
        request, connection, "send", forms.CommentForm(posted(request)), services.send_connection,
        done="Demande transmise à l’opérateur.",
        template="connectivity/actions/send.html",
    )  # fmt: skip


@asks_then_acts
def connection_report_problem(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what stops the operator."""
    connection = visible_connection(request, reference)
    return act_on(
        request, connection, "report_problem", forms.ConnectionReportProblemForm(posted(request)),
        services.report_problem_connection, done="Problème signalé. Le travailleur social est prévenu.",
    )  # fmt: skip


@asks_then_acts
def connection_accept(request: HttpRequest, reference: str) -> HttpResponse:
    """The operator takes the request."""
    connection = visible_connection(request, reference)
    return act_on(
        request, connection, "accept", forms.ConnectionAcceptForm(posted(request)), services.accept_connection,
        done="Demande acceptée.",
    )  # fmt: skip


@asks_then_acts
def connection_schedule(request: HttpRequest, reference: str) -> HttpResponse:
    """The operator says when the line is brought."""
    connection = visible_connection(request, reference)
    known = {"appointment_on": connection.appointment_on, "appointment_slot": connection.appointment_slot}
    return act_on(
        request, connection, "schedule", forms.ConnectionScheduleForm(posted(request), initial=known),
        services.schedule_connection, done="Raccordement planifié. Le travailleur social est prévenu.",
    )  # fmt: skip


@asks_then_acts
def connection_activate(request: HttpRequest, reference: str) -> HttpResponse:
    """The line works: the operator says so, or what was seen shows it."""
    connection = visible_connection(request, reference)
    asks = can_answer_connection(request.membership) is None
    form = forms.ConnectionActivateForm(posted(request), file=connection, asks_evidence=asks)
    return act_on(
        request, connection, "activate", form, services.activate_connection,
        done="Ligne active. Le besoin est satisfait.",
    )  # fmt: skip


@asks_then_acts
def connection_renew(request: HttpRequest, reference: str) -> HttpResponse:
    """Carry the entitlement on."""
    connection = visible_connection(request, reference)
    return act_on(
        request, connection, "renew", forms.ConnectionRenewForm(posted(request), file=connection),
        services.renew_connection, done="Droit renouvelé.",
    )  # fmt: skip


@asks_then_acts
def connection_refuse(request: HttpRequest, reference: str) -> HttpResponse:
    """The operator says no."""
    connection = visible_connection(request, reference)
    return act_on(
        request, connection, "refuse", forms.ConnectionRefuseForm(posted(request)), services.refuse_connection,
        done="Demande refusée. Le travailleur social est prévenu.",
        warning="Le dossier est clos. Le besoin du foyer attend de nouveau, à son rang, une autre solution.",
    )  # fmt: skip


@asks_then_acts
def connection_end(request: HttpRequest, reference: str) -> HttpResponse:
    """The line is no more."""
    connection = visible_connection(request, reference)
    return act_on(
        request, connection, "end", forms.ConnectionEndForm(posted(request)), services.end_connection,
        done="Ligne terminée.",
        warning="Le dossier est clos, et le travailleur social est prévenu. Pour une autre offre, le foyer a besoin"
        " d’une nouvelle demande.",
    )  # fmt: skip


@asks_then_acts
def connection_abandon(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the file up: the need waits again."""
    connection = visible_connection(request, reference)
    return act_on(
        request, connection, "abandon", forms.ConnectionAbandonForm(posted(request)), services.abandon_connection,
        done="Dossier abandonné. Le besoin attend de nouveau, à son rang.",
        warning="Le besoin attend de nouveau, à son rang : un autre dossier peut être ouvert.",
    )  # fmt: skip
