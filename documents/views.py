"""The outbox, for the pilot. Files and papers have no page here: their owner's views serve them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST
from django.views.generic import DetailView
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from documents.enums import Delivery
from documents.filters import MailFilter
from documents.models import Mail
from documents.permissions import can_read_outbox, can_resend_mail
from documents.services import resend_mail
from documents.tables import MailTable


class MailList(LoginRequiredMixin, SingleTableMixin, FilterView):
    """Every mail that Maillon wrote, newest first."""

    model = Mail
    table_class = MailTable
    filterset_class = MailFilter
    template_name = "documents/mail_list.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[Mail]:
        if can_read_outbox(self.request.membership) is None:
            raise Http404
        return Mail.objects.visible_to(self.request.membership)


class MailDetail(LoginRequiredMixin, DetailView):
    """One mail, without the text of an account mail: it holds a link that opens the account."""

    model = Mail
    context_object_name = "mail"
    template_name = "documents/mail_detail.html"

    def get_queryset(self) -> QuerySet[Mail]:
        return Mail.objects.visible_to(self.request.membership)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        mail = self.object
        resendable = mail.delivery == Delivery.FAILED and mail.forgotten_at is None
        return super().get_context_data(
            **kwargs, can_resend=resendable and can_resend_mail(self.request.membership) is not None
        )


@login_required
@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send again a mail that did not leave."""
    mail = get_object_or_404(Mail.objects.visible_to(request.membership), pk=pk)
    mail = resend_mail(mail=mail, by=request.membership)
    if mail.delivery == Delivery.QUEUED:
        messages.success(request, "Le courriel est de nouveau en attente d’envoi.")
    else:
        messages.info(request, f"Rien à renvoyer : ce courriel est « {mail.get_delivery_display()} ».")
    return redirect("documents:mail_detail", pk=mail.pk)
