"""What structures did of their requests: filed, accepted, refused, sent back; how long an answer took.

An act counts for the structure that followed the request when it was done: the one that filed it, or the one that took
it over since. So whoever reads a count may open each request of it, but for what passed on later.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from statistics import median
from typing import Any

from django.db.models import BigIntegerField, Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from calendars.days import day_start
from calendars.working_days import add_months
from network.models import Organisation
from network.models.directory import prescribers
from prescriptions.models import PrescriptionEntry

MONTHS = 12
"""A year, the month under way included."""
COUNTED = {"submit": "filed", "accept": "accepted", "refuse": "refused", "ask_completion": "sent_back"}
DECIDED = ("accept", "refuse")


@dataclass
class Activity:
    """What was done of the requests of one structure, in a year or in a month."""

    filed: int = 0
    accepted: int = 0
    refused: int = 0
    sent_back: int = 0
    days: list[int] = field(default_factory=list)
    last: datetime | None = None

    @property
    def delay(self) -> float | None:
        """The median of the days from a request to its decision."""
        return median(self.days) if self.days else None

    def count(self, verb: str, at: datetime, filed_at: datetime | None) -> None:
        """One more act."""
        name = COUNTED[verb]
        setattr(self, name, getattr(self, name) + 1)
        if verb == "submit":
            self.last = max(self.last or at, at)
        elif verb in DECIDED and filed_at is not None:
            self.days.append((timezone.localdate(at) - timezone.localdate(filed_at)).days)


def first_month(at: datetime) -> date:
    """The first day of the year that is told."""
    return add_months(timezone.localdate(at).replace(day=1), 1 - MONTHS)


def _acts(at: datetime, structure: Organisation | None = None) -> Any:
    """``(structure, verb, at, filed at)`` of each act of the year; one query. One that was taken back is none."""
    before = PrescriptionEntry.objects.filter(object=OuterRef("object"), seq__lte=OuterRef("seq")).order_by("-seq")
    taker = Cast(KT("values__prescriber"), BigIntegerField())
    held = Case(When(verb="transfer", then=taker), default=F("organisation"))
    holders = before.filter(verb__in=("submit", "transfer")).annotate(holder=held)
    latest, first = before.filter(verb="submit"), day_start(first_month(at))
    rows = PrescriptionEntry.objects.filter(verb__in=COUNTED, at__gte=first, at__lte=at).order_by()
    after = PrescriptionEntry.objects.filter(object=OuterRef("object"), seq__gt=OuterRef("seq"), at__lte=at)
    asked = after.filter(verb__in=("ask_completion", "unask_completion")).order_by("seq")
    rows = rows.annotate(then=Coalesce(Subquery(asked.values("verb")[:1]), Value("")))
    rows = rows.exclude(verb="ask_completion", then="unask_completion")
    if structure is not None:  # its own requests alone are read
        filed = Q(verb="submit", organisation=structure.pk)
        mine = PrescriptionEntry.objects.filter(filed | Q(verb="transfer", values__prescriber=structure.pk))
        rows = rows.filter(object__in=mine.values("object"))
    rows = rows.annotate(structure=Subquery(holders.values("holder")[:1]), filed_at=Subquery(latest.values("at")[:1]))
    return rows.values_list("structure", "verb", "at", "filed_at")


def of_structures(at: datetime) -> list[tuple[Organisation, Activity]]:
    """Each structure with its year; two queries."""
    found: dict[int, Activity] = defaultdict(Activity)
    for structure, verb, instant, filed_at in _acts(at):
        found[structure].count(verb, instant, filed_at)
    rows = prescribers().select_related("commune").order_by("name")
    return [(row, found.get(row.pk, Activity())) for row in rows]


def by_month(structure: Organisation, at: datetime) -> tuple[Activity, list[tuple[date, Activity]]]:
    """The year of one structure, and its months, the last one first; one query."""
    first = first_month(at)
    months = {add_months(first, rank): Activity() for rank in range(MONTHS)}
    whole = Activity()
    for whose, verb, instant, filed_at in _acts(at, structure):
        if whose == structure.pk:
            for told in (whole, months[timezone.localdate(instant).replace(day=1)]):
                told.count(verb, instant, filed_at)
    return whole, sorted(months.items(), reverse=True)
