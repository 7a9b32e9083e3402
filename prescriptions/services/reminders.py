"""Reminders: planned as rows when a delay begins, without object when it ends."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from prescriptions.enums import ReminderKind
from prescriptions.models import Household, Prescription, Reminder
from prescriptions.parameters import (
    ANONYMISE_NOTICE_DAYS,
    COMPLETE_FIRST_DAYS,
    COMPLETE_LAST_DAYS,
    STILL_CURRENT_FIRST_DAYS,
    STILL_CURRENT_LAST_DAYS,
)
from reference.parameters import parameters_on

BEFORE_THE_END = {
    ReminderKind.COMPLETE: (COMPLETE_FIRST_DAYS, COMPLETE_LAST_DAYS),
    ReminderKind.STILL_CURRENT: (STILL_CURRENT_FIRST_DAYS, STILL_CURRENT_LAST_DAYS),
}
"""For each kind, the parameters that say how many days before the end of the delay a reminder is sent."""


def plan_reminders(prescriptions: Iterable[Prescription], kind: ReminderKind, at: datetime) -> None:
    """Plan the reminders of a delay that begins at ``at``, in place of those planned before."""
    rows = list(prescriptions)
    cancel_reminders([row.pk for row in rows], at)
    today = timezone.localdate(at)
    numbers = parameters_on(today)
    planned = {}
    for row in rows:
        end = row.complete_by if kind == ReminderKind.COMPLETE else row.valid_until
        for before in BEFORE_THE_END[kind]:
            if end is None:
                continue
            day = max(timezone.localdate(end - timedelta(days=numbers[before])), today)
            planned[row.pk, day] = Reminder(household_id=row.household_id, prescription=row, kind=kind, due_on=day)
    Reminder.objects.bulk_create(planned.values())


def cancel_reminders(prescriptions: Iterable[int], at: datetime) -> None:
    """The reminders of these prescriptions, sent or not, have no object any more."""
    Reminder.objects.filter(prescription__in=list(prescriptions), cancelled_at=None).update(cancelled_at=at)


def mark_sent(prescription: Prescription, kind: ReminderKind, at: datetime) -> None:
    """What was due is sent; asked for by hand before its day, a reminder of that day is written."""
    today = timezone.localdate(at)
    due = Reminder.objects.planned().filter(prescription=prescription, kind=kind, due_on__lte=today)
    if due.update(sent_at=at):
        return
    Reminder.objects.get_or_create(
        household_id=prescription.household_id,
        prescription=prescription,
        kind=kind,
        due_on=today,
        cancelled_at=None,
        defaults={"sent_at": at},
    )


def plan_notices(households: Iterable[Household], at: datetime) -> None:
    """Plan the notice that says, so many days before, that archived files will be erased."""
    today = timezone.localdate(at)
    days = ANONYMISE_NOTICE_DAYS.on(today)
    for household in households:
        if household.anonymise_on is None:
            continue
        day = max(household.anonymise_on - timedelta(days=days), today)
        Reminder.objects.create(household=household, kind=ReminderKind.ANONYMISATION, due_on=day)


def cancel_notices(households: Iterable[int], at: datetime) -> None:
    """The files are followed again: nothing will be erased."""
    notices = Reminder.objects.filter(household__in=list(households), kind=ReminderKind.ANONYMISATION)
    notices.filter(cancelled_at=None).update(cancelled_at=at)
