"""What the sum of its months does not tell of a year: delays, prices, old stock, what reuse spares, who took part.

Whoever does not steer is told of households what nothing can be learnt from: a median where what is told already says
that it is one of five households at least, and never how many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Avg, Count, Q
from django.utils import timezone

from distribution.enums import ClosedBecause, HandOverKind
from distribution.models import HandOver
from donations.enums import DonationState
from donations.models import Donation
from prescriptions.enums import EQUIPMENT_KINDS, NeedKind, NeedState, PrescriptionState
from prescriptions.models import Need, Prescription
from refurb.enums import DeviceState, DeviceType
from refurb.models import Device
from refurb.outcomes import Spared, spared
from refurb.parameters import SPARED_CO2, SPARED_MATERIALS
from reports.adding import least
from reports.enums import Stage
from reports.parameters import THRESHOLD
from reports.participants import Donors, Uncovered, donors_of, prescribers_of, without_convention
from reports.secrecy.covering import HIDDEN
from reports.standing import Arrival, Delay, TimeSpan
from reports.summary import SummaryTable
from reports.yearly import NEEDS_HEAD, Year
from typography.french import HARD, euros, percent

D, P, N = DeviceState, PrescriptionState, NeedState
CONNECTION_KINDS = (NeedKind.FIXED_CONNECTION, NeedKind.MOBILE_CONNECTION)
NEAR = 5
"""To how many euros readers are told a mean price."""
OLD = timedelta(days=60)
"""Since when what stands at a workshop is said to be old (domaine §8)."""
_HANDED_TO = """(
    SELECT p.household_id FROM distribution_handover h
    JOIN prescriptions_need n ON n.id = h.need_id JOIN prescriptions_prescription p ON p.id = n.prescription_id
    WHERE h.device_id = s.object_id AND h.handed_over_at = s.at LIMIT 1)"""
_WHO_NEEDS = """(
    SELECT p.household_id FROM prescriptions_need n JOIN prescriptions_prescription p ON p.id = n.prescription_id
    WHERE n.id = s.object_id)"""
_WHO_ASKS = "(SELECT p.household_id FROM prescriptions_prescription p WHERE p.id = s.object_id)"
RECONDITIONED = Arrival(Device, (D.READY,), "type")
HANDED_OVER = Arrival(Device, (D.HANDED_OVER,), "type", household=_HANDED_TO)
RECYCLED = Arrival(Device, (D.RECYCLED,), "type")
DECIDED_LOTS = Arrival(Donation, (DonationState.QUALIFIED, DonationState.DECLINED), "donor_kind")
RECEIVED = Arrival(Device, (D.RECEIVED,), "type", verbs=("receive",))
ANSWERED = Arrival(Prescription, (P.ACCEPTED, P.REFUSED), "verb", household=_WHO_ASKS)
MET = Arrival(Need, (N.MET,), "kind", household=_WHO_NEEDS)
_OLD = """
SELECT count(*) FROM refurb_deviceentry e
WHERE e.target = ANY(%(states)s) AND e.source <> ALL(%(states)s) AND e.at < %(since)s
  AND NOT EXISTS (
    SELECT 1 FROM refurb_deviceentry l
    WHERE l.object_id = e.object_id AND l.seq > e.seq AND l.at < %(until)s AND l.target <> ALL(%(states)s))
