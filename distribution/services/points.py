"""Distribution points: open one, change what is said of it, close it."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import locked_row
from lifecycle.machine import Reason
from network.enums import OrganisationKind
from network.models import Commune, Organisation
from prescriptions.collecting import CollectingPoint, Pair
from refurb.enums import DeviceState
from refurb.models.device import Device
from refurb.models.points import DistributionPoint
from refurb.permissions import can_edit_point

NOT_A_HOLDER = Reason(
    "organisation", "Un point est tenu par le distributeur lui-même ou par un relais.", field="organisation"
)
NOT_A_DISTRIBUTOR = Reason("distributor", "Choisissez un distributeur en activité.", field="distributor")
MOST = 3
"""The points that a sheet names; of more, none: the place will be told."""
EDITED = ("name", "address", "postcode", "commune", "opening", "is_active")


@transaction.atomic
def create_point(
    *,
    actor: Actor,
    distributor: Organisation,
    name: str,
    address: str,
    postcode: str,
    commune: Commune,
    organisation: Organisation | None = None,
    opening: str = "",
) -> DistributionPoint:
    """Open a point of a distributor, held by itself or by a relay (``organisation``).

    Raises PermissionDenied, Refused.
    """
    point = DistributionPoint(
        organisation=organisation or distributor,
        distributor=distributor,
        name=name.strip(),
        address=address.strip(),
        postcode=postcode.strip(),
        commune=commune,
        opening=opening.strip(),
    )
    _may_edit(actor, point)
    if OrganisationKind.DISTRIBUTOR not in distributor.kinds or not distributor.is_active:
        raise Refused({0: (NOT_A_DISTRIBUTOR,)})
    holder = point.organisation
    if holder.pk != distributor.pk and (OrganisationKind.RELAY not in holder.kinds or not holder.is_active):
        raise Refused({0: (NOT_A_HOLDER,)})
    point.save()
    return point


@transaction.atomic
def edit_point(*, actor: Actor, point: DistributionPoint, **changed: Any) -> DistributionPoint:
    """Change a point: name, address, postcode, commune, opening, is_active. Raises Unknown, PermissionDenied."""
    unknown = set(changed) - set(EDITED)
    if unknown:
        raise TypeError(f"not edited here: {', '.join(sorted(unknown))}")
    row = locked_row(DistributionPoint.objects.visible_to(actor).filter(pk=point.pk))
    if row is None:
        raise Unknown
    _may_edit(actor, row)
    for name, value in changed.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.save(update_fields=list(changed))
    return row


def points_around(pairs: Collection[Pair]) -> dict[Pair, list[CollectingPoint]]:
    """Where households of a commune fetch devices of a distributor (primary keys), as their sheets say it."""
    found = DistributionPoint.objects.around_each(pairs)
    return {pair: [_said(one) for one in points] if len(points) <= MOST else [] for pair, points in found.items()}


def points_of_reserved(needs: Collection[int]) -> dict[int, CollectingPoint]:
    """Where the device that is put aside for each of these needs is; one query."""
    held = Device.objects.main().filter(need__in=needs, state=DeviceState.RESERVED).select_related("point__commune")
    return {device.need_id: _said(device.point) for device in held if device.need_id and device.point}


def _said(point: DistributionPoint) -> CollectingPoint:
    return CollectingPoint(point.name, point.place, point.opening)


def _may_edit(actor: Actor, point: DistributionPoint) -> None:
    scope = can_edit_point(actor)
    if scope is None or (scope and point.distributor_id != actor.organisation_id):
        raise PermissionDenied
