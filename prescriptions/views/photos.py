"""The photo of a paper that a household sent: its worker looks at it, and answers."""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lifecycle.acting import Step
from lifecycle.unkept import unkept
from network.requests import Request
from prescriptions.enums import PhotoState
from prescriptions.models import ProofPhoto
from prescriptions.parameters import PHOTO_DAYS
from prescriptions.views.rows import opened
from typography.french import day

S = PhotoState


def visible_photo(request: Request, reference: str) -> ProofPhoto:
    """The photo, if it was sent to one's own prescriber; else a 404. The opening is recorded."""
    around = ("prescription__household", "prescription__prescriber", "settled_by__user")
    seen = ProofPhoto.objects.visible_to(request.membership).select_related(*around)
    photo = get_object_or_404(seen, reference=reference)
    return opened(request, photo.prescription.household, photo)


def deleted_on(photo: ProofPhoto) -> str:
    """The day when it is deleted if nobody has looked at it."""
    sent = photo.sent_at or timezone.now()
    return day(sent + timedelta(days=PHOTO_DAYS.on(timezone.localdate())))


@require_safe
def proof_photo_detail(request: Request, reference: str) -> HttpResponse:
    """The photo, what to do of it, and until when it is there."""
    photo = visible_photo(request, reference)
    waits = photo.state == S.WAITING
    step = (
        Step("La photo attend d’être regardée", "regardez la photo, puis dites ce qu’elle montre", "accept")
        if waits
        else Step(f"{S(photo.state).label}\u00a0: l’image est effacée")
    )
    context = {
        "photo": photo,
        "prescription": photo.prescription,
        "step": step,
        "waits": waits,
        "has_picture": waits and hasattr(photo, "picture"),
        "deleted_on": deleted_on(photo) if waits else "",
    }
    return render(request, "prescriptions/proof_photo_detail.html", context)


@require_safe
def proof_photo_picture(request: Request, reference: str) -> HttpResponse:
    """The picture itself, while it waits: kept by no browser."""
    photo = visible_photo(request, reference)
    picture = getattr(photo, "picture", None)
    if photo.state != S.WAITING or picture is None:
        raise Http404
    response = HttpResponse(bytes(picture.content), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return unkept(response)
