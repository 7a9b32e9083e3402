"""Work that waits for an organisation in which nobody may do it any more: what, how much, and how it goes on."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast

from desk.awaited import AwaitedWork
from desk.awaited_work import every_work
from network.models import Organisation
from network.models.membership import left_by_all


@dataclass(frozen=True)
class Left:
    """So much of one kind of work that waits for one organisation."""

    work: AwaitedWork
    organisation: int
    count: int

    @property
    def in_words(self) -> str:
        return self.work.noun.counted(self.count)

    @property
    def url(self) -> str:
        return self.work.url(self.organisation)


def left_work(organisation: Organisation | None = None, leaving: Collection[int] = ()) -> list[Left]:
    """What waits where nobody may do it, of one organisation or of all; one query.

    ``leaving``: the keys of memberships that count as closed already.
    """
    works = every_work()
    asked = [_counted(rank, work, organisation, leaving) for rank, work in enumerate(works)]
    first, *others = asked
    rows = first.union(*others, all=True).order_by()
    return [Left(works[rank], pk, count) for rank, pk, count in sorted(rows)]


def _counted(
    rank: int, work: AwaitedWork, organisation: Organisation | None, leaving: Collection[int]
) -> QuerySet[Any]:
    nobody = left_by_all(work.kinds, work.roles, leaving)
    where = Q(**{f"{work.of}__in": nobody.values("pk")})
    if organisation is not None:
        where &= Q(**{work.of: organisation.pk})
    return (
        work.rows.order_by()
        .filter(where)
        .annotate(rank=Value(rank, IntegerField()), awaited=Cast(work.of, IntegerField()))
        .values("rank", "awaited")
        .annotate(number=Count(work.counted, distinct=True))
        .values_list("rank", "awaited", "number")
    )


def by_organisation(left: Iterable[Left]) -> dict[int, list[Left]]:
    """The same, by organisation."""
    found: dict[int, list[Left]] = {}
    for one in left:
        found.setdefault(one.organisation, []).append(one)
    return found
