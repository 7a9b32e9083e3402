"""The request of whoever acts, as the engine and the lists read it."""

from django.http import HttpRequest
from django.urls import ResolverMatch
from django.utils.http import url_has_allowed_host_and_scheme

from lifecycle.actors import Actor


class ActingRequest(HttpRequest):
    """A request that reached its view and says in which capacity one acts.

    Never made: Django makes the request and resolves its address, a middleware of the app above says who acts.
    """

    membership: Actor
    resolver_match: ResolverMatch


def own_address(request: HttpRequest, asked: str, otherwise: str) -> str:
    """The path that was asked for, if it is one of this site; else ``otherwise``."""
    is_ours = url_has_allowed_host_and_scheme(asked, request.get_host(), require_https=request.is_secure())
    return asked if asked.startswith("/") and is_ours else otherwise
