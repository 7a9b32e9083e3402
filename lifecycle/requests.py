"""The request of whoever acts, as the engine and the lists read it."""

from django.http import HttpRequest
from django.urls import ResolverMatch

from lifecycle.actors import Actor


class ActingRequest(HttpRequest):
    """A request that reached its view and says in which capacity one acts.

    Never made: Django makes the request and resolves its address, a middleware of the app above says who acts.
    """

    membership: Actor
    resolver_match: ResolverMatch
