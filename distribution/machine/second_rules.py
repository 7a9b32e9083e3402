"""Of two devices of a kind that are held for one household in two prescriptions, one is handed over (machines §4.20).

Needs of two files said to be of one household after both were served come to that, or a hand-over that was undone after
the other was put aside. The second is handed over once somebody has decided that the household has both.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from distribution.enums import HandOverKind
from distribution.machine.owed_rules import LEAD_OF_DEVICE
from distribution.models import HandOver
from lifecycle.actors import Actor
from lifecycle.machine import Context, PerRow
from lifecycle.requirements import PerRowValues
from refurb.enums import DeviceState
from refurb.models import Device
from typography.french import day

S = DeviceState
TO_DECIDE = (
    "Un besoin est de trop\u00a0? Il s’abandonne. Il faut les deux à ce foyer\u00a0? Libérez cet appareil, puis"
    " réservez-le de nouveau. Ce n’est pas le même foyer\u00a0? Détachez les deux dossiers."
)


def given_meanwhile(devices: Iterable[int]) -> dict[int, Device]:
    """``{device that is held: the one of its kind that its household was given meanwhile, in another prescription}``.

    One that replaced another by an exchange gives nothing more. Two queries at most.
    """
    held = Device.objects.main().filter(pk__in=list(devices), state=S.RESERVED, reserved_at__isnull=False)
    asked = list(held.select_related(LEAD_OF_DEVICE).order_by("pk"))
    leads = {_lead(one) for one in asked}
    hang = Q(**{f"{LEAD_OF_DEVICE}__in": leads}) | Q(**{f"{LEAD_OF_DEVICE}__same_as__in": leads})
    exchanged = HandOver.objects.current().filter(device=OuterRef("pk"), kind=HandOverKind.EXCHANGE)
    given: list[Device] = []
    if asked:
        rows = Device.objects.main().filter(hang, ~Q(Exists(exchanged)), state=S.HANDED_OVER)
        since = min(one.reserved_at for one in asked if one.reserved_at is not None)
        given = list(rows.filter(handed_over_at__gte=since).select_related(LEAD_OF_DEVICE).order_by("handed_over_at"))
    found = ((one, next((other for other in given if _is_second(one, other)), None)) for one in asked)
    return {one.pk: other for one, other in found if other is not None}


def _lead(device: Device) -> int:
    assert device.need is not None  # so while it is held, or given
    lead: int = device.need.prescription.household.lead_id
    return lead


def _is_second(held: Device, given: Device) -> bool:
    assert held.need is not None
    assert given.need is not None
    alike = _lead(held) == _lead(given) and held.need.kind == given.need.kind
    since, then = held.reserved_at, given.handed_over_at
    elsewhere = held.need.prescription_id != given.need.prescription_id
    return alike and elsewhere and since is not None and then is not None and then >= since


def facts_of(found: Mapping[int, Device], actor: Actor) -> dict[int, str]:
    """What is said of each second one: its reference is for who may see the first. One query."""
    keys = [device.pk for device in found.values()]
    seen = set(Device.objects.visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    return {pk: _told_of(given, opens=given.pk in seen) for pk, given in found.items()}


def _told_of(given: Device, *, opens: bool) -> str:
    then = _day_of(given.handed_over_at)
    first = str(given.reference) if opens else "un appareil"
    elsewhere = "" if opens else ", dans un dossier suivi ailleurs"
    return f"Depuis que cet appareil est mis de côté, ce foyer a reçu {first}, du même genre, le {then}{elsewhere}."


def _second(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    return {pk: f"{fact} {TO_DECIDE}" for pk, fact in facts_of(given_meanwhile(per_row), ctx.actor).items()}


def _day_of(instant: datetime | None) -> str:
    assert instant is not None
    return day(timezone.localdate(instant))


NO_SECOND_MEANWHILE = PerRow(
    "second_meanwhile",
    "Depuis que cet appareil est mis de côté, ce foyer en a reçu un autre du même genre, dans une autre demande\u00a0:"
    " l’un des deux besoins s’abandonne, ou l’appareil se libère.",
    _second,
    lifted_by="le conseiller du point de distribution",
    field="need",
    of_rows=True,
)
