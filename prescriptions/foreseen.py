"""What the clock will archive and erase by a day, told before it does: the conditions are those it goes by."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from lifecycle.actors import SYSTEM
from lifecycle.machine import Context
from lifecycle.requirements import as_expression
from prescriptions.enums import Fate, HouseholdState
from prescriptions.liveness import nothing_lives
from prescriptions.machine import household_rules as rules
from prescriptions.models import Household
from prescriptions.parameters import ANONYMISE_NOTICE_DAYS, ARCHIVE_AFTER_MONTHS, DRAFT_DAYS
from reference.parameters import ValuesOfDay, parameters_on

MORNING = time(6)


def foreseen(at: datetime, until: date | None = None) -> QuerySet[Any]:
    """The files that the clock archives or makes anonymous by the end of a day, if nothing comes meanwhile.

    ``fate`` is what happens to each, ``since`` the day it is due to: the last contact, or the day that was planned.
    Without ``until``, exactly what it would do at ``at``: a file whose notice was not sent yet is not erased, whatever
    its day.
    """
    terms = parameters_on(timezone.localdate(at))
    cases = [When(holds, then=Value(fate.value)) for fate, holds in _conditions(at, until, terms).items()]
    told: Any = Household.objects.select_related("prescriber", "commune").annotate(
        fate=Case(*cases, output_field=CharField(null=True)),
        since=Case(
            When(state=HouseholdState.ARCHIVED, then=F("anonymise_on")),
            default=TruncDate(rules.last_contact(), tzinfo=timezone.get_current_timezone()),
            output_field=DateField(),
        ),
    )
    found: QuerySet[Any] = told.filter(fate__isnull=False)
    return found


def end_of_night(at: datetime) -> datetime:
    """The next six o’clock of the morning in Paris: by then the clock has done what the night makes due."""
    day = timezone.localdate(at)
    today, tomorrow = (timezone.make_aware(datetime.combine(one, MORNING)) for one in (day, day + timedelta(days=1)))
    return today if today > at else tomorrow


def tonight(at: datetime) -> QuerySet[Any]:
    """The files that the clock archives or erases by the end of the night that comes; at ``at``, it has none left."""
    return foreseen(end_of_night(at))


def count_foreseen(at: datetime, days: Iterable[date | None]) -> list[dict[str, int]]:
    """How many files meet each fate by each of these days; two queries. A draft that is archived first counts once."""
    terms = parameters_on(timezone.localdate(at))
    asked = {
        f"{fate.value}_{rank}": Count("pk", filter=holds)
        for rank, until in enumerate(days)
        for fate, holds in _conditions(at, until, terms).items()
    }
    counted = Household.objects.order_by().aggregate(**asked)
    ranks = range(len(asked) // len(Fate))
    return [{fate.value: counted[f"{fate.value}_{rank}"] for fate in Fate} for rank in ranks]


def _conditions(at: datetime, until: date | None, terms: ValuesOfDay) -> dict[Fate, Q]:
    """Which files meet each fate, in the order in which the clock goes; none meets two. ``terms``: those of today."""
    when = at if until is None else rules.start_of(until)
    ctx = Context(when, SYSTEM)
    moved = Q(moved_at__lte=when)
    is_open, is_archived = moved & Q(state=HouseholdState.OPEN), moved & Q(state=HouseholdState.ARCHIVED)
    archived = Q(as_expression(rules.untouched(ctx, terms[ARCHIVE_AFTER_MONTHS])))
    swept = Q(as_expression(rules.left_as_a_draft(ctx, terms[DRAFT_DAYS])))
    erased = rules.noticed(ctx, terms[ANONYMISE_NOTICE_DAYS]) if until is None else _planned(ctx)
    return {
        Fate.ERASED: is_archived & Q(as_expression(erased)),
        Fate.ARCHIVED: is_open & archived,
        Fate.SWEPT: is_open & swept & ~archived,
    }


def _planned(ctx: Context) -> Q:
    """Its day comes; the notice is sent in time by then."""
    return Q(anonymise_on__lte=ctx.day) & rules.nothing_asked() & rules.not_restricted() & nothing_lives(ctx.at)
