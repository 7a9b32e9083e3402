"""Whether the site lives, and whether it can serve: for whatever watches it. Words, no figure about anybody."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from desk.parameters import FREE_MEGABYTES
from desk.service import room_left, watched
from desk.todo.limits import limits_on
from desk.views.errors import SOON


@login_not_required
@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers, whatever the database does. The demonstration says which copy it is."""
    said = f"vivant\ncopie {settings.DEMO_COPY}\n" if settings.DEMO else "vivant\n"
    return _words(said, 200)


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when pages can be served: the database answers and there is room. What lags is told, and stops nobody."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        now = timezone.now()
        limits = limits_on(now)
        seen = watched(now, limits)
    except (DatabaseError, InterfaceError):
        return _words("base\u00a0: absente\n", 503)
    room = room_left() >= limits[FREE_MEGABYTES]
    lines = (
        "base\u00a0: répond",
        f"disque\u00a0: {'place suffisante' if room else 'presque plein'}",
        f"travail de fond\u00a0: {'silencieux' if seen.is_silent else 'vu récemment'}",
        f"tâches\u00a0: {'en retard' if seen.late else 'à l’heure'}",
    )
    return _words("\n".join(lines) + "\n", 200 if room else 503)


def _words(said: str, status: int) -> HttpResponse:
    response = HttpResponse(said, status=status, content_type="text/plain; charset=utf-8")
    if status != 200:
        response["Retry-After"] = str(SOON)
    return response
