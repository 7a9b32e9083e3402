"""What was refused in a period, by reason: read from journals that the period closed, for whoever steers.

Each object counts once, with the reason of its last refusal of the period, and not at all when that was undone before
its end: a reason that was corrected is the one that stands. Of households these numbers may be small: no reader of a
report is told them (domaine §8.11).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, QuerySet
from django.utils import timezone

from connectivity.enums import ConnectionState, OperatorRefusalCode
from connectivity.models import ConnectionFile
from donations.enums import DeclineReason, DonationState, LineRefusalCode
from donations.models import Donation, DonationEntry, LineDecision
from prescriptions.enums import CodePurpose, DropReason, NeedState, PrescriptionState
from prescriptions.models import CodedReason, Need, Prescription
from refurb.enums import DeviceState, UnusableReason
from refurb.models import Device
from reports.participants import still_on
from reports.standing import Arrival, TimeSpan

REASON = "values ->> 'reason'"
LINES = "lignes"
"""The refusals that are rows of evidence: units of the lines of lots."""


@dataclass(frozen=True)
class RefusalKind:
    """One kind of refusal: its word in an address, what its table is called, what it counts, by which reasons.

    ``labels``: the words of each code, those of the last day of the period; ``unsaid``: the code where none was said.
    """

    code: str
    caption: str
    counted: str
    arrival: Arrival
    labels: Callable[[date], Mapping[str, str]]
    unsaid: str = ""

    def rows(self, period: TimeSpan) -> dict[str, list[int]]:
        """Keys of the rows of the journal behind each reason; one query."""
        found: dict[str, list[int]] = {}
        for code, rows in self.arrival.last_rows(period).items():
            found.setdefault(code or self.unsaid, []).extend(rows)
        return found


def _of_prescriptions(day: date) -> dict[str, str]:
    return CodedReason.objects.labels_by(CodePurpose.REFUSAL, day)


REFUSED: tuple[RefusalKind, ...] = (
    RefusalKind(
        "lots",
        "Lots écartés, par motif",
        "Lots",
        Arrival(Donation, (DonationState.DECLINED,), REASON),
        lambda _: dict(DeclineReason.choices),
    ),
    RefusalKind(
        "atelier",
        "Appareils déclarés non réemployables à l’atelier, par motif",
        "Appareils",
        Arrival(Device, (DeviceState.UNUSABLE,), REASON, verbs=("reject",)),
        lambda _: dict(UnusableReason.choices),
    ),
    RefusalKind(
        "demandes",
        "Prescriptions refusées, par motif",
        "Prescriptions",
        Arrival(Prescription, (PrescriptionState.REFUSED,), REASON),
        _of_prescriptions,
    ),
    RefusalKind(
        "besoins",
        "Besoins abandonnés, par motif",
        "Besoins",
        Arrival(Need, (NeedState.UNMET,), REASON),
        lambda _: dict(DropReason.choices),
    ),
    RefusalKind(
        "operateurs",
        "Demandes de connexion refusées par les opérateurs, par motif",
        "Demandes",
        Arrival(ConnectionFile, (ConnectionState.REFUSED,), "values ->> 'refusal'"),
        lambda _: dict(OperatorRefusalCode.choices),
        unsaid=OperatorRefusalCode.NO_ANSWER,
    ),
)
BY_CODE = {refused.code: refused for refused in REFUSED}


def lines_refused(period: TimeSpan) -> QuerySet[LineDecision]:
    """The lines of which units were refused in lots qualified in the period, with how many (``refused``).

    A lot that its donor withdrew, or that was turned down as a whole, before the end has no refused line any more.
    """
    qualified = DonationEntry.objects.filter(verb="qualify", at__gte=period.start, at__lt=period.until)
    lots = still_on(qualified, period.until).values("object")
    refused = LineDecision.objects.filter(line__donation__in=lots).annotate(refused=F("line__quantity") - F("accepted"))
    return refused.filter(refused__gt=0)


def lines_by_reason(period: TimeSpan) -> dict[str, tuple[int, int]]:
    """Of each reason, how many lines and how many of their units were refused; one query."""
    found: dict[str, tuple[int, int]] = {}
    for code, refused in lines_refused(period).values_list("code", "refused"):
        lines, units = found.get(code, (0, 0))
        found[code] = lines + 1, units + refused
    return found


def label_of_line(code: str) -> str:
    """The words of a reason for which units of a line are refused."""
    return dict(LineRefusalCode.choices).get(code, code)


def last_day(period: TimeSpan) -> date:
    """The last day of a period, in Paris."""
    return timezone.localdate(period.until - timedelta(microseconds=1))
