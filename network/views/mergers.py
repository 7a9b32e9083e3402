"""The pilot establishes that an EPCI merged into another: what would follow, then, once confirmed, what did."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lifecycle.acting import answer, asks_then_acts, posted
from network.forms.mergers import MergerForm
from network.mergers import foreseen
from network.models import Merger
from network.permissions import can_declare_merger
from network.requests import Request
from network.services.mergers import check_merger, declare_merger, moved_by


@asks_then_acts
def merger_declare(request: Request) -> HttpResponse:
    """Asked, foreseen, then done in one act; nothing moves before the confirmation."""
    if can_declare_merger(request.membership) is None:
        raise PermissionDenied
    form = MergerForm(posted(request))
    if "confirm" in request.POST:
        merger = answer(request, form, lambda data: declare_merger(actor=request.membership, **data), None)
        if merger is not None:
            context = {"merger": merger, "moved": moved_by(merger)}
            return render(request, "network/merger_result.html", context)
    elif answer(request, form, lambda data: _checked(request, data), None):
        return _preview(request, form)
    known = Merger.objects.visible_to(request.membership).select_related("epci", "successor")
    return render(request, "network/merger_declare.html", {"form": form, "mergers": known})


def _checked(request: Request, data: dict[str, object]) -> bool:
    given = {name: value for name, value in data.items() if name != "comment"}
    check_merger(actor=request.membership, **given)  # type: ignore[arg-type]  # what the form gives
    return True


def _preview(request: Request, form: MergerForm) -> HttpResponse:
    moving, kept = foreseen(form.cleaned_data["epci"], timezone.now())
    context = form.cleaned_data | {"form": form, "moving": moving, "kept": kept}
    return render(request, "network/merger_preview.html", context)
