"""A session lives as long as it is used, and whoever types is warned before it ends (WCAG 2.2.1)."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from allauth.account.signals import email_changed
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse

from network.models import User
from network.services.accounts import end_sessions
from typography.french import hour

ENDS = "ends"
"""Where the session keeps the second at which it ends if nothing is opened until then."""
RENEWED_EVERY = 60 * 60
"""A page opened within the hour writes nothing."""
CACHE = '"cache"'
"""What a browser is told to clear, in the header's own quotes."""
WARNED = 10 * 60
"""How many seconds before the end one is warned."""


class LivingSessionMiddleware:
    """Renew the session of whoever uses it, at most once an hour.

    Once it is over, the browser forgets the pages it kept for whoever goes back to what was typed: they may name a
    household, and another may sit down at the same machine.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and left(request) < settings.SESSION_COOKIE_AGE - RENEWED_EVERY:
            renew(request)
        response = self.get_response(request)
        if is_over(request):
            response["Clear-Site-Data"] = CACHE
        return response


def is_over(request: HttpRequest) -> bool:
    """Whether the browser still shows the key of a session that is over: signed out, unused for too long, ended."""
    shown = bool(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    return shown and not request.user.is_authenticated and request.session.is_empty()


def left(request: HttpRequest) -> float:
    """How many seconds the session has left."""
    return int(request.session.get(ENDS, 0)) - time.time()


def renew(request: HttpRequest) -> None:
    """Begin the hours of the session again."""
    request.session[ENDS] = int(time.time()) + settings.SESSION_COOKIE_AGE


def end_told(request: HttpRequest) -> dict[str, Any]:
    """When the session ends, as a page says it and counts it: ``left``, in seconds."""
    ends = datetime.fromtimestamp(request.session.get(ENDS, 0), tz=UTC)
    return {"hour": hour(ends), "left": int(left(request)), "warned": WARNED}


def register() -> None:
    """The hours of a session begin with it; a new address ends those that were begun with the former."""
    user_logged_in.connect(_begin, dispatch_uid="network.sessions")
    email_changed.connect(_end_others, dispatch_uid="network.sessions")


def _begin(request: HttpRequest, **kwargs: Any) -> None:
    renew(request)


def _end_others(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Only the session in which the new address was confirmed stays, if it is one of this account."""
    end_sessions(user, but=request.session.session_key)
