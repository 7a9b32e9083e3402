"""The dates of the committees, in the pilot's hands: written down, moved, called off."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from desk.emails import committee_cancelled_for_member, committee_moved_for_member
from desk.enums import CommitteeKind
from desk.models import Committee, Meeting
from lifecycle.actors import Actor
from lifecycle.locking import locked
from network.permissions import is_pilot

PAST = "Ce comité est passé, annulé, ou siège déjà\u00a0: sa date ne change plus."
BEFORE_TODAY = "Un comité se prévoit aujourd’hui au plus tôt."
TWICE = "Ce comité est déjà prévu ce jour-là."


@transaction.atomic
def plan_committee(
    *, actor: Actor, kind: CommitteeKind | str, meets_on: date, place: str = "", at: datetime | None = None
) -> Committee:
    """Write down a date. Raises PermissionDenied, ValidationError."""
    _may_write(actor)
    now = at or timezone.now()
    committee = Committee(
        kind=CommitteeKind(kind),
        meets_on=meets_on,
        place=place.strip(),
        planned_at=now,
        planned_by_id=actor.pk,  # type: ignore[misc]  # a pilot is a membership
    )
    return _written(committee, now)


@transaction.atomic
def move_committee(
    *, actor: Actor, committee: Committee, meets_on: date, place: str = "", at: datetime | None = None
) -> Committee:
    """Give another date or another place to one that is to come; who is convened is told.

    Raises PermissionDenied, ValidationError.
    """
    held, now = _locked_committee(actor, committee, at)
    before = (held.meets_on, held.place)
    held.meets_on, held.place = meets_on, place.strip()
    written = _written(held, now)
    if (written.meets_on, written.place) != before:
        committee_moved_for_member(written, now)
    return written


@transaction.atomic
def cancel_committee(*, actor: Actor, committee: Committee, at: datetime | None = None) -> Committee:
    """Call off one that is to come; it stays in the list, and who is convened is told.

    Raises PermissionDenied, ValidationError.
    """
    held, now = _locked_committee(actor, committee, at)
    held.cancelled_at = now
    held.save(update_fields=["cancelled_at"])
    committee_cancelled_for_member(held, now)
    return held


def _may_write(actor: Actor) -> None:
    if not is_pilot(actor):
        raise PermissionDenied


def _locked_committee(actor: Actor, committee: Committee, at: datetime | None) -> tuple[Committee, datetime]:
    """The committee, locked, and the instant. Raises PermissionDenied, ValidationError when it is past."""
    _may_write(actor)
    now = at or timezone.now()
    (held,) = locked(Committee.objects.filter(pk=committee.pk))
    if not held.may_change(timezone.localdate(now)) or Meeting.objects.filter(committee=held).exists():
        raise ValidationError(PAST, code="past")
    return held, now


def _written(committee: Committee, now: datetime) -> Committee:
    """Save a date. Raises ValidationError."""
    if committee.meets_on < timezone.localdate(now):
        raise ValidationError({"meets_on": BEFORE_TODAY})
    try:
        with transaction.atomic():
            committee.save()
    except IntegrityError as error:  # the database alone knows what somebody else writes at the same time
        raise ValidationError({"meets_on": TWICE}) from error
    return committee
