"""Days, deadlines and figures of conventions as people read them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.formats import number_format

from conventions.permissions import can_create_convention, can_set_reserve
from conventions.views.inbox import asks_something
from network.calendar import working_days_between
from network.permissions import is_pilot

register = template.Library()
NARROW = "\u202f"


@register.filter
def day(value: date | None) -> str:
    """A day: « 1er déc. 2026 »."""
    if value is None:
        return ""
    first = "1er" if value.day == 1 else str(value.day)
    return f"{first}\u00a0{dateformat.format(value, 'N Y')}"


@register.filter
def local_day(instant: datetime | None) -> date | None:
    """The day of an instant, Paris time."""
    return None if instant is None else timezone.localdate(instant)


@register.filter
def since(instant: datetime | None) -> str:
    """Since when, in whole local days: « aujourd’hui », « hier », « il y a 3 jours »."""
    if instant is None:
        return ""
    days = (timezone.localdate() - timezone.localdate(instant)).days
    return {0: "aujourd’hui", 1: "hier"}.get(days, f"il y a {days}\u00a0jours")


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
def euros(amount: Decimal | None) -> str:
    """An amount: « 180 € », « 49,90 € »."""
    if amount is None:
        return ""
    cents = 0 if amount == amount.to_integral_value() else 2
    return f"{number_format(amount, cents)}\u00a0€"


@register.filter
def percent(rate: Decimal | None) -> str:
    """A rate: « 5 % », « 2,5 % »."""
    if rate is None:
        return ""
    return f"{number_format(rate, 0 if rate == rate.to_integral_value() else 1)}\u00a0%"


@register.filter
def grouped(figure: int | None) -> str:
    """A large whole number with its thousands apart."""
    return "" if figure is None else f"{figure:,}".replace(",", NARROW)


@register.filter
def plural(figure: int, endings: str = ",s") -> str:
    """The ending of a French word: the second one from 2 on; 0 is singular."""
    return endings.split(",")[figure >= 2]


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
        "can_create": can_create_convention(actor) is not None,
    }
