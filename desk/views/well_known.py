"""What browsers, robots and whoever finds a fault ask of any site, at addresses that the web agreed upon."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

MARK = "maillon.svg"
OF_ALL = ("desk:home", "desk:legal", "desk:privacy", "desk:accessibility", "documents:authenticity_form")
"""The pages that a search engine may read: whoever has no account opens them without any link that is his own."""
TRUE_FOR = timedelta(days=180)
"""How long what is said to whoever finds a fault may be believed; RFC 9116 asks for less than a year."""


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The mark of the house, for a browser that looks where no page told it to."""
    return redirect(static(MARK))


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What a search engine may read: the public pages, and what draws them (RFC 9309)."""
    opened = [f"Allow: {reverse(name)}$" for name in OF_ALL]
    return _lines("User-agent: *", *opened, f"Allow: {settings.STATIC_URL}", "Disallow: /")


@login_not_required
@require_safe
def security_contact(request: HttpRequest) -> HttpResponse:
    """Whom to write to about a fault of this site (RFC 9116); nothing where whoever runs it did not say."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + TRUE_FOR).replace(microsecond=0)
    return _lines(
        f"Contact: mailto:{settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: fr",
        f"Canonical: {settings.SITE_URL}{reverse('desk:security_contact')}",
    )


def _lines(*lines: str) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
