"""An adviser asks the pilot for a derogation; the pilot says why not. Granting one is with the needs."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from distribution.forms.households import DerogationAskForm, DerogationRefuseForm
from distribution.models import Derogation
from distribution.permissions import can_ask_derogation, can_grant_derogation
from distribution.services.derogations import ask_derogation, refuse_derogation
from distribution.views.needs import visible_need
from lifecycle.acting import answer, asks_then_acts, posted
from network.requests import Request
from prescriptions.models import Need


@asks_then_acts
def derogation_ask(request: Request, reference: str) -> HttpResponse:
    """An adviser writes why a device of another territory should serve this need."""
    actor = request.membership
    if can_ask_derogation(actor) is None:
        raise PermissionDenied
    need = visible_need(request, reference)
    form = DerogationAskForm(posted(request))
    asked = answer(request, form, lambda data: ask_derogation(actor=actor, need=need, **data), need)
    back = reverse("distribution:need_choose", args=[need.reference])
    if asked is not None:
        messages.success(request, "Demande envoyée au pilote. Sa réponse se lit ici et dans «\u00a0Dérogations\u00a0».")
        return redirect(back)
    given = {"title": "Demander une dérogation", "submit": "Envoyer la demande", "back": back}
    return _page(request, need, form, given)


@asks_then_acts
def derogation_refuse(request: Request, reference: str) -> HttpResponse:
    """The pilot writes why not; the adviser reads it."""
    actor = request.membership
    if can_grant_derogation(actor) is None:
        raise PermissionDenied
    need = visible_need(request, reference)
    form = DerogationRefuseForm(posted(request))
    back = reverse("distribution:derogation_list")
    if answer(request, form, lambda data: refuse_derogation(actor=actor, need=need, **data), need):
        messages.success(request, f"Dérogation refusée pour {need.reference}. Le conseiller lit votre raison.")
        return redirect(back)
    return _page(request, need, form, {"title": "Refuser la dérogation", "submit": "Refuser", "back": back})


def _page(request: Request, need: Need, form: Any, given: dict[str, Any]) -> HttpResponse:
    already = Derogation.objects.filter(need=need).first()
    context = {"form": form, "row": need, "need": need, "already": already} | given
    return render(request, "distribution/actions/derogation_grant.html", context)
