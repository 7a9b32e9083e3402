"""The page where a recycler reads what is recorded in its name, with the paper, and says that it is not so."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from documents.responses import file_response
from lifecycle.acting import answer, asks_then_acts, deposited, posted
from network.requests import Request
from refurb.contested import answer_told, why_contested
from refurb.forms.evidence import ConfirmDestructionForm, ContestForm
from refurb.models import Destruction
from refurb.parameters import CONTEST_DAYS
from refurb.permissions import can_contest_destruction
from refurb.services.contesting import confirm_destruction, contest_destruction
from typography.french import day, plural

TITLE = "Contester une destruction"


@asks_then_acts
def destruction_contest(request: Request, pk: int) -> HttpResponse:
    """The destruction, its paper, and why it is wrong: the workshop is asked at once."""
    row = _in_his_name(request, pk)
    home = reverse("desk:home")
    if (contested := row.undone_by) is not None:
        since = day(timezone.localdate(contested.recorded_at))
        said = f"Vous l’avez contestée le {since}\u00a0: {why_contested(row)}. {answer_told(row)}."
        context = {
            "row": row.drive,
            "destruction": row,
            "title": "Destruction contestée",
            "back": home,
            "impossible": said,
        }
        return render(request, "refurb/destruction_contest.html", context)
    form = ContestForm(posted(request))
    done = answer(
        request,
        form,
        lambda data: contest_destruction(actor=request.membership, destruction=row, reason=data["reason"]),
        None,
    )
    if done is not None:
        messages.success(
            request,
            "Contestée\u00a0: ce disque n’est plus prouvé détruit."
            f" {row.device.workshop} le lit dans «\u00a0À faire\u00a0» et par un courriel.",
        )
        return redirect(home)
    days = CONTEST_DAYS.on(timezone.localdate())
    context = {
        "form": form,
        "row": row.drive,
        "destruction": row,
        "title": TITLE,
        "back": home,
        "submit": "Contester",
        "warning": "Le disque n’est plus prouvé détruit dès que vous contestez\u00a0: l’atelier a"
        f" {days} jour{plural(days)} pour répondre, par une autre preuve. S’il se révèle"
        " détruit, vous seul le direz, sur cette page, par un autre certificat.",
    }
    return render(request, "refurb/destruction_contest.html", context)


@asks_then_acts
def destruction_confirm(request: Request, pk: int) -> HttpResponse:
    """A destruction that the recycler contested took place after all: it says so itself, with its certificate."""
    row = _in_his_name(request, pk)
    if row.undone_by is None or not row.is_pending:
        return redirect("refurb:destruction_contest", pk=row.pk)
    form = ConfirmDestructionForm(posted(request), deposited(request), by=request.membership)
    done = answer(
        request,
        form,
        lambda data: confirm_destruction(
            actor=request.membership,
            destruction=row,
            method=data["method"],
            destroyed_at=data["destroyed_at"],
            certificate=data["deposit"],
            confirmed=data["confirmed"],
        ),
        None,
        names={"certificate": "deposit"},
    )
    if done is not None:
        messages.success(request, "Confirmée\u00a0: ce disque est de nouveau prouvé détruit, par votre certificat.")
        return redirect("desk:home")
    context = {
        "form": form,
        "row": row.drive,
        "destruction": row,
        "title": "Confirmer une destruction",
        "back": reverse("refurb:destruction_contest", args=[row.pk]),
        "submit": "Confirmer",
        "warning": "Vous avez contesté cette destruction\u00a0: personne d’autre que vous ne dit qu’elle a eu lieu.",
    }
    return render(request, "refurb/destruction_contest.html", context)


@require_safe
def destruction_paper(request: Request, pk: int) -> FileResponse:
    """The certificate that was deposited in its name, for the recycler; of what it contested too."""
    row = _in_his_name(request, pk)
    assert row.certificate is not None
    return file_response(row.certificate)


def _in_his_name(request: Request, pk: int) -> Destruction:
    if can_contest_destruction(request.membership) is None:
        raise PermissionDenied
    rows = Destruction.objects.read_by(request.membership).with_answer()
    around = ("drive", "device__workshop", "certificate", "recycler", "superseded_by")
    return get_object_or_404(rows.select_related(*around), pk=pk)
