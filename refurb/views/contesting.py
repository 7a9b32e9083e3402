"""The page where a recycler reads what is recorded in its name, with the paper, and says that it is not so."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from documents.responses import file_response
from lifecycle.acting import answer, asks_then_acts, posted
from network.requests import Request
from refurb.forms.evidence import ContestForm
from refurb.models import Destruction
from refurb.parameters import CONTEST_DAYS
from refurb.permissions import can_contest_destruction
from refurb.services.contesting import contest_destruction
from typography.french import plural


@asks_then_acts
def destruction_contest(request: Request, pk: int) -> HttpResponse:
    """The destruction, its paper, and why it is wrong: the workshop is asked at once."""
    row = _in_his_name(request, pk)
    form = ContestForm(posted(request))
    done = answer(
        request,
        form,
        lambda data: contest_destruction(actor=request.membership, destruction=row, reason=data["reason"]),
        None,
    )
    home = reverse("desk:home")
    if done is not None:
        messages.success(
            request, f"Contestée\u00a0: ce disque n’est plus prouvé détruit. {row.device.workshop} le lit."
        )
        return redirect(home)
    days = CONTEST_DAYS.on(timezone.localdate())
    context = {
        "form": form,
        "row": row.drive,
        "destruction": row,
        "title": "Contester une destruction",
        "back": home,
        "submit": "Contester",
        "warning": "Le disque n’est plus prouvé détruit dès que vous contestez\u00a0: l’atelier a"
        f" {days} jour{plural(days)} pour répondre, par un autre certificat ou une autre preuve.",
    }
    return render(request, "refurb/destruction_contest.html", context)


@require_safe
def destruction_paper(request: Request, pk: int) -> FileResponse:
    """The certificate that was deposited in its name, for the recycler."""
    row = _in_his_name(request, pk)
    assert row.certificate is not None
    return file_response(row.certificate)


def _in_his_name(request: Request, pk: int) -> Destruction:
    if can_contest_destruction(request.membership) is None:
        raise PermissionDenied
    rows = Destruction.objects.in_the_name_of(request.membership)
    return get_object_or_404(rows.select_related("drive", "device__workshop", "certificate", "recycler"), pk=pk)
