"""At a distribution point: take a delivery in, line by line; send back; find again."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from conventions.followers import all_moved
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import Reason
from refurb.enums import DeviceState, LineOutcome, MissingReason
from refurb.models.device import Device
from refurb.models.points import Delivery

NOTHING_EXPECTED = Reason("nothing_expected", "Plus aucun appareil de cette livraison n’est attendu.")
OTHER_DELIVERY = Reason("other_delivery", "Cet appareil n’est pas attendu dans cette livraison.", field="there")


def stock_in_devices(
    *, actor: Actor, devices: QuerySet[Device], at: datetime | None = None, comment: str = ""
) -> gate.Outcome:
    """The same for a set; a screen goes with its desktop. Raises PermissionDenied."""
    mains = devices.main()  # type: ignore[attr-defined]
    return gate.apply_many(mains, "stock_in", actor=actor, at=at, comment=comment)


@gate.one_transaction
def reconcile_delivery(
    *,
    actor: Actor,
    delivery: Delivery,
    there: Collection[int],
    at: datetime | None = None,
    comment: str = "",
) -> Delivery:
    """Say of each line still expected whether it is there: on the shelf, or missing at once.

    ``there``: keys of the devices seen. All or none. Raises Unknown, PermissionDenied, Refused.
    """
    if not Delivery.objects.visible_to(actor).filter(pk=delivery.pk).exists():
        raise Unknown
    expected = set(delivery.lines.filter(outcome=LineOutcome.EXPECTED).values_list("device", flat=True))
    if not expected:
        raise Refused({delivery.pk: (NOTHING_EXPECTED,)})
    strangers = set(there) - expected
    if strangers:
        raise Refused(dict.fromkeys(strangers, (OTHER_DELIVERY,)))
    lost = Device.objects.filter(pk__in=expected - set(there))
    if lost.exists():
        reason = MissingReason.DELIVERY
        all_moved(gate.apply_many(lost, "report_missing", actor=actor, at=at, comment=comment, reason=reason))
    here = Device.objects.filter(pk__in=there)
    for rows in (here.main(), here.filter(attached_to__isnull=False)):
        waiting = Device.objects.filter(
            pk__in=list(rows.filter(state=DeviceState.SHIPPED).values_list("pk", flat=True))
        )
        if waiting.exists():
            all_moved(gate.apply_many(waiting, "stock_in", actor=actor, at=at, comment=comment))
    return Delivery.objects.get(pk=delivery.pk)


def send_back_devices(
    *, actor: Actor, devices: QuerySet[Device], reason: str, at: datetime | None = None, comment: str = ""
) -> gate.Outcome:
    """The same for a set; a screen goes with its desktop. Raises PermissionDenied."""
    mains = devices.main()  # type: ignore[attr-defined]
    return gate.apply_many(mains, "send_back", actor=actor, at=at, comment=comment, reason=reason)


@gate.one_transaction
def find_device(*, actor: Actor, device: Device, at: datetime | None = None, comment: str = "") -> Device:
    """A device that was looked for is at the point after all: it takes its place of the quota again.

    Raises Unknown, PermissionDenied, Refused.
    """
    return _found("find", actor, device, at, comment)


@gate.one_transaction
def find_returned_device(*, actor: Actor, device: Device, at: datetime | None = None, comment: str = "") -> Device:
    """What a household had brought back and was lost is there: its return goes on, in its place of the quota.

    Raises Unknown, PermissionDenied, Refused.
    """
    return _found("find_returned", actor, device, at, comment)


def _found(verb: str, actor: Actor, device: Device, at: datetime | None, comment: str) -> Device:
    now = Device.objects.visible_to(actor).filter(pk=device.pk).first()
    if now is None:
        raise Unknown
    found: Device = gate.apply(now, verb, actor=actor, at=at, comment=comment, quota=now.quota_id)
    return found
