"""« Rester connecté », asked for by a page whose form is not sent yet."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from network.sessions import end_told, renew


@require_POST
def session_renew(request: HttpRequest) -> HttpResponse:
    """Begin the hours of the session again, and tell when it ends."""
    renew(request)
    return JsonResponse(end_told(request))
