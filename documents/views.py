"""The public page that says whether a paper is authentic, and the outbox, for the pilot.

Files and papers have no page here: their owner's views serve them.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from documents.authenticity import proof_of
from documents.enums import SendState
from documents.filters import MailFilter
from documents.forms import CodeForm, FingerprintForm
from documents.models import Mail, Sms
from documents.permissions import can_read_outbox, can_resend_mail
from documents.responses import file_response
from documents.services import resend_mail
from documents.sms_door import provider
from documents.tables import MailTable, SmsTable
from lifecycle.acting import Step
from lifecycle.history import Past, history
from lists.listing import Listing, lists
from network.requests import Request
from typography.french import Noun

MAIL = Noun("courriel", "courriels")
SMS = Noun("SMS", "SMS")
TONES: dict[str, str] = {SendState.SENT: "tag--done", SendState.KEPT: "tag--done", SendState.FAILED: "tag--danger"}


@login_not_required
@never_cache
@require_safe
def authenticity_form(request: HttpRequest) -> HttpResponse:
    """Type the code that a paper carries, to reach the page of that paper."""
    form = CodeForm(request.GET or None)
    if form.is_bound and form.is_valid():
        return redirect("documents:authenticity", code=form.cleaned_data["code"])
    return _hidden(render(request, "documents/authenticity_form.html", {"form": form}))


@login_not_required
@never_cache
@require_safe
def authenticity(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a paper with this code is authentic, for whoever holds it: what it is, never whom it is about.

    A code that was never given, one of a forgotten paper and one of a paper that does not match its fingerprint
    have the same answer.
    """
    proof = proof_of(code)
    if proof is None:
        return _hidden(render(request, "documents/authenticity_unknown.html", {"form": CodeForm()}, status=404))
    form = FingerprintForm(request.GET if "fingerprint" in request.GET else None)
    typed = form.cleaned_data["fingerprint"] if form.is_bound and form.is_valid() else ""
    context = {"proof": proof, "form": form, "typed": typed, "same_as": proof.same_as(typed)}
    return _hidden(render(request, "documents/authenticity.html", context))


def _hidden(response: HttpResponse) -> HttpResponse:
    """No search engine keeps the page."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@lists
def mail_list(request: Request) -> HttpResponseBase:
    """Every mail that Maillon wrote, newest first."""
    if can_read_outbox(request.membership) is None:
        raise Http404
    mails = Mail.objects.visible_to(request.membership)
    return Listing(request, rows=mails, table=MailTable, noun=MAIL, filters=MailFilter).respond(
        "documents/mail_list.html"
    )


@lists
def sms_list(request: Request) -> HttpResponseBase:
    """Every SMS, newest first, without its number nor its text."""
    if can_read_outbox(request.membership) is None:
        raise Http404
    rows = Sms.objects.visible_to(request.membership)
    return Listing(request, rows=rows, table=SmsTable, noun=SMS).respond("documents/sms_list.html", is_open=provider())


@require_safe
def mail_detail(request: Request, pk: int) -> HttpResponse:
    """One mail, without the text of an account mail: it holds a link that opens the account."""
    mail = visible_mail(request, pk)
    can_resend = mail.may_leave_again and can_resend_mail(request.membership) is not None
    attached = [row.file for row in mail.attachments.select_related("file")]
    context = {
        "mail": mail,
        "attached": attached,
        "can_resend": can_resend,
        "tone": TONES.get(mail.delivery, ""),
        "step": _step(mail, can_resend=can_resend),
        **history(_mail_history(mail)),
    }
    return render(request, "documents/mail_detail.html", context)


def _step(mail: Mail, *, can_resend: bool) -> Step:
    """What is awaited of a mail, or asked of whoever may send it again."""
    if mail.forgotten_at:
        return Step("Le courriel est effacé, sur demande", since=mail.forgotten_at)
    match mail.delivery:
        case SendState.SENT:
            return Step("Le courriel est parti, rien n’est attendu", since=mail.sent_at)
        case SendState.KEPT:
            return Step("Le courriel est gardé ici, rien n’est attendu")
        case SendState.FAILED:
            awaited = "Le courriel n’est pas parti"
            yours = "ce courriel n’est pas parti, renvoyez-le quand la cause est levée"
            return Step(awaited, yours if can_resend else "", since=mail.created_at)
    return Step(str(mail.get_delivery_display()), since=mail.created_at)


def _mail_history(mail: Mail) -> list[Past]:
    """What happened to a mail; of an attempt that failed, the date is not kept."""
    told = [Past("Écrit", mail.created_at)]
    if mail.sent_at:
        tries = f" au bout de {mail.attempts}\u00a0essais" if mail.attempts > 1 else ""
        told.append(Past(f"Parti{tries}", mail.sent_at))
    if mail.error:
        told.append(Past(f"Dernier échec\u00a0: {mail.failure}"))
    if mail.forgotten_at:
        told.append(Past("Effacé sur demande", mail.forgotten_at))
    return told


@require_safe
def mail_attachment(request: Request, pk: int, file: int) -> FileResponse:
    """One file that goes with a mail."""
    attachment = get_object_or_404(visible_mail(request, pk).attachments.select_related("file"), file=file)
    return file_response(attachment.file)


@require_POST
def mail_resend(request: Request, pk: int) -> HttpResponse:
    """Send again a mail that did not leave."""
    before = visible_mail(request, pk)
    mail = resend_mail(mail=before, by=request.membership)
    if before.delivery == SendState.FAILED and mail.delivery == SendState.QUEUED:
        messages.success(request, "Le courriel est de nouveau en attente d’envoi.")
    else:
        messages.info(request, f"Rien à renvoyer\u00a0: ce courriel est «\u00a0{mail.get_delivery_display()}\u00a0».")
    return redirect("documents:mail_detail", pk=mail.pk)


def visible_mail(request: Request, pk: int) -> Mail:
    """The mail, if the person may see it; else a 404."""
    return get_object_or_404(Mail.objects.visible_to(request.membership), pk=pk)
