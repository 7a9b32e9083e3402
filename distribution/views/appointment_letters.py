"""The letter that tells a household of its appointment: made at the point that serves it, printed, posted."""

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from distribution.letters import write_appointment_letter
from distribution.permissions import can_keep_appointment
from distribution.views.appointments import visible_appointment
from documents.responses import document_response
from lifecycle.acting import may
from network.requests import Request
from prescriptions.models import HouseholdMessage
from prescriptions.views.saving import saved


@require_POST
def appointment_letter(request: Request, reference: str) -> HttpResponse:
    """Make the letter of what is to be told of an appointment; then read it."""
    appointment = visible_appointment(request, reference)
    may(can_keep_appointment(request.membership))
    form = Form({})
    made = saved(form, lambda: write_appointment_letter(actor=request.membership, appointment=appointment))
    if made is not None:
        return redirect("distribution:appointment_letter_paper", reference=reference, pk=made.pk)
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("distribution:appointment_detail", reference=reference)


@require_safe
def appointment_letter_paper(request: Request, reference: str, pk: int) -> FileResponse:
    """That letter, as it is printed; for whoever serves the household."""
    appointment = visible_appointment(request, reference)
    may(can_keep_appointment(request.membership))
    of_it = HouseholdMessage.objects.filter(letter__owner_machine="appointment", letter__owner_pk=appointment.pk)
    message = get_object_or_404(of_it.select_related("letter"), pk=pk)
    assert message.letter is not None
    return document_response(message.letter)
