"""Where the devices of a lot stand, and what came of it: received, received beyond what was announced, never seen,
given back.
"""

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, When

from donations.models import DeedAcceptance, PickUp
from donations.models.donation import Donation, DonationLine
from donations.units import Arrivals, BeforePickUp
from lifecycle.actors import Actor
from refurb.enums import ENDED, RETURN_REASONS, DeviceState, DeviceType, WithdrawalReason
from refurb.models.device import UNSEEN, Device

SEEN = Q(stay__gte=1) & ~Q(withdrawal_reason=WithdrawalReason.ENTRY)
"""The devices a workshop had in hand, less those that were registered by mistake."""
CAME = SEEN | Q(collected_at__isnull=False)
"""The devices that left their donor."""
NOT_GIVEN = (WithdrawalReason.KEPT, *RETURN_REASONS)
"""Why a device is no gift, whether it ever came or not."""
GIVEN_BACK = Q(stay__gte=1, withdrawal_reason__in=RETURN_REASONS)
"""Of those that a workshop had in hand, those that were not to be given: leased, claimed, stolen."""


def arrivals_of(donation: Donation) -> Arrivals:
    """Count the devices of a lot; three queries. ``late``: received beyond the announce, since it was balanced."""
    devices = Device.objects.filter(donation=donation).order_by()
    since = Q(received_at__gt=donation.reconciled_at) if donation.reconciled_at else Q(pk=None)
    counted = devices.aggregate(
        received=Count("pk", filter=SEEN & Q(unannounced=False)),
        unseen=Count("pk", filter=CAME & Q(stay=0)),
        surplus=Count("pk", filter=SEEN & Q(unannounced=True)),
        late=Count("pk", filter=SEEN & Q(unannounced=True) & since),
    )
    beyond = devices.filter(SEEN, unannounced=True).values_list("type").annotate(total=Count("pk"))
    by_type = dict(beyond)
    returned = dict(devices.filter(GIVEN_BACK).values_list("withdrawal_reason").annotate(total=Count("pk")))
    return Arrivals(
        **counted,
        surplus_by_type={str(one.label): by_type[one.value] for one in DeviceType if one.value in by_type},
        given_back={str(one.label): returned[one.value] for one in WithdrawalReason if one.value in returned},
    )


def not_given(pick_up: PickUp) -> dict[int, dict[str, int]]:
    """Of what a pick-up counted, line by line, what was given back since or kept by its donor, and why; two queries.

    What is counted beyond the devices of a line that came is, first, what was received in surplus, then what was given
    back of it, then what the donor turned out to have kept.
    """
    here = Device.objects.filter(donation=pick_up.donation_id, workshop=pick_up.workshop_id).order_by()
    came: Counter[int] = Counter()
    returned: dict[int, Counter[str]] = {}
    kept: dict[int, Counter[str]] = {}
    in_surplus: Counter[str] = Counter()
    surplus_returned: dict[str, Counter[str]] = {}
    groups = here.annotate(left=Case(When(CAME, then=True), default=False, output_field=BooleanField()))
    asked = groups.values_list("line", "type", "unannounced", "left", "withdrawal_reason").annotate(total=Count("pk"))
    for line, type_, unannounced, left, reason, total in asked:
        if unannounced and left:
            back = surplus_returned.setdefault(type_, Counter()) if reason else in_surplus
            back[reason or type_] += total
        elif left:
            came[line] += total
            if reason:
                returned.setdefault(line, Counter())[reason] += total
        elif reason in NOT_GIVEN:
            kept.setdefault(line, Counter())[reason] += total
    told: dict[int, Counter[str]] = {}
    for count in pick_up.counts.select_related("line").order_by("line"):
        line, type_ = count.line_id, count.line.type
        beyond = max(0, count.quantity - came[line])
        was_given = min(beyond, in_surplus[type_])
        in_surplus[type_] -= was_given
        beyond -= was_given
        told[line] = Counter(returned.get(line, {}))
        for others in (surplus_returned.get(type_, Counter()), kept.get(line, Counter())):
            for reason in list(others):
                taken = min(beyond, others[reason])
                others[reason] -= taken
                told[line][reason] += taken
                beyond -= taken
    return {
        line: {str(one.label): reasons[one] for one in WithdrawalReason if reasons[one]}
        for line, reasons in told.items()
        if sum(reasons.values())
    }


def before_pick_up(donation: Donation, workshop: int) -> dict[int, BeforePickUp]:
    """Of the devices of a lot that a workshop was given, line by line, how many it has received, and awaits; one
    query.
    """
    mine = Device.objects.filter(donation=donation, workshop=workshop, line__isnull=False).order_by()
    counted = mine.values_list("line").annotate(
        came=Count("pk", filter=CAME), awaited=Count("pk", filter=Q(state=DeviceState.DECLARED))
    )
    return {line: BeforePickUp(came, awaited) for line, came, awaited in counted}


def counted_by_state(donation: Donation, actor: Actor) -> dict[str, int]:
    """How many devices of the lot are in each state, by its label, in the order of their life; one query."""
    seen = Device.objects.visible_to(actor).filter(donation=donation).order_by()
    counted = dict(seen.values_list("state").annotate(total=Count("pk")))
    return {str(state.label): counted[state] for state in DeviceState if state in counted}


def lines_for(actor: Actor) -> Any:
    """The lines of lots of which the actor's workshop has devices: ``awaited``, ``picked_up``, ``arrived``."""
    mine = Q(devices__workshop=actor.organisation_id)
    accepted = DeedAcceptance.objects.filter(
        donation=OuterRef("donation"), round=OuterRef("donation__allocation_round")
    )
    return (
        DonationLine.objects.filter(devices__in=Device.objects.visible_to(actor).values("pk"))
        .annotate(
            awaited=Count("devices", filter=mine & Q(devices__state__in=UNSEEN)),
            picked_up=Count("devices", filter=mine & Q(devices__state=DeviceState.COLLECTED)),
            arrived=Count("devices", filter=mine & Q(devices__stay__gt=0)),
            deed_missing=~Exists(accepted),
        )
        .select_related("donation__donor")
    )


def lines_awaited(actor: Actor) -> Any:
    """Those of which something is still to come, what was picked up first."""
    return lines_for(actor).filter(awaited__gt=0).order_by("-picked_up", "donation", "pk")


def numbers_followed(serials: Collection[str]) -> set[str]:
    """Those of these serial numbers, as they are compared, that a device still followed bears; one query."""
    devices = Device.objects.filter(serial_key__in=serials).exclude(serial_key="").exclude(state__in=ENDED)
    return set(devices.order_by().values_list("serial_key", flat=True))
