"""The verbs of a convention, one page each."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from conventions.enums import ConventionState, Party
from conventions.forms.verbs import (
    ConventionAbandonForm,
    ConventionActivateForm,
    ConventionOpenSignatureForm,
    ConventionReopenForm,
    ConventionResumeForm,
    ConventionSubmitForm,
    ConventionSucceedForm,
    ConventionSuspendForm,
    ConventionTerminateForm,
)
from conventions.models import Convention
from conventions.parameters import BREACH_NOTICE_DAYS, HANDING_OVER_DAYS, NOTICE_DAYS, REVIEW_DAYS
from conventions.services import conventions as services
from conventions.views.conventions import visible_convention
from conventions.views.sheet import sheet_of
from lifecycle.acting import act, posted

asks_then_acts = require_http_methods(["GET", "HEAD", "POST"])
PLAIN = "conventions/actions/_convention.html"


def act_on(
    request: HttpRequest,
    convention: Convention,
    verb: str,
    form: Form,
    do: Callable[[dict[str, Any]], Any],
    **said: Any,
) -> HttpResponse:
    """The page of one verb of a convention."""
    said.setdefault("template", PLAIN)
    back = reverse("conventions:convention_detail", args=[convention.reference])
    return act(request, convention, verb, form, do, back=back, convention=convention, **said)


@asks_then_acts
def convention_submit(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the reviews, once nothing is missing: the page says to whom."""
    convention = visible_convention(request, reference)
    sheet = sheet_of(convention, request.membership)
    return act_on(
        request,
        convention,
        "submit",
        ConventionSubmitForm(posted(request)),
        lambda data: services.submit_convention(actor=request.membership, convention=convention, **data),
        done="Texte soumis : chaque relecteur reçoit un courriel.",
        template="conventions/actions/convention_submit.html",
        sheet=sheet,
        others=[organisation for party, organisation, _ in convention.parties() if party != Party.EPCI],
        days=REVIEW_DAYS.on(timezone.localdate()),
    )


@asks_then_acts
def convention_reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Open an agreed text again."""
    convention = visible_convention(request, reference)
    signed = convention.signatures.filter(round=convention.round, state="signed").count()
    told = "Le texte repart en écriture, puis en relecture."
    if signed:
        several = f" Les {signed} signatures déjà données seront caduques."
        told += several if signed > 1 else " La signature déjà donnée sera caduque."
    return act_on(
        request,
        convention,
        "reopen",
        ConventionReopenForm(posted(request)),
        lambda data: services.reopen_convention(actor=request.membership, convention=convention, **data),
        done="Texte rouvert : il peut être modifié, puis soumis de nouveau.",
        warning=told,
    )


@asks_then_acts
def convention_open_signature(request: HttpRequest, reference: str) -> HttpResponse:
    """Record the EPCI's act; the document is frozen and the three signatures are asked."""
    convention = visible_convention(request, reference)
    return act_on(
        request,
        convention,
        "open_signature",
        ConventionOpenSignatureForm(posted(request)),
        lambda data: services.open_signature_convention(actor=request.membership, convention=convention, **data),
        done="Signature ouverte : les trois signataires reçoivent un courriel.",
        template="conventions/actions/convention_open_signature.html",
    )


@asks_then_acts
def convention_activate(request: HttpRequest, reference: str) -> HttpResponse:
    """Put it into force without waiting for the night."""
    convention = visible_convention(request, reference)
    return act_on(
        request,
        convention,
        "activate",
        ConventionActivateForm(posted(request)),
        lambda data: services.activate_convention(actor=request.membership, convention=convention, **data),
        done="Avenant en vigueur." if convention.amends_id else "Convention en vigueur : ses quotas sont ouverts.",
    )


@asks_then_acts
def convention_succeed(request: HttpRequest, reference: str) -> HttpResponse:
    """Record that the EPCI merged into another."""
    convention = visible_convention(request, reference)
    return act_on(
        request,
        convention,
        "succeed",
        ConventionSucceedForm(posted(request)),
        lambda data: services.succeed_convention(actor=request.membership, convention=convention, **data),
        done="Succession enregistrée.",
        warning="L’EPCI choisi agira à la place de l’ancien, et son territoire deviendra celui de la convention.",
    )


@asks_then_acts
def convention_suspend(request: HttpRequest, reference: str) -> HttpResponse:
    """Allot nothing more for a time."""
    convention = visible_convention(request, reference)
    return act_on(
        request,
        convention,
        "suspend",
        ConventionSuspendForm(posted(request)),
        lambda data: services.suspend_convention(actor=request.membership, convention=convention, **data),
        done="Convention suspendue.",
        warning="Aucun appareil n’y est plus affecté. Ceux qui le sont déjà se livrent et se remettent.",
    )


@asks_then_acts
def convention_resume(request: HttpRequest, reference: str) -> HttpResponse:
    """Allot again."""
    convention = visible_convention(request, reference)
    return act_on(
        request,
        convention,
        "resume",
        ConventionResumeForm(posted(request)),
        lambda data: services.resume_convention(actor=request.membership, convention=convention, **data),
        done="Convention reprise : des appareils peuvent y être affectés.",
    )


@asks_then_acts
def convention_terminate(request: HttpRequest, reference: str) -> HttpResponse:
    """End it before its last day."""
    convention = visible_convention(request, reference)
    today = timezone.localdate()
    return act_on(
        request,
        convention,
        "terminate",
        ConventionTerminateForm(posted(request)),
        lambda data: services.terminate_convention(actor=request.membership, convention=convention, **data),
        done="Convention résiliée. Les autres parties sont prévenues.",
        template="conventions/actions/convention_terminate.html",
        notice=NOTICE_DAYS.on(today),
        breach=BREACH_NOTICE_DAYS.on(today),
        handing=HANDING_OVER_DAYS.on(today),
    )


@asks_then_acts
def convention_abandon(request: HttpRequest, reference: str) -> HttpResponse:
    """Go no further with a draft."""
    convention = visible_convention(request, reference)
    asked = convention.state not in (ConventionState.DRAFT, ConventionState.CHANGES_REQUESTED)
    return act_on(
        request,
        convention,
        "abandon",
        ConventionAbandonForm(posted(request)),
        lambda data: services.abandon_convention(actor=request.membership, convention=convention, **data),
        done="Projet abandonné.",
        warning="Ce qui était demandé aux relecteurs et aux signataires est annulé." if asked else "",
    )
