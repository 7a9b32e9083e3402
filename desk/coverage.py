"""Where somebody prescribes: communes that an active structure serves, those that none does; per EPCI and on a map.

A structure is active when it filed a request within the months that a dated parameter says.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from calendars.days import day_start
from calendars.working_days import add_months
from desk.enums import Prescribing
from network.models import Commune, Epci, Organisation, PublicService
from network.models.directory import prescribers
from network.parameters import ACTIVE_MONTHS
from prescriptions.models import Prescription, PrescriptionEntry


@dataclass(frozen=True)
class Covered:
    """One EPCI: its communes, those that nobody active serves, the requests that its households filed."""

    epci: Epci
    communes: int
    uncovered: int
    unknown: int
    requests: int

    @property
    def covered(self) -> int:
        """How many communes an active structure serves."""
        return self.communes - self.uncovered

    @property
    def tone(self) -> str:
        """How the map draws it: all, some or none of its communes."""
        if not self.uncovered:
            return "in_force"
        return "under_way" if self.covered else "none"

    @property
    def url(self) -> str:
        """Its communes without an active structure."""
        return f"{reverse('desk:uncovered_list')}?epci={self.epci.pk}"


def active_since(at: datetime) -> datetime:
    """From when on a request makes its structure active at ``at``."""
    today = timezone.localdate(at)
    return day_start(add_months(today, -ACTIVE_MONTHS.on(today)))


def active_structures(at: datetime) -> list[int]:
    """The structures whose people filed a request since then; one query."""
    filed = PrescriptionEntry.objects.filter(verb="submit", at__gte=active_since(at), at__lte=at)
    return list(prescribers().filter(pk__in=filed.values("organisation")).values_list("pk", flat=True))


def served_by(structures: Any) -> Q:
    """The communes that these structures say they serve, in the directory or in their sheet, and where they stand."""
    told = PublicService.objects.in_directory().filter(organisation__in=structures)
    services = PublicService.communes.through.objects.filter(publicservice__in=told.values("pk"))
    sheets = Organisation.communes_served.through._default_manager.filter(organisation__in=structures)
    places = Organisation.objects.filter(pk__in=structures, commune__isnull=False)
    return (
        Q(pk__in=services.values("commune")) | Q(pk__in=sheets.values("commune")) | Q(pk__in=places.values("commune"))
    )


def communes_with_standing(at: datetime) -> Any:
    """Each commune of the département with its ``standing`` of ``Prescribing``; one query, and one before it."""
    rows = Commune.objects.in_departement().current()
    return rows.annotate(
        standing=Case(
            When(served_by(active_structures(at)), then=Value(Prescribing.ACTIVE)),
            When(served_by(prescribers().values("pk")), then=Value(Prescribing.SILENT)),
            default=Value(Prescribing.NONE),
            output_field=CharField(),
        )
    )


def coverage(at: datetime) -> list[Covered]:
    """Each EPCI in the order of the names that are shown; four queries."""
    standings: Counter[tuple[int, str]] = Counter(communes_with_standing(at).order_by().values_list("epci", "standing"))
    filed = Prescription.objects.filter(submitted_at__gte=active_since(at)).order_by().values("commune__epci")
    requests = dict(filed.annotate(count=Count("pk")).values_list("commune__epci", "count"))
    found = []
    for epci in Epci.objects.living().alphabetical("short_name"):
        count = {standing: standings[epci.pk, standing.value] for standing in Prescribing}
        if total := sum(count.values()):
            without = total - count[Prescribing.ACTIVE]
            found.append(Covered(epci, total, without, count[Prescribing.NONE], requests.get(epci.pk, 0)))
    return found


def totals(rows: Iterable[Covered]) -> dict[str, int]:
    """Those of the département."""
    kept: Sequence[Covered] = list(rows)
    names = ("communes", "covered", "uncovered", "unknown", "requests")
    return {name: sum(getattr(row, name) for row in kept) for name in names}
