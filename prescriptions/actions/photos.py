"""What is answered to the photo of a paper: seen and right, or to be done again; one page each."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from lifecycle.pages import Page, Pages
from network.requests import Request
from prescriptions.forms.instruction import PhotoFaultForm, PhotoSeenForm
from prescriptions.models import FactBand, ProofPhoto
from prescriptions.services import photos
from prescriptions.views.photos import visible_photo


def _bands(request: Request, photo: ProofPhoto) -> Mapping[str, Any]:
    return {"bands": FactBand.objects.on(timezone.localdate())}


def _points(photo: ProofPhoto) -> str:
    return reverse("prescriptions:prescription_completion", args=[photo.prescription.reference])


PAGES: tuple[Page[Request], ...] = (
    Page(
        "accept",
        "conforme",
        PhotoSeenForm,
        photos.accept_proof_photo,
        form_kwargs=_bands,
        values=PhotoSeenForm.values,
        done="C’est noté comme vu aujourd’hui, et l’image est effacée",
        submit="Vu\u00a0: conforme, effacer l’image",
        after=_points,
    ),
    Page(
        "refuse",
        "a-refaire",
        PhotoFaultForm,
        done="L’image est effacée. Le foyer lit sur sa page pourquoi la refaire",
        submit="À refaire, effacer l’image",
        after=_points,
    ),
)

urlpatterns = Pages(ProofPhoto, visible_photo, "prescriptions/actions/_proof_photo.html").urls(
    "papiers-en-photo", PAGES
)
