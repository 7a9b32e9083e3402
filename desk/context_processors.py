"""What the desk adds around every page."""

from functools import partial

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from desk.guide.chapters import help_on


def help_link(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """``help_url``: where the guide explains the page one is on, in the chapter of one's role, once it is shown."""
    match = request.resolver_match
    membership = getattr(request, "membership", None)
    role, kind = (membership.role, membership.kind) if membership else ("", "")
    return {"help_url": SimpleLazyObject(partial(help_on, match.view_name if match else "", role, kind))}
