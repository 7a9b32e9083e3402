"""The keys of programs: made, shown once, looked at, revoked."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.forms import ApiKeyForm
from desk.models import ApiKey
from desk.services.api_keys import make_api_key, revoke_api_key, told_of_revocation
from lifecycle.acting import answer, asks_then_acts, posted
from lifecycle.machine import verbs_of
from lifecycle.once import settle_sent
from network.models import User
from network.permissions import can_make_api_key
from network.requests import Request
from network.views.confirm import confirm
from refurb.models import Device
from typography.french import day

AGAIN = (
    "Cette clé est déjà créée\u00a0: elle n’est montrée qu’une fois, et rien n’a été créé de nouveau."
    " Vous ne l’avez pas copiée\u00a0? Révoquez-la, et créez-en une autre."
)
PER_PAGE = 100
"""How many acts a page of a key tells, the last ones first."""


@asks_then_acts
def api_key_list(request: Request) -> HttpResponse:
    """The keys that one sees; a new one is shown once, on the page that answers."""
    _may(request)
    form, made = ApiKeyForm(posted(request)), None
    new = answer(request, form, lambda data: make_api_key(actor=request.membership, name=data["name"]), None)
    if new is not None:
        settle_sent(reverse("desk:api_key_list"), AGAIN)
        made, form = new[1], ApiKeyForm()
    keys = ApiKey.objects.visible_to(request.membership).select_related("membership__user", "membership__organisation")
    rows = keys.with_standing(timezone.now()).annotate(last=Max("uses__day")).order_by(F("is_usable").desc(), "-pk")
    context = {"form": form, "made": made, "keys": rows, "api": _address(request)}
    response = render(request, "desk/api_key_list.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def api_key_detail(request: Request, pk: int) -> HttpResponse:
    """One key, and what was done by it: the last acts, each with its object."""
    key = _seen(request, pk)
    page = Paginator(key.acts.all(), PER_PAGE).get_page(request.GET.get("page"))
    acts = list(page)
    labels = {name: verb.done for name, verb in verbs_of(Device).items()}
    visible = Device.objects.visible_to(request.membership).filter(pk__in=[act.object_pk for act in acts])
    seen = set(visible.values_list("pk", flat=True))
    context = {
        "key": key,
        "acts": [
            (
                act,
                labels.get(act.verb, act.verb),
                reverse("refurb:device_detail", args=[act.reference]) if act.object_pk in seen else "",
            )
            for act in acts
        ],
        "page": page,
        **key.uses.aggregate(last=Max("day")),
    }
    return render(request, "desk/api_key_detail.html", context)


@asks_then_acts
def api_key_revoke(request: Request, pk: int) -> HttpResponse:
    """Say what stops and who is told, then close one, at once and for good."""
    key = _seen(request, pk)
    return confirm(
        request,
        lambda: revoke_api_key(actor=request.membership, key=key),
        title="Révoquer cette clé",
        sentence=_what_stops(key, told_of_revocation(request.membership, key)),
        done=f"Clé «\u00a0{key}\u00a0» révoquée\u00a0: le logiciel qui la porte n’a plus de réponse.",
        settled="" if key.revoked_at is None else f"La clé «\u00a0{key}\u00a0» est révoquée.",
        back_url=reverse("desk:api_key_list"),
    )


def _what_stops(key: ApiKey, told: User | None) -> str:
    """Which key, what it did last, what becomes of its program, who is written to."""
    last = key.uses.aggregate(last=Max("day"))["last"]
    used = f"dernière demande le {day(last)}" if last else "elle n’a encore rien demandé"
    stops = (
        "Le logiciel qui la porte n’aura plus de réponse, aussitôt\u00a0: il ne lit et n’enregistre plus rien."
        if ApiKey.objects.usable(timezone.now()).filter(pk=key.pk).exists()
        else "Elle n’ouvre déjà plus rien."
    )
    mailed = (
        "Personne n’est prévenu par courriel\u00a0: dites-le à qui tient ce logiciel."
        if told is None
        else f"Un courriel le dit à {told}."
    )
    return (
        f"«\u00a0{key}\u00a0», au nom de {key.membership.user}, {key.membership.organisation}\u00a0; {used}. {stops}"
        " Ce que le logiciel a fait reste. Cela ne se défait pas\u00a0: pour le relier de nouveau, créez une autre clé."
        f" {mailed}"
    )


def _seen(request: Request, pk: int) -> ApiKey:
    _may(request)
    seen = ApiKey.objects.visible_to(request.membership).with_standing(timezone.now())
    return get_object_or_404(
        seen.select_related("membership__user", "membership__organisation", "revoked_by__user"), pk=pk
    )


def _may(request: Request) -> None:
    if not can_make_api_key(request.membership):
        raise PermissionDenied


def _address(request: Request) -> str:
    return request.build_absolute_uri("/api/v1/")
