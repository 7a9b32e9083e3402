"""What came of a lot, counted once for all its papers: received, received beyond what was announced, never seen."""

from dataclasses import dataclass, field

from django.db.models import Count, Q

from refurb.enums import DeviceType, WithdrawalReason
from refurb.models.device import Device
from refurb.models.donation import Donation

SEEN = Q(stay__gte=1) & ~Q(withdrawal_reason=WithdrawalReason.ENTRY)
"""The devices a workshop had in hand, less those that were registered by mistake."""
CAME = SEEN | Q(collected_at__isnull=False)
"""The devices that left their donor."""


@dataclass(frozen=True)
class Arrivals:
    """The devices of one lot that left their donor, each counted once."""

    received: int
    unseen: int
    surplus: int
    late: int
    surplus_by_type: dict[str, int] = field(default_factory=dict)
    """``{label of the type: devices}`` received beyond what was announced."""

    @property
    def units(self) -> int:
        """All of them: the total of the certificate and of the outcome statement."""
        return self.received + self.surplus + self.unseen


def arrivals_of(donation: Donation) -> Arrivals:
    """Count the devices of a lot; two queries. ``late``: received beyond what was announced, since it was balanced."""
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
    return Arrivals(
        **counted,
        surplus_by_type={str(one.label): by_type[one.value] for one in DeviceType if one.value in by_type},
    )
