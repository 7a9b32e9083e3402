"""What the pages of distribution share: the links between them, deadlines as people read them."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from calendars.days import last_day
from distribution.permissions import can_serve_device, sees_derogations
from distribution.proposal import ProposedLine
from refurb.permissions import can_edit_point, sees_deliveries
from typography.french import day, percent

register = template.Library()
SOON = 2
"""Days before the end from which a deadline calls for attention."""


@register.filter
def day_left(instant: datetime | None) -> SafeString | str:
    """When a reservation falls: its last day, and how many are left."""
    if instant is None:
        return ""
    last = last_day(instant)
    left = (last - timezone.localdate()).days
    said = {0: "aujourd’hui", 1: "demain"}.get(left, f"dans {left}\u00a0jours" if left > 0 else "échue")
    tone = "tag--danger" if left < 0 else "tag--todo" if left <= SOON else ""
    return format_html('{} <span class="tag {}">{}</span>', day(last), tone, said)


@register.filter
def covered(until: date | None) -> SafeString | str:
    """A warranty: its last day, and whether it still runs."""
    if until is None:
        return ""
    runs = until >= timezone.localdate()
    tone, said = ("tag--done", "en cours") if runs else ("", "terminée")
    return format_html('{} <span class="tag {}">{}</span>', day(until), tone, said)


@register.filter
def part(served: Fraction | None) -> str:
    """A part of those who wait, never rounded up: nobody is said to be served who is not."""
    return percent(None if served is None else Decimal(int(served * 100)))


@register.filter
def reason(line: ProposedLine, told: object = None) -> str:
    """Why a line of a proposal is what it is, in a sentence. ``told``: a line above serves the same households."""
    if not line.demand.left:
        return "Ce qui est en route suffit à tous ceux qui attendent."
    if told:
        return "Sert les mêmes foyers." if line.count else "Les mêmes foyers sont servis autrement."
    moved = f"de {part(line.before)} à {part(line.after)} des foyers servis"
    if line.count:
        return f"Parmi les moins servis\u00a0: {moved}."
    if not line.ready:
        return "Son atelier n’a rien de prêt de ce type."
    return f"D’autres sont moins servis, ou par d’autres types\u00a0: {moved}."


@register.inclusion_tag("refurb/_device_pages.html", takes_context=True)
def distribution_pages(context: dict[str, Any]) -> dict[str, Any]:
    """The links between the pages of distribution, those one may open."""
    request = context["request"]
    links = [(label, reverse(f"distribution:{name}")) for label, name in _pages(request.membership)]
    return {"links": [(label, url, url == request.path) for label, url in links]}


def _pages(actor: Any) -> list[tuple[str, str]]:
    names: list[tuple[str, str]] = []
    if can_serve_device(actor) is not None:
        names += [
            ("Rayon", "shelf"),
            ("Besoins à servir", "need_queue"),
            ("Rendez-vous", "appointment_day"),
            ("Réservations", "reservation_list"),
            ("Retours", "return_list"),
            ("À renvoyer", "send_back_list"),
            ("Scanner", "scan_start"),
            ("Inventaires", "stocktake_list"),
        ]
    if sees_deliveries(actor) is not None:
        names.append(("Livraisons", "delivery_list"))
    if can_serve_device(actor) is not None or can_edit_point(actor) is not None:
        names.append(("Points", "point_list"))
    if sees_derogations(actor) is not None:
        names.append(("Dérogations", "derogation_list"))
    return names
