"""Quotas: those a convention opens, what an amendment makes of them, and the pilot's reserve."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from calendars.working_days import add_months
from conventions.models import Convention, PlannedQuota, Quota, QuotaChange
from conventions.permissions import can_set_reserve
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.locking import lock, locked_row

ONE_DAY = timedelta(days=1)


def convention_year(first_day: date, ends_on: date, year: int) -> tuple[date, date]:
    """The first and last days of a convention year, which runs from the effective date; cut at the end."""
    starts = add_months(first_day, 12 * (year - 1))
    return starts, min(add_months(first_day, 12 * year) - ONE_DAY, ends_on)


def open_quotas(conventions: Iterable[Convention], *, actor: Actor, at: datetime) -> None:
    """Open the quotas of conventions that come into force, one counter per type and year."""
    quotas = []
    for convention in conventions:
        assert convention.starts_on is not None
        assert convention.ends_on is not None
        for plan in convention.planned_quotas.all():
            starts, ends = convention_year(convention.starts_on, convention.ends_on, plan.year)
            quotas.append(
                Quota(
                    convention=convention,
                    type=plan.type,
                    year=plan.year,
                    starts_on=starts,
                    ends_on=ends,
                    total=plan.total,
                )
            )
    created = Quota.objects.bulk_create(quotas)
    _record([(quota, None, quota.convention) for quota in created], actor, at)


def amend_quotas(amendment: Convention, amended: Convention, *, actor: Actor, at: datetime) -> None:
    """Write the quotas of an amendment on what it amends: new totals, new years, and the last day.

    A total may fall below what is used: nothing more is allotted. The counters are locked, after their convention.
    """
    lock(Quota, amended.quotas.values_list("pk", flat=True), "FOR NO KEY UPDATE")
    held = {(quota.type, quota.year): quota for quota in amended.quotas.all()}
    assert amended.starts_on is not None
    assert amended.ends_on is not None
    changes: list[tuple[Quota, int | None, Convention | None]] = []
    for plan in PlannedQuota.objects.filter(convention=amendment):
        quota = held.get((plan.type, plan.year))
        if quota is None:
            starts, ends = convention_year(amended.starts_on, amended.ends_on, plan.year)
            quota = Quota.objects.create(
                convention=amended, type=plan.type, year=plan.year, starts_on=starts, ends_on=ends, total=plan.total
            )
            changes.append((quota, None, amendment))
        elif quota.total != plan.total:
            changes.append((quota, quota.total, amendment))
            quota.total = plan.total
            quota.save(update_fields=["total"])
    for quota in held.values():
        _, ends = convention_year(amended.starts_on, amended.ends_on, quota.year)
        if quota.ends_on != ends and ends >= quota.starts_on:
            quota.ends_on = ends
            quota.save(update_fields=["ends_on"])
    _record(changes, actor, at)


@gate.one_transaction
def set_reserve(*, actor: Actor, type: str, year: int, total: int, at: datetime | None = None) -> Quota:  # noqa: A002
    """Set how many devices of a type the pilot may allot outside the quotas in a calendar year.

    Raises PermissionDenied for anyone else, ValidationError for a type that is not.
    """
    if not can_set_reserve(actor):
        raise PermissionDenied
    quota = locked_row(Quota.objects.filter(convention=None, type=type, year=year))
    before = quota.total if quota else None
    if quota is None:
        quota = Quota(type=type, year=year, starts_on=date(year, 1, 1), ends_on=date(year, 12, 31))
    quota.total = total
    quota.clean_fields()
    quota.save()
    if before != total:
        _record([(quota, before, None)], actor, at or timezone.now())
    return quota


def _record(changes: Iterable[tuple[Quota, int | None, Convention | None]], actor: Actor, at: datetime) -> None:
    QuotaChange.objects.bulk_create(
        QuotaChange(quota=quota, before=before, after=quota.total, act=act, changed_at=at, changed_by_id=actor.pk)
        for quota, before, act in changes
    )
