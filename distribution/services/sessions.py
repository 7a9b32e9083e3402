"""Sets in which each device has its own values: the calls of a day, a session of hand-overs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from distribution.enums import HandOverProof
from distribution.services.hand_overs import OTHER_WRITTEN, co_funding_kept, part_paid, told_why
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Unknown
from network.models import Organisation
from prescriptions.enums import OrderReason
from prescriptions.models import Need
from refurb.models.device import Device


@dataclass(frozen=True)
class Call:
    """For whom a device is held, at which price in euros (its own unless given), of which ``funder`` pays a part.

    Unless given, that part is the one that was agreed on for a device that was released.
    ``out_of_order``: why the need is served before its turn, when it is.
    """

    need: Need
    price: Decimal | None = None
    co_funding: Decimal | int | None = None
    funder: Organisation | None = None
    out_of_order: str = ""


@gate.one_transaction
def reserve_devices(
    *, actor: Actor, calls: Mapping[int, Call], at: datetime | None = None, comment: str = ""
) -> gate.Outcome:
    """Hold several devices, ``{device pk: for whom}``, as ``reserve_device`` does one: those refused come back.

    Raises Unknown (a need too), PermissionDenied.
    """
    needs = {call.need.pk for call in calls.values()}
    if Need.objects.visible_to(actor).filter(pk__in=needs).count() < len(needs):
        raise Unknown
    said = bool(comment.strip())
    silent = [pk for pk, call in calls.items() if call.out_of_order == OrderReason.OTHER and not said]
    own = dict(Device.objects.filter(pk__in=calls).values_list("pk", "price"))
    prices = {pk: own.get(pk) if call.price is None else call.price for pk, call in calls.items()}
    kept = co_funding_kept(needs)
    per_row = {
        pk: {
            "need": call.need.pk,
            "price": prices[pk],
            **part_paid(call.co_funding, call.funder, prices[pk], kept.get(call.need.pk)),
            **told_why(call.out_of_order),
        }
        for pk, call in calls.items()
        if pk not in silent
    }
    devices = Device.objects.filter(pk__in=per_row)
    outcome: gate.Outcome = gate.apply_many(devices, "reserve", actor=actor, at=at, comment=comment, per_row=per_row)
    return replace(outcome, refused={**outcome.refused, **dict.fromkeys(silent, (OTHER_WRITTEN,))})


def hand_over_devices(
    *, actor: Actor, devices: QuerySet[Device], at: datetime | None = None, comment: str = ""
) -> gate.Outcome:
    """Hand over what several households came for in one session, their notes signed on paper, which one attests.

    Raises PermissionDenied.
    """
    mains = devices.main()  # type: ignore[attr-defined]
    proof = HandOverProof.ATTESTED.value
    return gate.apply_many(mains, "hand_over", actor=actor, at=at, comment=comment, proof=proof, signature=None)
