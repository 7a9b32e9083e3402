"""The verbs of a need that a person does here: give it up; refer digital skills, and say what came of it."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lifecycle.acting import act, posted
from prescriptions.forms.actions import NeedDropForm, NeedReferForm
from prescriptions.forms.asking import CommentForm
from prescriptions.models import Need
from prescriptions.services import needs as services
from prescriptions.views.rows import asks_then_acts, visible_need
from prescriptions.views.saving import checked


def act_on(
    request: HttpRequest, need: Need, verb: str, form: Form, do: Callable[[dict[str, Any]], Any], **said: Any
) -> HttpResponse:
    """The page of one verb of a need."""
    return act(
        request,
        need,
        verb,
        form,
        checked(form, do),
        back=reverse("prescriptions:need_detail", args=[need.reference]),
        after=reverse("prescriptions:prescription_detail", args=[need.prescription.reference]),
        template="prescriptions/actions/_need.html",
        need=need,
        **said,
    )


@asks_then_acts
def need_drop(request: HttpRequest, reference: str) -> HttpResponse:
    """Give one need up; the last one settled closes the prescription."""
    need = visible_need(request, reference)
    return act_on(
        request,
        need,
        "drop",
        NeedDropForm(posted(request)),
        lambda data: services.drop_need(actor=request.membership, need=need, **data),
        done=f"{need.get_kind_display()} : besoin abandonné.",
        warning="Ce qui est réservé ou en cours pour ce besoin est libéré.",
    )


@asks_then_acts
def need_start(request: HttpRequest, reference: str) -> HttpResponse:
    """Refer the household to a mediation place."""
    need = visible_need(request, reference)
    return act_on(
        request,
        need,
        "start",
        NeedReferForm(posted(request)),
        lambda data: services.start_need(actor=request.membership, need=need, **data),
        done="Foyer orienté vers le lieu de médiation.",
        submit="Orienter",
    )


@asks_then_acts
def need_wait_again(request: HttpRequest, reference: str) -> HttpResponse:
    """The mediation place could not."""
    need = visible_need(request, reference)
    return act_on(
        request,
        need,
        "wait_again",
        CommentForm(posted(request)),
        lambda data: services.wait_again_need(actor=request.membership, need=need, **data),
        done="Le besoin attend de nouveau ; son rang n’a pas changé.",
    )


@asks_then_acts
def need_meet(request: HttpRequest, reference: str) -> HttpResponse:
    """The household learned what it needed."""
    need = visible_need(request, reference)
    return act_on(
        request,
        need,
        "meet",
        CommentForm(posted(request)),
        lambda data: services.meet_need(actor=request.membership, need=need, **data),
        done=f"{need.get_kind_display()} : besoin satisfait.",
    )


@asks_then_acts
def need_unmeet(request: HttpRequest, reference: str) -> HttpResponse:
    """It was said by mistake."""
    need = visible_need(request, reference)
    return act_on(
        request,
        need,
        "unmeet",
        CommentForm(posted(request)),
        lambda data: services.unmeet_need(actor=request.membership, need=need, **data),
        done="Erreur corrigée : le besoin est de nouveau en cours.",
    )
