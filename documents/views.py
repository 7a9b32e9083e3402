"""The outbox, for the pilot. Files and papers have no page here: their owner's views serve them."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from documents.enums import Delivery
from documents.filters import MailFilter
from documents.models import Mail
from documents.permissions import can_read_outbox, can_resend_mail
from documents.responses import file_response
from documents.services import resend_mail
from documents.tables import MailTable


@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """Every mail that Maillon wrote, newest first."""
    if can_read_outbox(request.membership) is None:
        raise Http404
    chosen = MailFilter(request.GET, queryset=Mail.objects.visible_to(request.membership))
    table = MailTable(chosen.qs)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    return render(request, "documents/mail_list.html", {"filter": chosen, "table": table})


@require_safe
def mail_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail, without the text of an account mail: it holds a link that opens the account."""
    mail = visible_mail(request, pk)
    unsent = mail.delivery == Delivery.FAILED and mail.forgotten_at is None
    can_resend = unsent and can_resend_mail(request.membership) is not None
    attached = [row.file for row in mail.attachments.select_related("file")]
    context = {"mail": mail, "attached": attached, "can_resend": can_resend}
    return render(request, "documents/mail_detail.html", context)


@require_safe
def mail_attachment(request: HttpRequest, pk: int, file: int) -> FileResponse:
    """One file that goes with a mail."""
    attachment = get_object_or_404(visible_mail(request, pk).attachments.select_related("file"), file=file)
    return file_response(attachment.file)


@require_POST
def mail_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again a mail that did not leave."""
    before = visible_mail(request, pk)
    mail = resend_mail(mail=before, by=request.membership)
    if before.delivery == Delivery.FAILED and mail.delivery == Delivery.QUEUED:
        messages.success(request, "Le courriel est de nouveau en attente d’envoi.")
    else:
        messages.info(request, f"Rien à renvoyer : ce courriel est « {mail.get_delivery_display()} ».")
    return redirect("documents:mail_detail", pk=mail.pk)


def visible_mail(request: HttpRequest, pk: int) -> Mail:
    """The mail, if the person may see it; else a 404."""
    return get_object_or_404(Mail.objects.visible_to(request.membership), pk=pk)
