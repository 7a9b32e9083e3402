"""The door of boot keys: files in, by a token of the workshop; nothing is read from here. And the tokens themselves."""

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from lifecycle.acting import answer, asks_then_acts, posted
from network.programs import refused_in_json, told_in_json
from network.requests import Request
from refurb.forms.hardware import FIELD_OF_KEYS, DepositTokenForm
from refurb.models import DepositedFile
from refurb.models.deposit_token import DepositToken
from refurb.permissions import can_manage_device
from refurb.readers.files import MOST_BYTES
from refurb.services import deposit_tokens, depositing
from refurb.services.depositing import MOST_FILES

TRIES = {"machine_deposit": "60/m/ip"}
"""Requests of one address of the network: a bench of ten keys sends less, whoever guesses tokens sends more."""
KEY_TRIES = {"machine_deposit_key": "30/m/key,600/h/key"}
"""Requests with one token, wherever they come from."""
BEARER = "Bearer "
MOST_WAITING = 2000
"""Files that wait in one workshop: beyond, a key adds none before some are sorted."""
REFUSED = "Jeton inconnu ou révoqué\u00a0: demandez-en un au responsable de l’atelier."
TOO_OFTEN = "Trop d’envois à la suite\u00a0: attendez une minute."
TOO_MANY = "Trop de fichiers attendent déjà d’être triés dans cet atelier."


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def machine_deposit(request: HttpRequest) -> HttpResponse:
    """Add files to what waits in the workshop of the token. No session: CSRF has nothing to ride on.

    Answers JSON that a console shows as it is: 201 with how many were kept and why others were not; 200 when none was
    new, so that a key goes on to what waits behind; 400 without a file, 401, 413, 429, 507.
    """
    if not ratelimit.consume(request, app="refurb", action="machine_deposit", config=TRIES):
        return refused_in_json(TOO_OFTEN, 429)
    given = request.headers.get("Authorization", "")
    token = deposit_tokens.token_of(given.removeprefix(BEARER).strip()) if given.startswith(BEARER) else None
    if token is None:
        return refused_in_json(REFUSED, 401)
    key = f"token {token.pk}"
    if not ratelimit.consume(request, app="refurb", action="machine_deposit_key", config=KEY_TRIES, key=key):
        return refused_in_json(TOO_OFTEN, 429)
    if DepositedFile.objects.waiting().filter(workshop=token.workshop_id).count() >= MOST_WAITING:
        return refused_in_json(TOO_MANY, 507)
    sent = request.FILES.getlist(FIELD_OF_KEYS)[:MOST_FILES]
    done = depositing.deposit_by_key(token=token, files=((one.name or "", one.read(MOST_BYTES + 1)) for one in sent))
    refused = [{"nom": name, "motif": why} for name, why in done.refused]
    status = 201 if done.kept else 200 if sent else 400
    return told_in_json({"gardés": len(done.kept), "refusés": refused}, status)


@asks_then_acts
def deposit_token_list(request: Request) -> HttpResponse:
    """The tokens of the workshop; a new one is shown once, on the page that answers."""
    _may(request)
    form, made = DepositTokenForm(posted(request)), None
    new = answer(
        request, form, lambda data: deposit_tokens.make_token(actor=request.membership, name=data["name"]), None
    )
    if new is not None:
        _, made = new
        form = DepositTokenForm()
    tokens = DepositToken.objects.visible_to(request.membership).select_related("made_by__user", "revoked_by__user")
    last = dict(
        DepositedFile.objects.filter(token__in=tokens).order_by().values_list("token").annotate(Max("deposited_at"))
    )
    rows = [(token, last.get(token.pk)) for token in tokens]
    context = {"form": form, "made": made, "rows": rows}
    response = render(request, "refurb/deposit_token_list.html", context)
    response["Cache-Control"] = "no-store"
    return response


@asks_then_acts
def deposit_token_revoke(request: Request, pk: int) -> HttpResponse:
    """Ask, then close one for good: its key is to be made again."""
    _may(request)
    token = get_object_or_404(DepositToken.objects.visible_to(request.membership), pk=pk)
    if request.method != "POST" and token.revoked_at is None:
        return render(request, "refurb/deposit_token_revoke.html", {"token": token})
    if deposit_tokens.revoke_token(actor=request.membership, token=token):
        messages.success(request, f"Jeton «\u00a0{token}\u00a0» révoqué\u00a0: la clé qui le porte n’envoie plus rien.")
    return redirect("refurb:deposit_token_list")


def _may(request: Request) -> None:
    if can_manage_device(request.membership) is None:
        raise PermissionDenied
