"""What one reads when a request cannot be answered: a page that says what is safe and what to do."""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import page_not_found

from lifecycle.outages import is_away, is_full

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
"""What Django refuses to read, because there is too much of it."""
OF_PROGRAMS = "/api/"
NOT_FOUND = "Rien à cette adresse\u00a0: la description de l’API dit celles qui répondent."
NOT_UNDERSTOOD = "Demande incompréhensible\u00a0: rien n’en a été lu."
SOON, SOON_WITH_ROOM = 60, 600
"""Seconds before one tries again: a database comes back by itself, room is made by somebody."""


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when it is the size of what was sent that is refused; for a program, the words in its own format."""
    if isinstance(exception, TOO_MUCH):
        return too_large(request)
    if request.path.startswith(OF_PROGRAMS):
        return JsonResponse({"erreur": NOT_UNDERSTOOD}, status=400, headers={"Cache-Control": "no-store"})
    return render(request, "400.html", status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: a page for people; for a program that asks the API, the words in its own format."""
    if request.path.startswith(OF_PROGRAMS):
        return JsonResponse({"erreur": NOT_FOUND}, status=404, headers={"Cache-Control": "no-store"})
    return page_not_found(request, exception)


def not_so(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """405: an address that does not answer what is asked of it, most often that of a button that one opens."""
    if request.path.startswith(OF_PROGRAMS) or refused.content or not request.accepts("text/html"):
        return refused
    page = render(request, "405.html", status=405)
    page["Allow"] = refused["Allow"]
    return page


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more than this site reads."""
    return render(request, "413.html", status=413)


@requires_csrf_token
def failure(request: HttpRequest) -> HttpResponse:
    """500; 503 when it is the database that is away, 507 when it is room that is missing: both say when to come back.

    These pages ask nothing of the database, of the session or of whoever is signed in.
    """
    error = sys.exc_info()[1]
    if is_full(error):
        return _error_page("507.html", 507, SOON_WITH_ROOM)
    if is_away(error):
        return _error_page("503.html", 503, SOON)
    return _error_page("500.html", 500, 0)


def _error_page(template: str, status: int, retry_after: int) -> HttpResponse:
    response = HttpResponse(get_template(template).render(), status=status)
    if retry_after:
        response["Retry-After"] = str(retry_after)
    response["Cache-Control"] = "no-store"
    return response


def conflict(request: HttpRequest) -> HttpResponse:
    """409: two people at once on the same rows, and the second lost."""
    return render(request, "409.html", status=409)
