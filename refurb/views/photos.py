"""The pictures of a device: seen by those who see it, added and taken away by those who work on it."""

from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from documents.responses import file_response
from lifecycle.acting import asks_then_acts, deposited, posted
from network.requests import Request
from refurb.forms.parts import PhotoForm
from refurb.models import Device, Photo
from refurb.services import photos
from refurb.views.devices import DEVICE_PAGES, visible_device
from refurb.views.evidence import worked_on

NOBODY = (
    "Sans personne, ni écran, papier ou étiquette où l’on lit un nom\u00a0: tous ceux qui voient l’appareil voient la"
    " photo."
)


@asks_then_acts
def device_add_photo(request: Request, reference: str) -> HttpResponse:
    """Add one picture."""
    device = worked_on(request, reference)
    return DEVICE_PAGES.record(
        request,
        device,
        PhotoForm(posted(request), deposited(request)),
        photos.add_photo,
        title="Ajouter une photo",
        done="Photo ajoutée",
        values=PhotoForm.values,
        warning=NOBODY,
        submit="Ajouter la photo",
    )


@require_safe
def device_photo(request: Request, reference: str, pk: int) -> FileResponse:
    """One picture, as Maillon drew it."""
    device = visible_device(request, reference)
    photo = get_object_or_404(Photo.objects.not_removed().filter(device=device).select_related("file"), pk=pk)
    return file_response(photo.file, as_attachment=False)


@asks_then_acts
def device_remove_photo(request: Request, reference: str, pk: int) -> HttpResponse:
    """Take one picture away."""
    device = worked_on(request, reference)
    kept = list(Photo.objects.not_removed().filter(device=device).select_related("file"))
    rank, photo = next(((rank, one) for rank, one in enumerate(kept, 1) if one.pk == pk), (0, None))
    if photo is None:
        raise Http404

    def remove(*, actor: Any, device: Device) -> Photo:
        return photos.remove_photo(actor=actor, photo=photo)

    return DEVICE_PAGES.record(
        request,
        device,
        forms.Form(posted(request)),
        remove,
        title=f"Supprimer la photo {rank}",
        done="Photo supprimée",
        irreversible=True,
        submit="Supprimer la photo",
    )
