"""What is done of a parcel, declared as the apps declare it: one page each, beside the pages of the site."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import include, path

from config.urls import urlpatterns as site
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.forms import CommentForm, ReasonForm
from lifecycle.pages import Page, Pages
from tests.lifecycle.parcels.machine import REASON
from tests.lifecycle.parcels.models import Parcel

RESERVED = "RESERVE"
"""A label that the service below does not give."""


class StoreForm(CommentForm):
    label = forms.CharField(label="Étiquette", required=False)
    kilos = forms.IntegerField(label="Poids")

    def values(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return {"weight": given.pop("kilos")} | given


class SizedForm(ReasonForm):
    size = forms.ChoiceField(label="Taille", choices=[("small", "Petit"), ("large", "Grand")])
    reasons, rule = [("wrong", "Erreur de saisie")], REASON

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["size"].help_text = f"Vue par {by.pk}"


def store_parcel(*, actor: Actor, parcel: Parcel, label: str, **given: Any) -> Parcel:
    if label == RESERVED:
        raise ValidationError({"label": "Cette étiquette ne se donne pas."})
    return gate.apply(parcel, "store", actor=actor, label=label, **given)


def not_when_large(request: HttpRequest, parcel: Parcel) -> Mapping[str, Any]:
    if parcel.size == "huge":
        raise PermissionDenied
    return {"warning": f"Colis {parcel.size}."}


def visible_parcel(request: HttpRequest, reference: str) -> Parcel:
    return get_object_or_404(Parcel.objects.visible_to(request.membership), reference=reference)


def by_hand(request: HttpRequest, reference: str) -> HttpResponse:
    return HttpResponse("à la main")


PARCELS = Pages(Parcel, visible_parcel, done="{row} : {done}.".replace(" :", "\u00a0:"))
PAGES = (
    Page(
        "store",
        "ranger",
        StoreForm,
        store_parcel,
        values=StoreForm.values,
        names={"weight": "kilos"},
        context=not_when_large,
        after=lambda parcel: f"/colis/{parcel.reference}/suite/",
    ),
    Page("give", "remettre", view=by_hand),
    Page(
        "break_",
        "casser",
        ReasonForm.asking([("fall", "Tombé")], REASON),
        done=lambda before, after: f"{before.get_state_display()} puis {after.get_state_display()}.",
        submit="Déclarer cassé",
    ),
    Page(
        "reclassify",
        "reclasser",
        SizedForm,
        done="autre taille que {row.size}",
        form_kwargs=lambda request, parcel: {"by": request.membership},
    ),
)

parcels = [path("colis/<str:reference>/", by_hand, name="parcel_detail"), *PARCELS.urls("colis", PAGES)]
urlpatterns = [*site, path("", include((parcels, "parcels")))]
