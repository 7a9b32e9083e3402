"""The household sends the photo of a paper from its own page: told what becomes of it beside the button; no script."""

from allauth.core.internal import ratelimit
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from lifecycle.acting import asks_then_acts
from lifecycle.actors import SignedLink
from prescriptions.models import Prescription
from prescriptions.own_papers import pass_for
from prescriptions.own_visit import SEEN, leads_on, posted_by, shown, to_page, visit_of
from prescriptions.parameters import PHOTO_DAYS, PHOTOS_WAITING
from prescriptions.services.households import record_access
from prescriptions.services.photos import cannot_send, send_photo
from prescriptions.views.own_page import asked_for, hidden, link_of
from prescriptions.views.saving import saved

TRIES = {"own_photo": "30/h/ip,10/d/key"}
"""Photos that one address of the network, and the sheets of one request, may send, looked at or not."""
MOST_BYTES = 10 * 1024**2
PAGE = "prescriptions/own_photo.html"
OWN_PHOTO = "prescriptions:own_photo"
TOO_HEAVY = "Cette photo dépasse 10\u00a0Mo\u00a0: prenez-la de moins près, ou en moins grand."
CHOOSE = "Choisissez une photo."


class InMemory(MemoryFileUploadHandler):
    """What is sent is held in memory, up to a bound: not a byte of it on a disk, for a moment."""

    def handle_raw_input(
        self,
        input_data: object,
        meta: dict[str, str],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        self.activated = content_length <= MOST_BYTES + 64 * 1024


class ProofPhotoForm(forms.Form):
    """One picture."""

    photo = forms.FileField(
        label="Photo du papier",
        widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif"}),
        error_messages={"required": CHOOSE, "empty": "Ce fichier est vide.", "invalid": CHOOSE},
        help_text="À plat, en entier, bien éclairé. Une photo prise avec votre téléphone, pas un PDF ni une vidéo."
        " 10\u00a0Mo au plus.",
    )


@login_not_required
@never_cache
@csrf_exempt
@asks_then_acts
def own_photo(request: HttpRequest, code: str) -> HttpResponse:
    """How the body is read is said before anything of it is, the token of the form included: it is checked below."""
    request.upload_handlers = [InMemory(request)]
    return _own_photo(request, code)


@csrf_protect
@sensitive_post_parameters("pass")
def _own_photo(request: HttpRequest, code: str) -> HttpResponse:
    """The page, opened from the household's own; then what became of what it sent, on a page that is opened.

    Without the pass of that page, or once it is closed, the page asks for the year of birth again.
    """
    visit = visit_of(request, code) if request.method != "POST" else None
    opened = visit.opened if visit is not None else posted_by(request, code)
    prescription = asked_for(opened[1]) if opened else None
    if opened is None or prescription is None:
        return to_page(request, code)
    link, told = link_of(opened), visit.told if visit is not None else {}
    sends = "send" in request.POST
    if not sends and not told:
        record_access(actor=link, household=prescription.household, what="own_photo")
    if visit is None and not sends:
        return leads_on(request, code, opened, SEEN, OWN_PHOTO)
    form = ProofPhotoForm(request.POST, request.FILES) if sends else ProofPhotoForm()
    status = 200
    if sends and not request.FILES and int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        form.errors.clear()  # nothing was read of it: it is not that none was chosen
        form.add_error("photo", TOO_HEAVY)
    elif sends and not _may_try(request, prescription):
        form.add_error("photo", "Trop de photos envoyées aujourd’hui\u00a0: essayez demain.")
        status = 429
    elif sends and form.is_valid() and _sent(form, link, prescription):
        return leads_on(request, code, opened, SEEN | {"sent": True}, OWN_PHOTO)
    today, is_sent = timezone.localdate(), bool(told.get("sent"))
    refused = None if is_sent else cannot_send(prescription, today)
    context = {
        "form": form,
        "code": code,
        "pass": pass_for(opened),
        "prescription": prescription,
        "sent": is_sent,
        "refused": refused,
        "days": PHOTO_DAYS.on(today),
        "most": PHOTOS_WAITING.on(today),
    }
    page = hidden(render(request, PAGE, context, status=status))
    return shown(page, code, visit) if visit is not None else page


def _may_try(request: HttpRequest, prescription: Prescription) -> bool:
    key = f"prescription {prescription.pk}"
    return bool(ratelimit.consume(request, app="prescriptions", action="own_photo", config=TRIES, key=key))


def _sent(form: ProofPhotoForm, link: SignedLink, prescription: Prescription) -> bool:
    content = form.cleaned_data["photo"].read()
    if len(content) > MOST_BYTES:
        form.add_error("photo", TOO_HEAVY)
        return False
    return saved(form, lambda: send_photo(actor=link, prescription=prescription, content=content)) is not None
