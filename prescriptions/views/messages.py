"""What households are written: one list of letters, mails and SMS; a letter to print."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.db.models import Count, Q
from django.forms import Form
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from documents.enums import AnswerOutcome, MessageChannel, MessageLanguage
from documents.models import SmsAnswer
from documents.responses import document_response
from documents.sms_door import takes_answers
from lifecycle.acting import may
from lists.listing import Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.filters.messages import MessageFilter
from prescriptions.models import HouseholdMessage
from prescriptions.permissions import can_edit_prescription, sees_messages, works
from prescriptions.services.contacts import say_again, write_letter
from prescriptions.services.households import record_access
from prescriptions.tables.messages import MessageTable
from prescriptions.views.rows import visible_prescription
from prescriptions.views.saving import saved
from typography.french import Noun

A_MONTH = timedelta(days=30)
MESSAGE = Noun("message", "messages")


@lists
def message_list(request: Request) -> HttpResponseBase:
    """Every message to the households one follows, newest first; to all of them, for the pilot."""
    actor = request.membership
    may(sees_messages(actor))
    page = Listing(
        request,
        rows=HouseholdMessage.objects.visible_to(actor).with_fate().select_related("household"),
        table=MessageTable,
        noun=MESSAGE,
        filters=MessageFilter,
        empty="Aucun message. Les SMS, les courriels et les lettres aux foyers s’ajouteront à cette liste.",
    )
    counts = answers_since(timezone.now() - A_MONTH) if is_pilot(actor) and takes_answers() else None
    return page.respond("prescriptions/message_list.html", works=works(actor), answers=counts)


def answers_since(begins: datetime) -> dict[str, int]:
    """How many answers to SMS came back, and how many changed nothing; one query."""
    received = SmsAnswer.objects.filter(received_at__gte=begins).order_by()
    return received.aggregate(came=Count("pk"), idle=Count("pk", filter=Q(outcome=AnswerOutcome.NOTHING)))


@require_POST
def prescription_letter(request: Request, reference: str) -> HttpResponse:
    """Make the letter of what is to be told, in the language that is chosen; then read it."""
    prescription = visible_prescription(request, reference)
    actor = request.membership
    may(can_edit_prescription(actor))
    asked = request.POST.get("langue", "")
    language = asked if asked in MessageLanguage.values else MessageLanguage.FRENCH
    form = Form({})
    made = saved(form, lambda: write_letter(actor=actor, prescription=prescription, language=language))
    if made is not None:
        return redirect("prescriptions:message_letter", pk=made.pk)
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("prescriptions:prescription_detail", reference=reference)


@require_POST
def prescription_said_again(request: Request, reference: str) -> HttpResponse:
    """Write the last news once more, in the language that is chosen, by the way the household prefers."""
    prescription = visible_prescription(request, reference)
    actor = request.membership
    may(can_edit_prescription(actor))
    form, language = Form({}), request.POST.get("langue", "")
    if saved(form, lambda: say_again(actor=actor, prescription=prescription, language=language)) is not None:
        messages.success(request, "C’est écrit dans cette langue\u00a0: le message part à son heure.")
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("prescriptions:prescription_detail", reference=reference)


@require_safe
def message_letter(request: Request, pk: int) -> FileResponse:
    """A letter, as it is printed; for whoever follows the household, and whoever posts it."""
    actor = request.membership
    rows = HouseholdMessage.objects.letters_of(actor)
    if works(actor):
        rows |= HouseholdMessage.objects.visible_to(actor).filter(channel=MessageChannel.LETTER)
    message = get_object_or_404(rows.select_related("letter", "household"), pk=pk, channel=MessageChannel.LETTER)
    assert message.letter is not None
    record_access(actor=actor, household=message.household, what="message_letter")
    return document_response(message.letter)
