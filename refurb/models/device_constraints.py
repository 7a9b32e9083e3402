"""What is always true of a device in the second half of its life: each state with its stamps, and no other."""

from django.db import models
from django.db.models import F, Q

from refurb.enums import (
    ARRIVED,
    AT_A_POINT,
    CEILED,
    COUNTED_BY_QUOTA,
    HOLDS_A_NEED,
    WITH_A_HOUSEHOLD,
    DeviceState,
    DeviceType,
    ReturnReason,
)

S = DeviceState
LOST = Q(state=S.MISSING)
"""A device that is looked for keeps what it had: it may be found."""


def _only_in(states: tuple[DeviceState, ...], has: Q, has_not: Q) -> Q:
    """These columns are there in these states, and empty in the others."""
    return Q(state__in=states) & has | LOST | ~Q(state__in=states) & has_not


DISTRIBUTION: tuple[models.BaseConstraint, ...] = (
    models.CheckConstraint(
        condition=_only_in(
            COUNTED_BY_QUOTA,
            Q(convention__isnull=False, convention_epci__isnull=False, allotted_at__isnull=False),
            Q(convention=None, convention_epci=None, allotted_at=None, quota=None),
        ),
        name="refurb_device_allotted",
    ),
    models.CheckConstraint(
        condition=~Q(state__in=COUNTED_BY_QUOTA)
        | Q(attached_to=None, quota__isnull=False)
        | Q(attached_to__isnull=False, quota=None),
        name="refurb_device_quota",
    ),
    models.CheckConstraint(
        condition=Q(attached_to=None) | Q(type=DeviceType.SCREEN) & ~Q(attached_to=F("id")),
        name="refurb_device_attached",
    ),
    models.UniqueConstraint(fields=("attached_to",), name="refurb_device_one_screen"),
    models.CheckConstraint(
        condition=_only_in(
            AT_A_POINT,
            Q(point__isnull=False, delivery__isnull=False, shipped_at__isnull=False),
            Q(point=None, delivery=None, shipped_at=None),
        ),
        name="refurb_device_shipped",
    ),
    models.CheckConstraint(
        condition=_only_in(ARRIVED, Q(available_at__isnull=False), Q(available_at=None)),
        name="refurb_device_available",
    ),
    models.CheckConstraint(
        condition=_only_in((S.RESERVED, *WITH_A_HOUSEHOLD), Q(need__isnull=False), Q(need=None)),
        name="refurb_device_need",
    ),
    models.UniqueConstraint(
        fields=("need",),
        condition=Q(attached_to=None, state__in=HOLDS_A_NEED),
        name="refurb_device_need_once",
        violation_error_message="Un autre appareil est déjà réservé ou remis pour ce besoin.",
    ),
    models.CheckConstraint(
        condition=Q(state=S.RESERVED, reserved_at__isnull=False, reserved_until__isnull=False)
        | ~Q(state=S.RESERVED) & Q(reserved_at=None, reserved_until=None),
        name="refurb_device_reserved",
    ),
    models.CheckConstraint(
        condition=_only_in(
            WITH_A_HOUSEHOLD,
            Q(handed_over_at__isnull=False, warranty_until__isnull=False, sale_price__gte=0),
            Q(handed_over_at=None, warranty_until=None, sale_price=None, sale_ceiling=None, replaces=None),
        ),
        name="refurb_device_handed_over",
    ),
    models.CheckConstraint(
        condition=Q(sale_price=None)
        | Q(sale_price=0)
        | ~Q(donor_kind__in=CEILED)
        | Q(sale_ceiling__isnull=False, sale_price__lte=F("sale_ceiling")),
        name="refurb_device_sale_ceiling",
    ),
    models.CheckConstraint(
        condition=_only_in(
            (S.RETURNED,),
            Q(returned_at__isnull=False, return_reason__in=ReturnReason.values),
            Q(returned_at=None, return_reason=""),
        ),
        name="refurb_device_returned",
    ),
)
