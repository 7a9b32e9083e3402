"""Browsers in which an account signed in before, known again by a signed cookie that names nobody.

Whoever guesses passwords makes an account slow to try for everybody, its owner too, unless the browser of the owner is
counted apart (OWASP, “Device cookies”).
"""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, dumps, loads
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE = "appareil"
SALT = "network.known_devices"
KEPT_FOR = timedelta(days=180)


def known_device(request: HttpRequest, email: str) -> str:
    """The key of this browser if the account of this address signed in from it; empty otherwise."""
    try:
        account, key = loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT_FOR)
    except (BadSignature, TypeError, ValueError):
        return ""
    return str(key) if constant_time_compare(account, _account(email)) else ""


def remember_device(request: HttpRequest, response: HttpResponse, email: str) -> HttpResponse:
    """Have this browser known again where one signs in, under the key it had or a new one."""
    key = known_device(request, email) or secrets.token_urlsafe(16)
    response.set_cookie(
        COOKIE,
        dumps([_account(email), key], salt=SALT),
        max_age=KEPT_FOR,
        path=reverse("account_login"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _account(email: str) -> str:
    return salted_hmac(SALT, email.strip().lower(), algorithm="sha256").hexdigest()
