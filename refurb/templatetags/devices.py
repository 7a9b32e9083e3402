"""Figures of devices as people read them, and the links between the pages of devices."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from network.permissions import is_pilot
from refurb.permissions import can_allot_device, can_serve_device, can_work_on_device, sees_incidents

register = template.Library()
NARROW = "\u202f"
UNITS = ((10**12, "To"), (10**9, "Go"), (10**6, "Mo"), (10**3, "ko"))


@register.filter
def days_ago(instant: datetime | None) -> str:
    """Since when, in whole local days: « aujourd’hui », « hier », « il y a 3 jours »."""
    if instant is None:
        return ""
    days = (timezone.localdate() - timezone.localdate(instant)).days
    return {0: "aujourd’hui", 1: "hier"}.get(days, f"il y a {days}\u00a0jours")


@register.filter
def euros(amount: Decimal | None) -> str:
    """An amount: « 180 € », « 49,90 € »."""
    if amount is None:
        return ""
    cents = 0 if amount == amount.to_integral_value() else 2
    return f"{number_format(amount, cents)}\u00a0€"


@register.filter
def storage(size: int | None) -> str:
    """A size in bytes, in the thousands makers count with: « 256 Go »."""
    if size is None:
        return ""
    for unit, name in UNITS:
        if size >= unit:
            figure = Decimal(size) / unit
            return f"{number_format(figure.quantize(Decimal('0.1')).normalize(), None, use_l10n=True)}\u00a0{name}"
    return f"{size}\u00a0octets"


@register.filter
def grouped(figure: int | str | None) -> str:
    """A large whole number with its thousands apart; a word in its place stays."""
    if isinstance(figure, str):
        return figure
    return "" if figure is None else f"{figure:,}".replace(",", NARROW)


@register.filter
def articles(text: str) -> SafeString:
    """A text in articles, an empty line between them: the first line of each is its title."""
    paragraphs = [part.strip().partition("\n") for part in text.split("\n\n")]
    return format_html_join(
        "",
        "{}<p>{}</p>",
        (
            (format_html('<h2 class="h6">{}</h2>', first), linebreaksbr(rest)) if rest else ("", first)
            for first, _, rest in paragraphs
        ),
    )


@register.filter
def plural(figure: int, endings: str = ",s") -> str:
    """The ending of a French word: the second one from 2 on; 0 is singular."""
    return endings.split(",")[figure >= 2]


@register.inclusion_tag("refurb/_device_pages.html", takes_context=True)
def device_pages(context: dict[str, Any]) -> dict[str, Any]:
    """The links between the lists of devices, those one may open."""
    request = context["request"]
    works = can_work_on_device(request.membership) is not None
    names = [("Mon établi", "bench"), ("À recevoir", "reception")] if works else []
    names.append(("Appareils", "device_list"))
    if can_allot_device(request.membership) is not None:
        names.append(("À affecter", "allotment"))
    if can_serve_device(request.membership) is not None:
        names.append(("Rayon", "shelf"))
    if works or is_pilot(request.membership):
        names.append(("Effacements manquants", "missing_erasure_list"))
    if sees_incidents(request.membership) is not None:
        names.append(("Incidents", "incident_list"))
    links = [(label, reverse(f"refurb:{name}")) for label, name in names]
    return {"links": [(label, url, url == request.path) for label, url in links]}
