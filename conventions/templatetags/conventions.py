"""Days, deadlines and figures of conventions as people read them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import working_days_between
from conventions.models.articles import changes_end, paragraphs_of
from conventions.permissions import can_set_reserve, prepares_conventions
from conventions.views.inbox import asks_something
from network.permissions import is_pilot
from typography.french import day, days_ago, euros, grouped, percent, plural

register = template.Library()
for read in (day, euros, percent, grouped, plural):
    register.filter(read)
register.filter("since", days_ago)
register.filter("paragraphs", paragraphs_of)
register.filter(changes_end)


@register.filter
def of(found: Mapping[str, Any], key: str) -> Any:
    """What a page holds under a key; None when nothing."""
    return found.get(key)


@register.filter
def local_day(instant: datetime | None) -> date | None:
    """The day of an instant, Paris time."""
    return None if instant is None else timezone.localdate(instant)


@register.filter
def iso_day(instant: str) -> str:
    """The day of an instant kept as text (ISO 8601), Paris time."""
    return day(timezone.localdate(datetime.fromisoformat(instant)))


@register.filter
def working_days(due: date) -> str:
    """What is left until a deadline, in working days: « dans 2 jours ouvrés », « dépassé de 1 jour ouvré »."""
    today = timezone.localdate()
    left = working_days_between(today, due)
    if due == today:
        return "aujourd’hui"
    if due < today:
        late = max(1, -left)
        return f"dépassé de {late}\u00a0jour{'s' if late > 1 else ''} ouvré{'s' if late > 1 else ''}"
    if left <= 0:
        return "d’ici le prochain jour ouvré"
    return f"dans {left}\u00a0jour{'s' if left > 1 else ''} ouvré{'s' if left > 1 else ''}"


@register.filter
def is_late(due: date | None) -> bool:
    """Whether a deadline has passed."""
    return due is not None and due < timezone.localdate()


@register.filter
def fingerprint(sha256: str) -> str:
    """A hash by groups of eight, so that it can be read aloud and compared."""
    return " ".join(sha256[i : i + 8] for i in range(0, len(sha256), 8))


@register.inclusion_tag("conventions/_pages.html", takes_context=True)
def convention_pages(context: dict[str, Any]) -> dict[str, Any]:
    """The links between the lists of conventions, those one may open."""
    request = context["request"]
    actor = request.membership
    names = []
    if asks_something(actor):
        names.append(("À relire, à signer", "inbox"))
    names.append(("Conventions", "convention_list"))
    if is_pilot(actor):
        names.append(("Échéances et quotas", "ending_list"))
    if can_set_reserve(actor):
        names.append(("Réserve départementale", "reserve"))
    links = [(label, reverse(f"conventions:{name}")) for label, name in names]
    return {
        "links": [(label, url, url == request.path) for label, url in links],
        "can_create": prepares_conventions(actor),
    }
