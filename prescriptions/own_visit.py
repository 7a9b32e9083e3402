"""What a browser holds of a household's own page between what is asked there and the page that answers.

Whatever is posted leads to a page that is opened: going back or loading again sends nothing twice. What became of it is
told once. It is a signed cookie of some minutes, sent to the addresses of one sheet alone: no row, no session, and the
household lets it go before it leaves a screen that is not its own (domaine §7.6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from prescriptions.enums import SheetLanguage
from prescriptions.own_papers import OWN_PAGE, read_pass, request_of

COOKIE = "ma_demande"
HELD = 5 * 60
"""Seconds during which the page opens again and acts without the year, from the last time it was read."""
SEEN = {"seen": True}
"""What is told when there is nothing to tell, of what is in the log of accesses already."""


@dataclass(frozen=True)
class OwnVisit:
    """Whose page is open: ``(paper, prescription)``, both by key; ``told``: what became of what was just asked."""

    opened: tuple[int, int]
    told: Mapping[str, Any]


def held_in(request: HttpRequest) -> Mapping[str, Any]:
    """What this browser holds; nothing when its minutes are over, or it was not made here."""
    try:
        held = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=HELD)
    except signing.BadSignature:
        return {}
    return held if isinstance(held, dict) else {}


def visit_of(request: HttpRequest, code: str) -> OwnVisit | None:
    """The visit that this browser holds of the paper with this code; None when its minutes are over."""
    held = held_in(request)
    if "opened" not in held:
        return None
    paper, prescription = held["opened"]
    if request_of(code) != (paper, prescription):
        return None
    return OwnVisit((paper, prescription), held.get("told", {}))


def posted_by(request: HttpRequest, code: str) -> tuple[int, int] | None:
    """Whose page was open when its form was sent: none once its minutes are over, or once it was closed.

    The pass of the form says which page it was, and lasts no longer than what this browser holds.
    """
    visit = visit_of(request, code)
    given = read_pass(request.POST.get("pass", ""), code)
    return given if visit is not None and given == visit.opened else None


def leads_on(
    request: HttpRequest, code: str, opened: tuple[int, int], told: Mapping[str, Any], page: str = OWN_PAGE
) -> HttpResponse:
    """To the page that tells what became of what was posted, in the same language."""
    response = to_page(request, code, page)
    hold(response, _path(code), {"opened": list(opened), "told": dict(told)})
    return response


def shown(response: HttpResponse, code: str, visit: OwnVisit) -> HttpResponse:
    """This page is what the visit tells: what became of it is not told again."""
    hold(response, _path(code), {"opened": list(visit.opened)})
    return response


def let_go(request: HttpRequest, code: str) -> HttpResponse:
    """Nothing more is held: the page asks for the year again."""
    response = to_page(request, code)
    response.delete_cookie(COOKIE, path=_path(code), samesite="Strict")
    return response


def to_page(request: HttpRequest, code: str, page: str = OWN_PAGE) -> HttpResponse:
    """To one of the pages of this sheet, in the language of this one."""
    asked, address = request.GET.get("langue", ""), reverse(page, args=[code])
    return redirect(f"{address}?{urlencode({'langue': asked})}" if asked in SheetLanguage.values else address)


def hold(response: HttpResponse, path: str, what: Mapping[str, Any]) -> None:
    """Have the browser hold it for some minutes, for the addresses under this path alone."""
    response.set_cookie(
        COOKIE,
        signing.dumps(what, salt=COOKIE, compress=True),
        max_age=HELD,
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _path(code: str) -> str:
    return reverse(OWN_PAGE, args=[code])