"""


@dataclass(frozen=True)
class DelayRow:
    """One step: how many came through it, and in how many days; a word in the place of what is not told."""

    label: str
    count: int | str
    median: str
    ninth: str


@dataclass(frozen=True)
class PriceRow:
    """What was asked for the devices of one type that were sold to households: means, in euros."""

    label: str
    count: int | str
    price: str
    to_pay: str


@dataclass(frozen=True)
class DifferentDevices:
    """The sum of the months, and how many different devices it is, once what was undone since is taken off."""

    label: str
    summed: int | str
    different: int


@dataclass(frozen=True)
class YearFacts:
    """All that a page, a paper or a workbook says of a year besides its tables."""

    delays: list[DelayRow]
    prices: list[PriceRow]
    different: list[DifferentDevices]
    donors: Donors
    prescribers: int
    uncovered: Uncovered
    reuse: str
    returns: str
    old_on_the_bench: int
    old_in_stock: int
    co2: Spared | None
    materials: Spared | None
    """None where it is hidden."""
    is_least: bool
    """Whether what is spared is told as the least that it may be: to whoever may not know all."""


def facts_of(year: Year) -> YearFacts:
    """Read them; a constant number of queries, whatever the year holds."""
    period = year.period
    stages = year.stages()
    held = _in_homes(year)
    day = timezone.localdate(period.until - timedelta(days=1))
    return YearFacts(
        delays=_delays(year),
        prices=_prices(year),
        different=_different(year),
        donors=donors_of(period, year.before if year.is_whole else None),
        prescribers=prescribers_of(period),
        uncovered=without_convention(period.until - timedelta(microseconds=1)),
        reuse=share(_entered(stages, Stage.RECONDITIONED), _entered(stages, Stage.UNUSABLE), of_both=True),
        returns=share(_entered(stages, Stage.RETURNED), _entered(stages, Stage.HANDED_OVER)),
        old_on_the_bench=_old(period, D.RECEIVED, D.IN_PROCESS, D.AWAITING_PART),
        old_in_stock=_old(period, D.READY),
        co2=None if held is None else spared(held, SPARED_CO2, day),
        materials=None if held is None else spared(held, SPARED_MATERIALS, day),
        is_least=year.hides_small,
    )


def _delays(year: Year) -> list[DelayRow]:
    """Of each step, upstream then of households."""
    period = year.period
    given = least([month.summary.handed_over for month in year.months])
    asked, equipped, connected = (
        _needs(year, column, kinds)
        for column, kinds in (
            ("Mis en attente", NeedKind),
            ("Satisfaits", EQUIPMENT_KINDS),
            ("Satisfaits", CONNECTION_KINDS),
        )
    )
    equipment = MET.delay(period, [N.WAITING], first=True, dimensions=EQUIPMENT_KINDS)
    connection = MET.delay(period, [N.WAITING], first=True, dimensions=CONNECTION_KINDS)
    worked = RECONDITIONED.delay(period, [D.RECEIVED, D.RETURNED], first=False)
    steps: list[tuple[str, Delay, int | None]] = [
        ("D’un lot annoncé à sa décision", DECIDED_LOTS.delay(period, [DonationState.ANNOUNCED], first=True), None),
        ("D’une unité acceptée à son arrivée à l’atelier", RECEIVED.delay(period, [D.DECLARED], first=True), None),
        ("De l’arrivée à l’atelier au reconditionnement", worked, None),
        ("Du reconditionnement à la remise à un foyer", HANDED_OVER.delay(period, [D.READY], first=False), given),
        ("D’une demande déposée à sa réponse", ANSWERED.delay(period, [P.SUBMITTED], first=True), asked),
        ("D’un équipement accordé à sa remise", equipment, equipped),
        ("D’une connexion accordée à la ligne ouverte", connection, connected),
    ]
    return [_delay_row(year, *step) for step in steps]


def _delay_row(year: Year, label: str, delay: Delay, known: int | None) -> DelayRow:
    """``known``: of a step of households, how many everyone knows of at least.

    Readers are told of as many households as the rule shows, different ones; of twice as many for nine in ten, which of
    fewer is the wait of the last one.
    """
    if known is None or not year.hides_small:
        return DelayRow(label, delay.count, _days(delay.median), _days(delay.ninth))
    threshold = _threshold(year)
    if min(known, delay.households) < threshold:
        return DelayRow(label, HIDDEN, HIDDEN, HIDDEN)
    ninth = _days(delay.ninth) if delay.households >= 2 * threshold else HIDDEN
    return DelayRow(label, "–", _days(delay.median), ninth)


def _needs(year: Year, column: str, kinds: Any) -> int:
    """What is told at least of a column of the needs by kind, for some of the kinds."""
    labels, rank = {str(kind.label) for kind in kinds}, NEEDS_HEAD.index(column)
    tables = [month.served.needs_by_kind() for month in year.months if month.served.is_counted]
    return least([row.cells[rank - 1] for table in tables for row in table.rows if row.label in labels])


def _prices(year: Year) -> list[PriceRow]:
    """Means by type of device, of sales that were not undone; one query."""
    undone = Q(closed_because=ClosedBecause.UNDONE, closed_at__lt=year.period.until)
    sold = HandOver.objects.filter(
        kind=HandOverKind.SALE, handed_over_at__gte=year.period.start, handed_over_at__lt=year.period.until
    ).exclude(undone)
    means = sold.order_by().values("device__type").annotate(n=Count("pk"), price=Avg("price"), to_pay=Avg("to_pay"))
    by_type = {row["device__type"]: row for row in means}
    told = [type_ for type_ in DeviceType if type_ in by_type or year.hides_small]
    return [_price_row(year, type_, by_type.get(type_, {"n": 0})) for type_ in told]


def _price_row(year: Year, type_: DeviceType, row: dict[str, Any]) -> PriceRow:
    """Of readers each type has its row, told or not, and a mean is near: to the cent it would say how many it is of."""
    label, count = str(type_.label), row["n"]
    if not year.hides_small:
        return PriceRow(label, count, euros(row["price"], cents=True), euros(row["to_pay"], cents=True))
    if min(count, least(_handed(year, type_))) < _threshold(year):
        return PriceRow(label, HIDDEN, HIDDEN, HIDDEN)
    return PriceRow(label, "–", _near(row["price"]), _near(row["to_pay"]))


def _near(mean: Decimal) -> str:
    """« environ 65 € »."""
    return f"environ{HARD}{euros(Decimal(round(mean / NEAR) * NEAR))}"


def _different(year: Year) -> list[DifferentDevices]:
    """The months count acts; these are devices. Of those of households, for whoever may know all."""
    told = year.first_numbers
    counted = [("Appareils reconditionnés", "Reconditionnés", RECONDITIONED)]
    if not year.hides_small:
        counted.append(("Appareils remis à un foyer", "Remis à un foyer", HANDED_OVER))
    counted.append(("Appareils remis au recycleur", "Remis au recycleur", RECYCLED))
    return [DifferentDevices(label, told[column], arrival.distinct(year.period)) for label, column, arrival in counted]


def _in_homes(year: Year) -> dict[DeviceType, int] | None:
    """The devices handed over in the year and still in a household at its end, by type.

    For whoever may not know: no more than what is told, each return taken off where it weighs most; None when returns
    are hidden, or when nothing is left that is told.
    """
    if not year.hides_small:
        return {DeviceType(type_): count for type_, count in HANDED_OVER.still_there(year.period).items()}
    returned = [month.summary.number("entered", Stage.RETURNED) for month in year.months]
    if not all(isinstance(number, int) for number in returned):
        return None
    left, held = least(returned), {}
    for type_ in sorted(map(DeviceType, SPARED_CO2), key=lambda one: -SPARED_CO2[one].usual):
        handed = least(_handed(year, type_))
        held[type_], left = max(handed - left, 0), max(left - handed, 0)
    return held if any(held.values()) else None


def _handed(year: Year, type_: str) -> Sequence[int | str]:
    """What each month tells of the devices of a type that were handed over."""
    tables = [month.summary.types_at("entered") for month in year.months]
    label = str(DeviceType(type_).label)
    return [_cell(table, label, table.plain_head.index("Remis")) for table in tables]


def _entered(stages: SummaryTable, stage: Stage) -> int | str:
    return _cell(stages, str(stage.label), 2)


def _cell(table: SummaryTable, label: str, column: int) -> int | str:
    """A cell by the label of its row and the rank of its column, that of the labels being 0."""
    return next(row.cells[column - 1] for row in table.rows if row.label == label)


def share(part: int | str, other: int | str, *, of_both: bool = False) -> str:
    """A percentage of two numbers that are told; else nothing is said."""
    if not isinstance(part, int) or not isinstance(other, int):
        return HIDDEN
    whole = part + other if of_both else other
    return percent((Decimal(100) * part / whole).quantize(Decimal("0.1"))) if whole else "–"


def _old(period: TimeSpan, *states: DeviceState) -> int:
    """How many devices stood in these states at the end since longer than ``OLD``."""
    asked = {"states": list(states), "since": period.until - OLD, "until": period.until}
    with connection.cursor() as cursor:
        cursor.execute(_OLD, asked)
        (count,) = cursor.fetchone()
    return int(count)


def _threshold(year: Year) -> int:
    return int(THRESHOLD.on(timezone.localdate(year.period.until)))


def _days(number: int | None) -> str:
    """« 12 jours »."""
    if number is None:
        return "–"
    return f"{number}{HARD}jour{'s' if number >= 2 else ''}"
