"""When a point receives households: the hours of its week, and the days it does not."""

from datetime import date, time, timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from distribution.enums import ClosureReason
from distribution.models import Appointment, PointClosure, PointOpening
from distribution.models.appointment import not_received
from distribution.permissions import can_open_hours
from distribution.slots import on_day
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import locked_row
from lifecycle.machine import Reason
from network.models import Membership
from refurb.models import DistributionPoint

TOO_SHORT = Reason(
    "too_short", "Un rendez-vous ne tient pas entre ces deux heures\u00a0: écartez-les.", field="ends_at"
)
OVERLAPS = Reason(
    "overlaps",
    "Ce point reçoit déjà à ces heures-là ce jour de la semaine\u00a0: arrêtez d’abord l’autre ouverture.",
    field="starts_at",
)
DATES = Reason("dates", "Le dernier jour vient avant le premier.", field="last_day")
LONGEST = timedelta(days=366)
TOO_LONG = Reason("too_long", "Une fermeture dure un an au plus\u00a0: fermez le point.", field="last_day")


@gate.one_transaction
def open_hours(
    *,
    actor: Membership,
    point: DistributionPoint,
    weekday: int,
    starts_at: time,
    ends_at: time,
    minutes: int,
    places: int,
    valid_from: date,
) -> PointOpening:
    """A point receives every week on a day, from a day on. Raises Unknown, PermissionDenied, Refused."""
    held = _locked_point(actor, point)
    new = PointOpening(
        point=held,
        weekday=weekday,
        starts_at=starts_at,
        ends_at=ends_at,
        minutes=minutes,
        places=places,
        valid_from=valid_from,
        declared_by=actor,
    )
    length = (ends_at.hour - starts_at.hour) * 60 + ends_at.minute - starts_at.minute
    if length < minutes:
        raise Refused({held.pk: (TOO_SHORT,)})
    same = PointOpening.objects.filter(point=held, weekday=weekday, starts_at__lt=ends_at, ends_at__gt=starts_at)
    if same.exclude(valid_to__lt=valid_from).exists():
        raise Refused({held.pk: (OVERLAPS,)})
    new.save(force_insert=True)
    return new


@gate.one_transaction
def stop_hours(*, actor: Membership, opening: PointOpening, last_day: date) -> PointOpening:
    """These hours end after a day; what is booked later stays, to be moved. Raises Unknown, PermissionDenied.

    Before they begin, they never were; those that ended already keep their day.
    """
    _locked_point(actor, opening.point)
    row = locked_row(PointOpening.objects.filter(pk=opening.pk))
    if row is None:
        raise Unknown
    if row.valid_to is not None and row.valid_to <= last_day:
        return row
    if last_day < row.valid_from:
        row.delete()
        return row
    row.valid_to = last_day
    row.save(update_fields=["valid_to"])
    return row


@gate.one_transaction
def close_days(
    *, actor: Membership, point: DistributionPoint, first_day: date, last_day: date, reason: ClosureReason | str
) -> PointClosure:
    """A point receives nobody for some days. Raises Unknown, PermissionDenied, Refused."""
    held = _locked_point(actor, point)
    if last_day < first_day:
        raise Refused({held.pk: (DATES,)})
    if last_day - first_day > LONGEST:
        raise Refused({held.pk: (TOO_LONG,)})
    return PointClosure.objects.create(
        point=held, first_day=first_day, last_day=last_day, reason=ClosureReason(reason), declared_by=actor
    )


@gate.one_transaction
def open_days_again(*, actor: Membership, closure: PointClosure) -> None:
    """The point receives after all. Raises Unknown, PermissionDenied."""
    _locked_point(actor, closure.point)
    row = locked_row(PointClosure.objects.filter(pk=closure.pk))
    if row is None:
        raise Unknown
    row.delete()


def booked_within(point: DistributionPoint, first_day: date, last_day: date) -> QuerySet[Appointment]:
    """What is booked at a point from one day to another, both included, whether its hour is past or not."""
    begins, ends = on_day(first_day)[0], on_day(last_day)[1]
    return Appointment.objects.booked().filter(point=point, starts_at__gte=begins, starts_at__lt=ends)


def left_by(opening: PointOpening, *, last_day: date) -> QuerySet[Appointment]:
    """What is booked after a day at hours that these alone make: to be moved, once they end that day."""
    booked = Appointment.objects.booked().filter(point=opening.point_id, starts_at__gte=on_day(last_day)[1])
    return booked.filter(~not_received(), not_received(without=opening.pk))


def _locked_point(actor: Actor, point: DistributionPoint) -> DistributionPoint:
    """The point, held, if its hours are the actor's to say."""
    scope = can_open_hours(actor)
    if scope is None:
        raise PermissionDenied
    if not DistributionPoint.objects.visible_to(actor).filter(pk=point.pk).exists():
        raise Unknown
    row = locked_row(DistributionPoint.objects.filter(scope, pk=point.pk))
    if row is None:
        raise PermissionDenied
    return row
