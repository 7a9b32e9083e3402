"""What is still to be handed over under a convention that ends soon, or has ended: until when, and what lifts it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from conventions.enums import ALIVE, ENDED
from conventions.models import Convention
from conventions.parameters import HANDING_OVER_DAYS, LAST_REMINDER_DAYS, SECOND_REMINDER_DAYS
from desk.todo.blocks import SOON, Block, BlockRow, many, until
from desk.todo.limits import Limits
from distribution.places_left import OUTSIDE
from network.models import Membership
from refurb.enums import DeviceState
from refurb.models import Device
from typography.french import HARD, day

COLUMNS = ("reference", "title", "state", "ends_on", "ended_on")
PROLONGED = "un avenant la prolonge, s’il est en vigueur avant sa fin"
SENT_BACK = "puis l’atelier les reprend, et peut les affecter à une autre convention"


def ending_at_points(actor: Membership, at: datetime, limits: Limits) -> Block:
    """By convention, what stands at one's points or is on its way there."""
    return _block(Device.objects.visible_to(actor), at, limits, lambda _: reverse("distribution:shelf"))


def ending_for_parties(actor: Membership, at: datetime, limits: Limits) -> Block:
    """The same for whoever may renew or amend: of the conventions that one sees."""
    held = Device.objects.filter(convention__in=Convention.objects.visible_to(actor).order_by().values("pk"))
    return _block(held, at, limits, lambda found: reverse("conventions:convention_detail", args=[found["reference"]]))


def _block(devices: QuerySet[Device], at: datetime, limits: Limits, leads: Callable[[Any], str]) -> Block:
    today = timezone.localdate(at)
    handing, soon = limits.days(HANDING_OVER_DAYS), today + limits.days(LAST_REMINDER_DAYS)
    alive = Q(state__in=ALIVE, ends_on__lte=today + limits.days(SECOND_REMINDER_DAYS))
    ended = Q(state__in=ENDED, ended_on__gt=today - handing)
    near = Convention.objects.originals().filter(alive | ended).order_by()
    held = devices.filter(attached_to=None, state__in=OUTSIDE, convention__in=near.values("pk"))
    counted = (
        held.order_by()
        .values(*(f"convention__{name}" for name in COLUMNS))
        .annotate(
            count=Count("pk", distinct=True),
            reserved=Count("pk", filter=Q(state=DeviceState.RESERVED), distinct=True),
            over=Coalesce("convention__ended_on", "convention__ends_on"),
        )
        .order_by("over", "convention__reference")
    )

    def line(found: dict[str, Any]) -> BlockRow:
        told = {name: found[f"convention__{name}"] for name in COLUMNS}
        last = found["over"] + handing - timedelta(days=1)
        return _line(found, told, last, leads(told), soon)

    return Block(
        "fins-de-remise",
        "À remettre avant la fin d’une convention",
        lambda: list(counted),
        line,
        "Aucune convention qui finit n’a d’appareil à remettre.",
        late_word=SOON,
    )


def _line(found: dict[str, Any], told: dict[str, Any], last: date, url: str, soon: date) -> BlockRow:
    reserved = f", dont {many(found['reserved'], 'réservé')}" if found["reserved"] else ""
    about = f"{many(found['count'], 'appareil')} à remettre{reserved}{HARD}: "
    if told["state"] in ALIVE:
        about += f"{PROLONGED}\u00a0; sinon, remises jusqu’au {day(last)}, {SENT_BACK}"
        when, is_late = until(told["ends_on"], "finit le"), told["ends_on"] <= soon
    else:
        about += f"remises possibles jusqu’à ce jour, {SENT_BACK}"
        when, is_late = until(last, "jusqu’au"), last <= soon
    return BlockRow(told["title"], url, about, when, is_late=is_late, late_word=SOON)
