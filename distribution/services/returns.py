"""What a household brings back: taken in, repaired and given back, or settled otherwise."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Exists
from django.utils import timezone

from distribution.emails import told_by
from distribution.enums import ClosedBecause, HandOverKind, RefundMeans, SettlementKind
from distribution.machine.stamps import prolonged
from distribution.models.hand_over import HandOver, Settlement
from distribution.permissions import can_settle_return
from distribution.repaired import hush_of
from distribution.returns_told import refund_in_words, refunded, tell_return
from distribution.services.hand_overs import close_notes
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from lifecycle.registry import Move
from prescriptions import emails
from prescriptions.sheets import renew_sheets_of
from refurb.enums import DeviceState
from refurb.models.device import Device
from refurb.models.returns import BROUGHT_BACK, is_brought_back
from refurb.pricing import is_price
from refurb.services.locked_devices import held_device

NOT_RETURNED = Reason("not_returned", "L’appareil n’est pas en retour SAV.")
ALREADY_SETTLED = Reason("already_settled", "L’issue de ce retour est déjà inscrite.")
AMOUNT = Reason("amount", "Donnez le montant remboursé, au plus égal à ce que le foyer a payé.", field="amount")
GAVE_UP = (
    "Le point note que le foyer, qui avait payé cet appareil, y renonce sans être remboursé. Voyez-le avec lui\u00a0;"
    " si ce n’est pas ce qu’il a dit, appelez le point."
)
NOTHING_BACK = Reason(
    "nothing_back",
    "Le foyer a payé cet appareil\u00a0: dites combien lui est remboursé, ou qu’il y renonce.",
    field="amount",
)
MEANS = Reason("means", "Dites comment il est remboursé.", field="means")
BY_EXCHANGE = Reason("kind", "Un échange s’inscrit en remettant l’autre appareil.", field="kind")


@gate.one_transaction
def give_back_device(*, actor: Actor, device: Device, at: datetime | None = None, comment: str = "") -> Device:
    """Give a repaired device back to its household; the warranty is prolonged.

    Raises Unknown, PermissionDenied, Refused.
    """
    now = Device.objects.visible_to(actor).filter(pk=device.pk)
    if not now.exists():
        raise Unknown
    until = prolonged(now, timezone.localdate(at)).get(device.pk)
    given: Device = gate.apply(device, "give_back", actor=actor, at=at, comment=comment, warranty_until=until)
    return given


@gate.one_transaction
def settle_return(
    *,
    actor: Actor,
    device: Device,
    kind: SettlementKind | str,
    amount: Decimal | None = None,
    means: RefundMeans | str = "",
    at: datetime | None = None,
) -> Settlement:
    """Say that the household of a device that came back, lost since or not, was refunded, or gave it up.

    ``amount``: what is refunded, in euros; ``means``: how, when it is not nothing. A refund is written to its
    household, or its paper is ready to be given. Raises Unknown, PermissionDenied, Refused.
    """
    held = held_device(actor=actor, device=device, states=tuple(DeviceState), can=can_settle_return)
    kind = SettlementKind(kind)
    if not is_brought_back(held):
        raise Refused({held.pk: (NOT_RETURNED,)})
    if kind == SettlementKind.EXCHANGE:
        raise Refused({held.pk: (BY_EXCHANGE,)})
    if Settlement.objects.filter(device=held, stay=held.stay).exists():
        raise Refused({held.pk: (ALREADY_SETTLED,)})
    if (kind == SettlementKind.REFUND) != (amount is not None):
        raise Refused({held.pk: (AMOUNT,)})
    if amount is not None and not (is_price(amount) and amount <= paid_for(held)):
        raise Refused({held.pk: (AMOUNT,)})
    if amount == 0 and paid_for(held):
        raise Refused({held.pk: (NOTHING_BACK,)})
    if (means and not amount) or (amount and means not in RefundMeans.values):
        raise Refused({held.pk: (MEANS,)})
    settled = write_settlements(held, kind, actor=actor, at=at or timezone.now(), amount=amount, means=means)
    if held.attached_to_id is None and held.need is not None:
        emails.to_decide_for_worker(held.need, settled.recorded_at, _told_of(held, settled, actor))
        renew_sheets_of([held.need.pk], Move("device", "settle", actor, settled.recorded_at, None, {}))
    return settled


def _told_of(device: Device, settled: Settlement, actor: Actor) -> str:
    """What its worker reads of a refund, once its household was written to; and of what it gave up, if it had paid."""
    if settled.kind != SettlementKind.REFUND:
        return GAVE_UP if paid_for(device) else ""
    written = tell_return(device, refunded(settled), actor, settled.recorded_at, on_paper=True)
    return f"{refund_in_words(settled, 'Le foyer est')} {told_by(written)}"


def paid_for(device: Device) -> Decimal:
    """What the household itself paid for what it brings back, or for the device that this one replaced."""
    bought = HandOver.objects.done().filter(need=device.need_id, kind=HandOverKind.SALE).order_by("-pk").first()
    return bought.to_pay if bought is not None else Decimal(0)


def write_settlements(
    device: Device,
    kind: SettlementKind,
    *,
    actor: Actor,
    at: datetime,
    amount: Decimal | None = None,
    means: str = "",
    replaced_by: int | None = None,
) -> Settlement:
    """Settle the return of a device and of the screen that came back with it, and close its note."""
    screens = Device.objects.filter(BROUGHT_BACK, attached_to=device)
    screens = screens.exclude(Exists(Settlement.objects.of_this_stay()))
    rows = [
        Settlement(
            device=row,
            stay=row.stay,
            kind=kind,
            amount=(amount if row.pk == device.pk else Decimal(0)) if amount is not None else None,
            means=means if row.pk == device.pk else "",
            replaced_by_id=replaced_by,
            recorded_at=at,
            recorded_by_id=actor.pk,
        )
        for row in (device, *screens)
    ]
    Settlement.objects.bulk_create(rows)
    hush_of([row.device_id for row in rows])
    close_notes([row.device_id for row in rows], ClosedBecause.SETTLED, at)
    return rows[0]
