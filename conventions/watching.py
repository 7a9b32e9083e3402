"""Which conventions the pilot watches over: near their end, a quota nearly used, places of the year soon lost."""

from datetime import date, timedelta

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Least

from conventions.enums import ALIVE
from conventions.machine.ending_rules import ends_alone_on
from conventions.models import Convention, Quota
from conventions.models.convention import ConventionQuerySet
from conventions.models.quota import QuotaQuerySet
from conventions.parameters import FIRST_REMINDER_DAYS, YEAR_ENDING_DAYS
from reference.parameters import ValuesOfDay

NEARLY_USED = 80
"""From this share of its quota on (percent), a convention is listed; a convenience of the screen, not a rule."""


def alive_with_places(day: date, numbers: ValuesOfDay) -> ConventionQuerySet:
    """The conventions alive, each with ``to_allot``: what is left of the quotas of a year that ends soon.

    ``allot_by`` is its last day: what a year leaves is not carried over. None of both where nothing is soon lost.
    ``alone_on``: the first day on which a party that gave notice may end it; ``soonest``: when it may end first.
    """
    lost = _soon_lost(day, numbers).filter(convention=OuterRef("pk")).order_by().values("convention")
    return (
        Convention.objects.originals()
        .filter(state__in=ALIVE)
        .annotate(
            to_allot=Subquery(lost.annotate(sum=Sum("left")).values("sum")),
            allot_by=Subquery(lost.annotate(last=Max("ends_on")).values("last")),
            alone_on=ends_alone_on(numbers, day),
        )
        .annotate(soonest=Least("alone_on", "ends_on"))
    )


def watched(rows: ConventionQuerySet, day: date, numbers: ValuesOfDay) -> ConventionQuerySet:
    """Those of ``alive_with_places`` that ask for something: to be renewed, amended, used, or that a party leaves."""
    near = Q(ends_on__lte=day + timedelta(days=numbers[FIRST_REMINDER_DAYS]))
    nearly = Quota.objects.on(day).filter(total__gt=0, used__gte=F("total") * NEARLY_USED / 100)
    near |= Q(alone_on__isnull=False)
    return rows.filter(near | Q(to_allot__gt=0) | Q(Exists(nearly.filter(convention=OuterRef("pk")))))


def _soon_lost(day: date, numbers: ValuesOfDay) -> QuotaQuerySet:
    last = day + timedelta(days=numbers[YEAR_ENDING_DAYS])
    return Quota.objects.on(day).with_room().filter(ends_on__lte=last)
