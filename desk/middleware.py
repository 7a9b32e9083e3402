"""What is refused before it is read, and what two people did at once: pages instead of a broken connection."""

from collections.abc import Callable
from http import HTTPStatus

import psycopg
from django.conf import settings
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from desk.views.errors import bad_request, conflict, not_so, too_large
from lifecycle.typed import LONGEST, whole

PIECE = 1024 * 1024
READ_AT_MOST = 4
"""How many times the limit is read and thrown away, so that the browser shows the answer rather than an error."""
NUL = "NUL (0x00)"
"""What an address or a ticked box holds only when it was made to."""
AT_ONCE = (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable, psycopg.errors.SerializationFailure)


class RefusalsMiddleware:
    """413 for a request heavier than ``settings.REQUEST_MAX_BYTES``; 409 for one that lost against another.

    405 in words for an address that is not asked so. 400 for a NUL where there can be none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = whole(str(request.META.get("CONTENT_LENGTH", ""))[:LONGEST]) or 0
        if announced > settings.REQUEST_MAX_BYTES:
            throw_away(request, min(announced, READ_AT_MOST * settings.REQUEST_MAX_BYTES))
            return too_large(request)
        response = self.get_response(request)
        return not_so(request, response) if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Two transactions stood in each other's way, and trying again did not help; or a sign that is no text."""
        if isinstance(exception, DataError) and NUL in str(exception):
            return bad_request(request, exception)
        cause = exception.__cause__ if isinstance(exception, OperationalError) else exception
        return conflict(request) if isinstance(cause, AT_ONCE) else None


def throw_away(request: HttpRequest, size: int) -> None:
    """Read the beginning of a body and forget it: a browser that is still sending does not listen."""
    try:
        while size > 0 and (piece := request.read(min(PIECE, size))):
            size -= len(piece)
    except UnreadablePostError:
        return
