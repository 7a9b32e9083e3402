"""The household is told what its sheet promised, or could not be reached: said in one press from the request's page."""

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from lifecycle.acting import may
from network.requests import Request
from prescriptions.models import PromisedContact
from prescriptions.permissions import can_edit_prescription
from prescriptions.services.contacts import note_no_answer, tell_household, untell_household
from prescriptions.views.rows import visible_prescription
from prescriptions.views.saving import saved
from typography.french import day


@require_POST
def prescription_told(request: Request, reference: str) -> HttpResponse:
    """It was told."""
    prescription = visible_prescription(request, reference)
    may(can_edit_prescription(request.membership))
    form = Form({})
    actor = request.membership

    def tell() -> bool:
        tell_household(actor=actor, prescription=prescription)
        return True

    if saved(form, tell):
        messages.success(request, "C’est noté\u00a0: le foyer est prévenu.")
    return _back(request, reference, form)


@require_POST
def prescription_untold(request: Request, reference: str) -> HttpResponse:
    """It was not told after all: it is to be done."""
    return _to_do_by(request, reference, untell_household, "le foyer est à prévenir")


@require_POST
def prescription_no_answer(request: Request, reference: str) -> HttpResponse:
    """Nobody answered: it stays to be done."""
    return _to_do_by(request, reference, note_no_answer, "à réessayer")


def _to_do_by(request: Request, reference: str, act: Callable[..., PromisedContact], said: str) -> HttpResponse:
    """Do it, and say until when it is somebody's to do."""
    prescription = visible_prescription(request, reference)
    may(can_edit_prescription(request.membership))
    form = Form({})
    contact = saved(form, lambda: act(actor=request.membership, prescription=prescription))
    if contact is not None:
        messages.success(request, f"C’est noté\u00a0: {said} avant le {day(contact.due_on)}.")
    return _back(request, reference, form)


def _back(request: Request, reference: str, form: Form) -> HttpResponse:
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("prescriptions:prescription_detail", reference=reference)
