"""What one reads when a request cannot be answered: a page that says what is safe and what to do."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
"""What Django refuses to read, because there is too much of it."""


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when it is the size of what was sent that is refused."""
    return too_large(request) if isinstance(exception, TOO_MUCH) else render(request, "400.html", status=400)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more than this site reads."""
    return render(request, "413.html", status=413)


def conflict(request: HttpRequest) -> HttpResponse:
    """409: two people at once on the same rows, and the second lost."""
    return render(request, "409.html", status=409)
