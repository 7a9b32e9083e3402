"""The door by which the service of SMS hands over what households answer; and an answer that is read."""

import json
from secrets import compare_digest

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from distribution.services.answers import read_answers, receive_answer
from distribution.views.appointments import visible_appointment
from documents.sms_door import takes_answers
from network.programs import refused_in_json, told_in_json
from network.requests import Request

TRIES = {"sms_answers": "600/m/ip"}
"""Requests of one address of the network: a service hands over fewer, whoever guesses a secret sends more."""
BEARER = "Bearer "
LONGEST_ID, LONGEST_BODY = 80, 20_000
WORDS = ("id", "from", "text")


@csrf_exempt
@login_not_required
@never_cache
@require_POST
@sensitive_variables("told")
def sms_answers(request: HttpRequest) -> HttpResponse:
    """Take ``{"id", "from", "text"}`` as JSON, by the secret of the service; one is taken once. Off by default: 404.

    No CSRF token: whoever sends has no session and no cookie, and the secret, in a header, is what no page of another
    site can send. Answers say nothing of anybody: 200, 400, 401, 404, 413, 429.
    """
    if not takes_answers():
        raise Http404
    if not ratelimit.consume(request, app="distribution", action="sms_answers", config=TRIES):
        return refused_in_json("Trop d’envois à la suite\u00a0: attendez une minute.", 429)
    given = request.headers.get("Authorization", "")
    if not given.startswith(BEARER) or not _is_ours(given.removeprefix(BEARER).strip()):
        return refused_in_json("Secret inconnu.", 401)
    if len(request.body) > LONGEST_BODY:
        return refused_in_json("Message trop long.", 413)
    told = _read(request.body)
    if told is None:
        return refused_in_json("Il faut un objet JSON avec les textes id, from et text.", 400)
    receive_answer(provider_id=told["id"], number=told["from"], text=told["text"])
    return told_in_json({"reçu": True})


def _is_ours(secret: str) -> bool:
    return compare_digest(secret.encode(), settings.SMS_ANSWERS_SECRET.encode())


def _read(body: bytes) -> dict[str, str] | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not all(isinstance(told.get(word), str) for word in WORDS):
        return None
    named = told["id"].strip()
    fit = 0 < len(named) <= LONGEST_ID and named.isprintable()
    whole = _is_text("".join(told[word] for word in WORDS))
    return {word: told[word].strip() for word in WORDS} if fit and whole else None


def _is_text(said: str) -> bool:
    """Whether it can be kept: half a sign of sixteen bits cannot."""
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True


@require_POST
def sms_answer_read(request: Request, reference: str) -> HttpResponse:
    """What was answered is read: its words are kept no more."""
    appointment = visible_appointment(request, reference)
    if read_answers(actor=request.membership, appointment=appointment):
        messages.success(request, "C’est noté\u00a0: la réponse est lue, son texte est effacé.")
    return redirect("distribution:appointment_detail", reference=reference)
