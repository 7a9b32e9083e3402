"""Moments of the day as people say them, and figures."""

from datetime import datetime

from django import template
from django.utils import timezone

from typography.french import HARD, day, days_ago, grouped, plural

register = template.Library()
for read in (day, days_ago, grouped, plural):
    register.filter(read)


@register.filter
def relative_moment(instant: datetime) -> str:
    """An instant, the day in words when it is near: « hier à 17 h 02 », « le 21 nov. 2026 à 9 h 30 »."""
    local = timezone.localtime(instant)
    days = (timezone.localdate() - local.date()).days
    near = {0: "aujourd’hui", 1: "hier"}.get(days, f"le {day(local)}")
    return f"{near} à {local.hour}{HARD}h{HARD}{local:%M}"
