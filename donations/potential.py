"""What an EPCI may give in a year, estimated; beside it what is promised, announced and picked up there.

Organisations of each size × people × devices each × part renewed in a year: dated reference data, each with its source.
It is an estimate: nothing is decided by it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from calendars.working_days import add_months
from donations.enums import ProspectState, SizeClass
from donations.models import DonationLine, OrganisationCount, PickUpCount, Prospect, SizeEstimate
from donations.models.prospect import FOLLOWED
from donations.permissions import can_prospect
from lifecycle.actors import Actor
from network.models import Epci
from network.permissions import is_pilot

TENTH = Decimal("0.1")
MONTHS = 12
"""The estimate is of a year: what is beside it is of the last twelve months."""


@dataclass(frozen=True)
class Estimated:
    """What one size of organisations brings to the estimate of an EPCI."""

    size: SizeClass
    organisations: int
    employees: int
    per_employee: Decimal
    rate: Decimal
    source: str
    merged: str = ""
    """The EPCI for which they were counted, when it was merged into this one since."""

    @property
    def devices(self) -> Decimal:
        """Devices renewed in a year."""
        return self.organisations * self.employees * self.per_employee * self.rate / 100


@dataclass(frozen=True)
class Potential:
    """One EPCI. ``estimated``: none where nobody wrote how many organisations it has."""

    epci: Epci
    estimated: tuple[Estimated, ...]
    prospects: dict[str, int]
    promised: int
    announced: int
    collected: int

    @property
    def devices(self) -> int | None:
        """The estimate, rounded to ten: it is no more exact than that; None when nothing is known."""
        if not self.estimated:
            return None
        return round(sum((one.devices for one in self.estimated), Decimal(0)) / 10) * 10

    @property
    def followed(self) -> int:
        """How many prospects are followed, or have given."""
        return sum(count for state, count in self.prospects.items() if state != ProspectState.CLOSED)

    @property
    def states(self) -> list[tuple[str, int]]:
        """How many of them are in each state, those that have some."""
        states = [state for state in ProspectState if state != ProspectState.CLOSED and self.prospects.get(state)]
        return [(state.label, self.prospects[state]) for state in states]

    @property
    def part(self) -> Decimal | None:
        """What was picked up, as a percentage of the estimate, to the tenth; None without one."""
        return (Decimal(100 * self.collected) / self.devices).quantize(TENTH) if self.devices else None


def potentials(actor: Actor, at: datetime) -> list[Potential]:
    """The EPCI whose prospects one follows, in the order of their names; seven queries, however many there are."""
    today = timezone.localdate(at)
    since = add_months(today, -MONTHS)
    epcis = list(_epcis(actor).alphabetical("short_name"))
    estimated = _estimated(epcis, today)
    prospects, promised = _prospects(epcis)
    announced = _summed(
        DonationLine.objects.filter(donation__announced_at__date__gt=since, donation__announced_at__lte=at),
        "donation__origin_epci",
    )
    collected = _summed(
        PickUpCount.objects.filter(pick_up__done_on__gt=since, pick_up__done_on__lte=today),
        "pick_up__donation__origin_epci",
    )
    return [
        Potential(
            epci,
            tuple(estimated[epci.pk]),
            prospects[epci.pk],
            promised.get(epci.pk, 0),
            announced.get(epci.pk, 0),
            collected.get(epci.pk, 0),
        )
        for epci in epcis
    ]


def totals_of(potential: Iterable[Potential]) -> dict[str, int]:
    """The totals of several EPCI."""
    rows = list(potential)
    return {
        "devices": sum(row.devices or 0 for row in rows),
        "followed": sum(row.followed for row in rows),
        "promised": sum(row.promised for row in rows),
        "announced": sum(row.announced for row in rows),
        "collected": sum(row.collected for row in rows),
    }


def _epcis(actor: Actor) -> Any:
    if can_prospect(actor) is None:
        return Epci.objects.none()
    living = Epci.objects.living()
    return living if is_pilot(actor) else living.filter(organisations=actor.organisation_id)


def _estimated(epcis: list[Epci], day: date) -> dict[int, list[Estimated]]:
    """By EPCI, of the sizes that are known on both sides; three queries.

    What was counted for an EPCI that was merged is added, until the size is counted again for what it was merged into.
    """
    sizes = {row.size: row for row in SizeEstimate.objects.on(day)}
    found: dict[int, list[Estimated]] = defaultdict(list)
    into = _mergers()
    heirs = {pk: _path(pk, into)[-1] for pk in into}
    here = {epci.pk for epci in epcis}
    old = [pk for pk, heir in heirs.items() if heir in here]
    counts = list(OrganisationCount.objects.on(day).filter(epci__in=[*here, *old]).select_related("epci"))
    counted = {(row.epci_id, row.size): row.valid_from for row in counts}
    for row in sorted(counts, key=lambda one: (SizeClass.values.index(one.size), one.epci_id)):
        heir = heirs.get(row.epci_id, row.epci_id)
        since = into[row.epci_id][1] if row.epci_id in into else day
        later = (counted.get((pk, row.size)) for pk in _path(row.epci_id, into))
        if (of := sizes.get(row.size)) is not None and not any(began and began >= since for began in later):
            found[heir].append(
                Estimated(
                    SizeClass(row.size),
                    row.organisations,
                    of.employees,
                    of.devices_per_employee,
                    of.renewal_rate,
                    row.source,
                    row.epci.short_name if heir != row.epci_id else "",
                )
            )
    return found


def _mergers() -> dict[int, tuple[int, date]]:
    """``{EPCI that was merged: (into which one, on which day)}``; one query."""
    rows = Epci.objects.filter(succeeded_by__isnull=False).values_list("pk", "succeeded_by", "succeeded_at")
    return {pk: (heir, timezone.localdate(at)) for pk, heir, at in rows if heir is not None}


def _path(epci: int, into: Mapping[int, tuple[int, date]]) -> list[int]:
    """What an EPCI was merged into, merger after merger; the last is the one of today."""
    path: list[int] = []
    while epci in into and (epci := into[epci][0]) not in path:
        path.append(epci)
    return path


def _prospects(epcis: list[Epci]) -> tuple[dict[int, dict[str, int]], dict[int, int]]:
    """By EPCI, how many in each state, and how many devices are promised and not announced yet; one query."""
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    promised: dict[int, int] = defaultdict(int)
    rows = Prospect.objects.filter(commune__epci__in=epcis).order_by().values_list("commune__epci", "state")
    still = Sum("promised_devices", filter=Q(state__in=FOLLOWED), default=0)
    for epci, state, count, devices in rows.annotate(count=Count("pk"), devices=still):
        counted[epci][state] = count
        promised[epci] += devices
    return counted, promised


def _summed(rows: QuerySet[Any], epci: str) -> dict[int, int]:
    summed = rows.order_by().values_list(epci).annotate(total=Sum("quantity"))
    return {pk: total for pk, total in summed if pk is not None}
