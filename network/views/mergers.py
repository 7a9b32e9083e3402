"""The pilot establishes that an EPCI merged into another."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lifecycle.acting import answer, posted
from network.forms.mergers import MergerForm
from network.models import Merger
from network.permissions import can_declare_merger
from network.services.mergers import declare_merger


@require_http_methods(["GET", "HEAD", "POST"])
def merger_declare(request: HttpRequest) -> HttpResponse:
    """One act over whatever is open; the mergers that were established are told under it."""
    if can_declare_merger(request.membership) is None:
        raise PermissionDenied
    form = MergerForm(posted(request))
    merger = answer(request, form, lambda data: declare_merger(actor=request.membership, **data), None)
    if merger is not None:
        told = f"{merger.epci} est réuni à {merger.successor}\u00a0: ce qui est en cours a suivi."
        messages.success(request, told)
        return redirect("network:merger_declare")
    known = Merger.objects.visible_to(request.membership).select_related("epci", "successor")
    return render(request, "network/merger_declare.html", {"form": form, "mergers": known})
