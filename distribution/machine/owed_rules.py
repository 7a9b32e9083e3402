"""A household that brought a device back is given no second one of its kind until that return is settled
(machines §4.20)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Q
from django.utils import timezone

from distribution.machine.allotment_rules import key_of
from distribution.models import Settlement
from lifecycle.machine import Context, PerRow
from lifecycle.requirements import PerRowValues
from prescriptions.models import Need
from prescriptions.models.need import LEAD
from refurb.enums import DeviceState
from refurb.models import Device
from refurb.models.device import DeviceQuerySet
from refurb.models.returns import BROUGHT_BACK, is_lost_in_return
from typography.french import day

S = DeviceState
LEAD_OF_DEVICE = "need__prescription__household"
TO_SETTLE = (
    "Rendez-le réparé, échangez-le, ou notez son remboursement ou le renoncement du foyer. Noté par erreur\u00a0?"
    " «\u00a0Annuler le retour\u00a0». Ce n’est pas le même foyer\u00a0? Détachez les deux dossiers."
)
TO_SETTLE_LOST = (
    "Échangez-le, ou notez son remboursement ou le renoncement du foyer. Retrouvé\u00a0? «\u00a0Retrouver le"
    " retour\u00a0». Ce n’est pas le même foyer\u00a0? Détachez les deux dossiers."
)
SETTLED_ELSEWHERE = (
    "Son point de distribution le rend réparé, l’échange, ou note son remboursement. Ce n’est pas le même foyer\u00a0?"
    " Le conseiller du distributeur ou le pilote détache les deux dossiers."
)


def owed_devices() -> DeviceQuerySet:
    """What was brought back, lost since or not, and is neither given back, exchanged nor refunded yet."""
    brought: DeviceQuerySet = Device.objects.main().filter(BROUGHT_BACK)
    return brought.exclude(Exists(Settlement.objects.of_this_stay()))


def owed_to(needs: Iterable[int]) -> dict[int, Device]:
    """``{need: the device that its household brought back and is owed, for a need of its kind in another
    prescription}``; two queries at most."""
    columns = ("pk", "kind", "prescription", LEAD)
    asked = list(Need.objects.filter(pk__in=list(needs)).values_list(*columns))
    leads = {lead for *_, lead in asked}
    hang = Q(**{f"{LEAD_OF_DEVICE}__in": leads}) | Q(**{f"{LEAD_OF_DEVICE}__same_as__in": leads})
    found: dict[tuple[int, str], list[Device]] = {}
    if asked:
        rows = owed_devices().filter(hang).select_related(LEAD_OF_DEVICE).order_by("returned_at", "pk")
        for device in rows:
            assert device.need is not None  # so once it was handed over
            found.setdefault((device.need.prescription.household.lead_id, device.need.kind), []).append(device)
    owed = {}
    for pk, kind, prescription, lead in asked:
        others = [one for one in found.get((lead, kind), ()) if _prescription_of(one) != prescription]
        if others:
            owed[pk] = others[0]
    return owed


def _prescription_of(device: Device) -> int | None:
    return device.need.prescription_id if device.need is not None else None


def _still_owed(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """Of each device, by the need that it is given or held for; a screen follows its desktop."""
    held = dict(Device.objects.main().filter(pk__in=list(per_row)).values_list("pk", "need"))
    asked = {pk: key_of(per_row[pk].get("need")) or need for pk, need in held.items()}
    owed = owed_to({need for need in asked.values() if need is not None})
    if not owed:
        return {}
    keys = [device.pk for device in owed.values()]
    seen = set(Device.objects.visible_to(ctx.actor).filter(pk__in=keys).values_list("pk", flat=True))
    return {pk: _sentence(owed[need], seen) for pk, need in asked.items() if need in owed}


def _sentence(device: Any, seen: set[int]) -> str:
    back = day(timezone.localdate(device.returned_at))
    if device.pk in seen:
        told = f"Ce foyer a rapporté {device.reference}, du même genre, le {back}"
        if is_lost_in_return(device):
            return f"{told}\u00a0: il est introuvable, et reste dû. {TO_SETTLE_LOST}"
        return f"{told}\u00a0: l’issue n’est pas notée. {TO_SETTLE}"
    return (
        f"Ce foyer a rapporté le {back} un appareil du même genre, dans un dossier suivi ailleurs, et l’issue n’est pas"
        f" notée. {SETTLED_ELSEWHERE}"
    )


NOTHING_OWED_ALIKE = PerRow(
    "owed_alike",
    "Ce foyer a rapporté un appareil du même genre, dont l’issue n’est pas notée\u00a0: il est réparé, échangé ou"
    " remboursé d’abord.",
    _still_owed,
    lifted_by="le conseiller du point de distribution",
    field="need",
    of_rows=True,
)


def given_since(device: Device) -> Device | None:
    """The device of the same kind that its household was given, in another prescription, since it brought it back."""
    need = device.need
    if need is None or device.returned_at is None or device.attached_to_id is not None:
        return None
    lead = need.prescription.household.lead_id
    hang = Q(**{LEAD_OF_DEVICE: lead}) | Q(**{f"{LEAD_OF_DEVICE}__same_as": lead})
    others = Device.objects.main().filter(hang, need__kind=need.kind, state=S.HANDED_OVER)
    given = others.filter(handed_over_at__gt=device.returned_at).exclude(need__prescription=need.prescription_id)
    return given.order_by("handed_over_at", "pk").first()


def _unaware(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """Of each return that is undone: the household has both from then on, which whoever acts says."""
    asked = [pk for pk, given in per_row.items() if not given.get("has_both")]
    rows = Device.objects.filter(pk__in=asked, state=S.RETURNED).select_related(LEAD_OF_DEVICE).order_by("pk")
    return {row.pk: SECOND_KNOWN.sentence for row in rows if given_since(row) is not None}


SECOND_KNOWN = PerRow(
    "second_known",
    "Depuis ce retour, un autre appareil du même genre a été remis à ce foyer\u00a0: vérifiez qu’il a bien les deux,"
    " et cochez la case. Sinon, reprenez d’abord celui qu’il n’a plus.",
    _unaware,
    field="has_both",
)
