"""What a request knows of the person who makes it, by what its view demands of him.

Never made: Django makes the request, its middleware puts the user there, ``network.middleware`` the rest.
"""

from typing import TypeGuard

from django.http import HttpRequest

from lifecycle.requests import ActingRequest
from network.models import Membership, User


class OpenRequest(HttpRequest):
    """Of a page open to all: an anonymous has no membership, nor has a person whose last one was closed."""

    membership: Membership | None
    other_roles: list[Membership]


class SignedInRequest(OpenRequest):
    """Of an account page: whoever is signed in, even without an open membership."""

    user: User


class Request(SignedInRequest, ActingRequest):
    """Of any other page: whoever is signed in and acts in a membership; the middleware answers the others itself."""

    membership: Membership


def acts(request: OpenRequest) -> TypeGuard[Request]:
    """Whether whoever makes this request acts in a membership, hence is signed in."""
    return request.membership is not None
