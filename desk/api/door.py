"""The door of programs: a key, how often, and why not, in JSON."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from allauth.core.internal import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as Unreadable
from ninja.parser import Parser
from ninja.security import HttpBearer
from pydantic import ConfigDict

from desk.api.unread import reasons_by_name
from desk.middleware import AT_ONCE, NUL
from desk.models import ApiKey
from desk.services.api_keys import key_of
from lifecycle.by_program import Invalid
from lifecycle.exceptions import Refused
from lifecycle.requirements import Reason
from network.programs import told_in_json
from network.requests import Request

TRIES = {"api": "60/m/ip"}
"""Requests of one address of the network whose key opens nothing: whoever guesses waits, programs beside him do not."""
KEY_TRIES = {"api_key": "120/m/key"}
"""Requests in the name of one membership, by whichever of its keys and wherever they come from."""
TOO_OFTEN = "Trop de demandes à la suite\u00a0: attendez une minute."
NO_KEY = "Clé absente, inconnue, révoquée ou arrivée à sa fin\u00a0: voyez «\u00a0Clés d’API\u00a0» dans votre compte."
NOT_YOURS = "Ce n’est pas à faire dans votre rôle."
NOT_THERE = "Rien ici, ou rien que vous puissiez voir."
AT_THE_SAME_TIME = "Quelqu’un change cet objet en ce moment\u00a0: recommencez."
WRONG = "Certaines valeurs ne vont pas."
MISSING = "Il manque quelque chose à cet acte."
TOO_BIG = "Cette demande est trop grosse."
NOT_SO = "Cette adresse ne se demande pas ainsi\u00a0: voyez la description de l’API."
NOT_ASKED_HERE = "Ce nom n’est pas connu dans l’adresse de cette demande."
UNREADABLE = "Cette demande ne se lit pas\u00a0: voyez la description de l’API."


class KeyedRequest(Request):
    """Of a program: in whose name it asks, and by which key."""

    api_key: ApiKey


class Key(HttpBearer):
    """The key of a program, in the header « Authorization: Bearer … »; who made it is who asks."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """The key, while it opens. Raises HttpError 429: too often with one key, or with wrong ones from one place."""
        key = key_of(token.strip())
        rate = {"config": TRIES} if key is None else {"config": KEY_TRIES, "key": f"membership {key.membership_id}"}
        if not ratelimit.consume(request, app="desk", action=next(iter(rate["config"])), limit_get=True, **rate):
            raise HttpError(429, TOO_OFTEN)
        if key is None:
            return None
        request.membership = key.membership  # type: ignore[attr-defined]
        request.api_key = key  # type: ignore[attr-defined]
        return key


def named_so(request: HttpRequest, names: Collection[str] = ()) -> None:
    """What an address adds is known by these names: ninja would leave the rest aside. Raises Invalid."""
    if unknown := set(request.GET) - set(names):
        raise Invalid({name: [NOT_ASKED_HERE] for name in unknown})


class Objects(Parser):
    """Bodies are objects of JSON: of anything else ninja would take what is usual, and act."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Raises ValueError, which is told as 400: no object, or a text that is none (half of a pair of UTF-16)."""
        body = super().parse_body(request)
        if not isinstance(body, dict):
            raise ValueError("not an object")  # noqa: TRY004 - as when it is no JSON
        json.dumps(body, ensure_ascii=False).encode()
        return body


class Strict(Schema):
    """What a program sends: a name that is not known is refused, and not left aside with what it meant."""

    model_config = ConfigDict(extra="forbid")


class ReasonOut(Schema):
    """One thing that is missing: its code, which does not change, its sentence, the value it is about, who lifts it."""

    code: str
    phrase: str
    valeur: str
    qui: str


def reason_out(reason: Reason) -> ReasonOut:
    """A reason as programs read it."""
    by = reason.lifted_by or (reason.where.who if reason.where is not None else "")
    return ReasonOut(code=reason.code, phrase=reason.sentence, valeur=reason.field, qui=by)


def reasons_out(reasons: Iterable[Reason]) -> list[ReasonOut]:
    """The same of several."""
    return [reason_out(reason) for reason in reasons]


def refused(status: int, sentence: str, **more: Any) -> HttpResponse:
    """Why not: a sentence, and what goes with it."""
    return told_in_json({"erreur": sentence} | more, status)


def of_fields(fields: Mapping[str, list[str]]) -> HttpResponse:
    """422: what is wrong, value by value; "" is the whole."""
    return refused(422, WRONG, valeurs=fields)


def _not_known(request: HttpRequest, error: Exception) -> HttpResponse:
    return refused(401, NO_KEY)


def _told(request: HttpRequest, error: HttpError) -> HttpResponse:
    return refused(error.status_code, UNREADABLE if error.status_code == HTTPStatus.BAD_REQUEST else error.message)


def _not_allowed(request: HttpRequest, error: Exception) -> HttpResponse:
    return refused(403, NOT_YOURS)


def _not_there(request: HttpRequest, error: Exception) -> HttpResponse:
    return refused(404, NOT_THERE)


def _unreadable(request: HttpRequest, error: Unreadable) -> HttpResponse:
    return of_fields(reasons_by_name(error.errors))


def _missing(request: HttpRequest, error: Refused) -> HttpResponse:
    return refused(409, MISSING, manque=[reason_out(reason).dict() for reason in error.all])


def _invalid(request: HttpRequest, error: Invalid) -> HttpResponse:
    return of_fields(error.fields)


def _not_right(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return of_fields(error.message_dict if hasattr(error, "error_dict") else {"": error.messages})


def _at_once(request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, AT_ONCE) or isinstance(error.__cause__, AT_ONCE):
        return refused(409, AT_THE_SAME_TIME)
    raise error


def _no_text(request: HttpRequest, error: DataError) -> HttpResponse:
    if NUL in str(error):
        return refused(400, UNREADABLE)
    raise error


ANSWERS: dict[type[Exception], Callable[..., HttpResponse]] = {
    AuthenticationError: _not_known,
    HttpError: _told,
    PermissionDenied: _not_allowed,
    Http404: _not_there,
    Unreadable: _unreadable,
    Refused: _missing,
    Invalid: _invalid,
    ValidationError: _not_right,
    OperationalError: _at_once,
    **dict.fromkeys(AT_ONCE, _at_once),
    DataError: _no_text,
}
"""What each error is told as, whichever view it comes from."""


def explain(api: NinjaAPI) -> None:
    """Let every refusal be told so."""
    for error, told in ANSWERS.items():
        api.add_exception_handler(error, told)


def opened(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of the API for whoever has a key: no session is asked, nothing is kept, the last refusals are told too."""

    @login_not_required
    @csrf_exempt
    @never_cache
    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except RequestDataTooBig:
            return refused(413, TOO_BIG)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            return refused(405, NOT_SO)
        return response

    return told
