"""Who took part in a period: donors of whom a lot was taken up, prescribing organisations, EPCI under a convention."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from conventions.enums import ConventionState
from conventions.models import Convention, ConventionEntry
from donations.enums import DonationState
from donations.models import DonationEntry
from network.models import Epci
from prescriptions.enums import PrescriptionState
from prescriptions.models import Prescription
from reports.standing import Arrival, TimeSpan

DAWN = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any journal."""
GIVEN_UP = (DonationState.DECLINED, DonationState.WITHDRAWN)
SUBMITTED = Arrival(Prescription, (PrescriptionState.SUBMITTED,), "epci_id")


@dataclass(frozen=True)
class Donors:
    """How many gave in a period, for the first time among them, and how many gave in the one before and not in it."""

    active: int
    new: int
    lost: int | None
    """None as long as they may still give."""


def donors_of(period: TimeSpan, before: TimeSpan | None) -> Donors:
    """The donors of a period, beside those of the one ``before`` once the period is over; three queries."""
    active, known = _donors(period), _donors(TimeSpan(DAWN, period.start))
    lost = None if before is None else len(_donors(before) - active)
    return Donors(len(active), len(active - known), lost)


def prescribers_of(period: TimeSpan) -> int:
    """How many organisations filed a prescription: those whose people did, whoever follows it since."""
    return SUBMITTED.organisations(period)


@dataclass(frozen=True)
class Uncovered:
    """The EPCI of which no convention is in force, in alphabetical order; ``suspended`` are among them."""

    names: list[str]
    suspended: list[str]
    """Those of which one is suspended."""

    def __str__(self) -> str:
        if not self.names:
            return "aucun"
        apart = f"\u00a0; dont suspendue\u00a0: {', '.join(self.suspended)}" if self.suspended else ""
        return ", ".join(self.names) + apart


def without_convention(at: datetime) -> Uncovered:
    """The EPCI that are there at an instant and of which no convention is in force then; two queries."""
    last = ConventionEntry.objects.filter(object=OuterRef("pk"), at__lt=at).order_by("-seq")
    stood = Convention.objects.originals().annotate(stood=Subquery(last.values("target")[:1]))
    day = timezone.localdate(at)
    covered = stood.filter(stood=ConventionState.ACTIVE).filter(Q(starts_on=None) | Q(starts_on__lte=day))
    there = Epci.objects.between(at, at).exclude(pk__in=covered.values("epci"))
    told = there.alphabetical("short_name").values_list("pk", "short_name")
    held = set(stood.filter(stood=ConventionState.SUSPENDED).values_list("epci", flat=True))
    return Uncovered([name for _, name in told], [name for pk, name in told if pk in held])


def _donors(period: TimeSpan) -> set[int]:
    """Those of whom a lot was accepted in the period, and neither withdrawn nor turned down before its end."""
    rows = DonationEntry.objects.filter(verb="qualify", at__gte=period.start, at__lt=period.until)
    return set(still_on(rows, period.until).values_list("object__donor", flat=True))


def still_on(rows: QuerySet[DonationEntry], until: datetime) -> QuerySet[DonationEntry]:
    """Without those of lots that were withdrawn or turned down before ``until``."""
    later = DonationEntry.objects.filter(object=OuterRef("object"), at__lt=until).order_by("-seq")
    return rows.annotate(stood=Subquery(later.values("target")[:1])).exclude(stood__in=GIVEN_UP)
