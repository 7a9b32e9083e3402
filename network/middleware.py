"""In which capacity one acts: ``request.membership``."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import ResolverMatch

from lifecycle.requests import own_address
from lifecycle.unkept import UNKEPT
from network.models import Membership
from network.reopening import asked_again
from network.requests import OpenRequest
from network.second_factor import has_second_factor, is_demanded_of

SESSION_KEY = "membership"
"""Where the session keeps the primary key of the membership chosen by the person."""


OPEN_WITHOUT_FACTOR = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "desk:accessibility",
        "desk:alive",
        "desk:favicon",
        "desk:guide",
        "desk:guide_chapter",
        "desk:legal",
        "desk:privacy",
        "desk:ready",
        "desk:robots",
        "desk:security_contact",
        "mfa_activate_totp",
        "network:session_renew",
    }
)
"""What whoever must set up a second factor opens before: its page, time for it, the way out, texts that name nobody."""

SENT = "envoi"
"""Says in the address of the sign-in page that something was sent, and not kept, because the session was over."""


class SignInFirstMiddleware(LoginRequiredMiddleware):
    """Whoever is not signed in signs in, then comes back to the page that was asked for.

    After something was sent, to the page it was sent from: what was sent is lost, and an address that only a button
    uses opens nothing.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        if request.method in {"GET", "HEAD"}:
            return super().handle_no_permission(request, view_func)
        came_from = urlsplit(request.headers.get("Referer", ""))
        is_ours = came_from.netloc == request.get_host()
        page = urlunsplit(("", "", came_from.path or "/", came_from.query, "")) if is_ours else "/"
        query = urlencode({REDIRECT_FIELD_NAME: own_address(request, page, "/"), SENT: 1})
        return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query}")


class ActingMembershipMiddleware:
    """Set ``request.membership``, in one query: the one chosen in this session, else the last one opened.

    It is None for an anonymous and for a person without any open membership. Such a person reads a page that
    says so instead of any page that demands to be signed in, account pages and the admin site excepted.

    ``request.other_roles`` are this person's other open memberships, from the same query: a page that is not for one
    may be for another.
    """

    def __init__(self, get_response: Callable[[OpenRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: OpenRequest) -> HttpResponse:
        mine = open_memberships(request)
        request.membership, request.other_roles = mine[0] if mine else None, mine[1:]
        return self.get_response(request)

    def process_view(
        self, request: OpenRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if request.membership is not None or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        open_to_all = not getattr(view, "login_required", True)
        if open_to_all or match is None or match.app_name == "admin" or is_of_the_account(match):
            return None
        return without_role(request)


def without_role(request: OpenRequest) -> HttpResponse:
    """The page of whoever is signed in and acts in no role: why, and whom to ask."""
    mine = Membership.objects.filter(user=request.user.pk).select_related("organisation")
    context = {"asked_again": asked_again(mine, request.user.pk), "contact": settings.LEGAL["contact"]}
    return render(request, "network/no_membership.html", context, status=403)


class SecondFactorMiddleware:
    """Whoever must have a second factor and has none sets it up, and opens nothing else of the site until it is done.

    What is open is named, all the rest is closed. A program asks by its key, not in a session: it is let through.
    """

    def __init__(self, get_response: Callable[[OpenRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: OpenRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: OpenRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        match = request.resolver_match
        if not request.user.is_authenticated or (match is not None and match.view_name in OPEN_WITHOUT_FACTOR):
            return None
        mine = [one for one in (request.membership, *request.other_roles) if one is not None]
        if not is_demanded_of(request.user, mine) or has_second_factor(request.user):
            return None
        if request.method not in {"GET", "HEAD"}:
            messages.warning(request, "Rien de ce que vous venez d’envoyer n’a été enregistré.")
        return redirect("mfa_activate_totp")


class UnkeptSheetsMiddleware:
    """No browser keeps the sheet of anything: it may name a household, and another may sit down at the same machine.

    A page with a form is kept: whoever goes back to it finds what was typed. The end of the session clears it
    (``network.sessions``).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and (match.url_name or "").endswith("_detail"):
            response.headers.setdefault("Cache-Control", UNKEPT)
        return response


def is_of_the_account(match: ResolverMatch) -> bool:
    """Tell whether an address is of one's account, without any role: those of allauth, and the session renewed."""
    return (match.url_name or "").startswith(("account", "mfa")) or match.view_name == "network:session_renew"


def open_memberships(request: HttpRequest) -> list[Membership]:
    """The open memberships of the person of this request: first the one in which he acts, then the last opened."""
    if not request.user.is_authenticated:
        return []
    chosen = request.session.get(SESSION_KEY)
    mine = Membership.objects.open().filter(user_id=request.user.pk).select_related("organisation").order_by()
    found = sorted(mine, key=lambda one: (one.pk == chosen, one.opened_at, one.pk), reverse=True)
    for membership in found:
        membership.user = request.user
    return found


def act_as(request: OpenRequest, membership: Membership) -> None:
    """Act in ``membership`` for the rest of the session; the session's key changes with the capacity."""
    request.session[SESSION_KEY] = membership.pk
    request.session.cycle_key()
    request.membership = membership
