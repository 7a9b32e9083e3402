"""What is left of the quotas of a convention, in a sentence: each quota by itself, in the year of the day."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils import timezone

from conventions.models import Convention, Quota
from lifecycle.registry import ChainLink
from refurb.enums import COUNTED_BY_QUOTA, DeviceState
from refurb.models import Device
from typography.french import day, grouped, plural

OUTSIDE = (DeviceState.SHIPPED, DeviceState.AVAILABLE, DeviceState.RESERVED)
"""Out of the workshop, and of no household yet."""


def to_allot(quotas: Sequence[Quota]) -> str:
    """What a convention in force waits for.

    What one type has above its quota is not taken from what is left of another; what a year left is not carried over.
    """
    today = timezone.localdate()
    current = [quota for quota in quotas if quota.starts_on <= today <= quota.ends_on]
    if left := sum(quota.room for quota in current):
        last = max(quota.ends_on for quota in current)
        return (
            f"{grouped(left)} appareil{plural(left)} à affecter d’ici le {day(last)}, pour tenir les quotas de l’année"
        )
    if coming := [quota.starts_on for quota in quotas if quota.starts_on > today and quota.room]:
        return f"l’année suivante, le {day(min(coming))}, toutes les places de l’année en cours sont prises"
    return "un avenant, toutes les places sont prises"


def beside_quotas(convention: Convention) -> int:
    """How many screens are of a convention with their desktop, and take no place of a quota; one query."""
    return Device.objects.filter(convention=convention, quota=None, state__in=COUNTED_BY_QUOTA).count()


def told_beside(screens: int) -> str:
    """« 2 écrans, avec leur ordinateur, hors quota »."""
    return f"{grouped(screens)} écran{plural(screens)}, avec {'leur' if screens > 1 else 'son'} ordinateur, hors quota"


def to_hand_over(convention: Convention) -> str:
    """What a convention that ended still waits for: what is outside and may be handed over, until when; one query."""
    today = timezone.localdate()
    last = convention.hands_over_until(today)
    outside = Device.objects.filter(convention=convention, state__in=OUTSIDE).count()
    if last is None or not outside:
        return ""
    told = f"{grouped(outside)} appareil{plural(outside)}"
    if last < today:
        return f"le renvoi de {told} à l’atelier"
    return f"la remise de {told} jusqu’au {day(last)} inclus, puis le renvoi de ce qui reste à l’atelier"


def as_it_was(links: Sequence[ChainLink]) -> tuple[ChainLink, ...]:
    """The links of a convention that ended: nothing more is allotted, what is at a point may still be handed over."""
    told = [
        replace(link, code="none", said="aucun appareil")
        if link.code == "ahead" or (link.code == "now" and link.label == "Atelier")
        else link
        for link in links
    ]
    if links[-2].code == "now":
        told[-1] = links[-1]
    return tuple(told)
