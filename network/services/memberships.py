"""Open, close and reopen the role of a person in an organisation."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from lifecycle.actors import SYSTEM, Actor
from lifecycle.locking import locked
from network import emails
from network.enums import OrganisationKind, Role
from network.models import Membership, MembershipPeriod, Organisation, User
from network.models.membership import MembershipQuerySet
from network.permissions import manages

LAST_PILOT = "Cette personne est la dernière à piloter\u00a0: ouvrez d’abord ce rôle à quelqu’un d’autre."


@transaction.atomic
def open_membership(
    *,
    user: User,
    organisation: Organisation,
    kind: OrganisationKind,
    role: Role,
    by: Actor = SYSTEM,
    at: datetime | None = None,
) -> Membership:
    """Open a role, or reopen it when the person already had it; opening an open one changes nothing.

    Raises ``PermissionDenied`` when ``by`` may not, ``IntegrityError`` when the organisation is not of
    that kind.
    """
    at = at or timezone.now()
    refuse_unless_managed(organisation.pk, kind, by)
    membership, created = Membership.objects.get_or_create(
        user=user, organisation=organisation, kind=kind, role=role, defaults={"opened_at": at}
    )
    if created:
        MembershipPeriod.objects.create(membership=membership, opened_at=at, opened_by_id=by.pk)
        return membership
    return reopen_membership(membership=membership, by=by, at=at)


@transaction.atomic
def close_membership(
    *, membership: Membership, by: Actor = SYSTEM, at: datetime | None = None, told: bool = True
) -> Membership:
    """Close a role; closing a closed one changes nothing.

    Whoever had it is written to, unless he closed it himself, or is being forgotten (``told``).

    Raises ``PermissionDenied`` when ``by`` may not, ``ValidationError`` for the last pilot.
    """
    at = at or timezone.now()
    refuse_unless_managed(membership.organisation_id, membership.kind, by)
    refuse_last_pilot(Membership.objects.filter(pk=membership.pk))
    (row,) = locked(Membership.objects.filter(pk=membership.pk))
    if row.closed_at is None:
        row.closed_at = at
        row.save(update_fields=["closed_at"])
        row.periods.filter(closed_at=None).update(closed_at=at, closed_by_id=by.pk)
        if told and by.pk is not None:
            _tell(row, by.pk)
    return row


def _tell(closed: Membership, by: int) -> None:
    """Write to whoever had the role, unless he closed it himself."""
    others = Membership.objects.select_related("organisation").exclude(user=closed.user_id)
    if (closer := others.filter(pk=by).first()) is not None:
        emails.role_closed(closed, closer)


@transaction.atomic
def reopen_membership(*, membership: Membership, by: Actor = SYSTEM, at: datetime | None = None) -> Membership:
    """Open a closed role again; reopening an open one changes nothing. Raises ``PermissionDenied``."""
    at = at or timezone.now()
    refuse_unless_managed(membership.organisation_id, membership.kind, by)
    (row,) = locked(Membership.objects.filter(pk=membership.pk))
    if row.closed_at is not None:
        row.opened_at, row.closed_at = at, None
        row.save(update_fields=["opened_at", "closed_at"])
        MembershipPeriod.objects.create(membership=row, opened_at=at, opened_by_id=by.pk)
    return row


def refuse_unless_managed(organisation_id: int, kind: str, by: Actor) -> None:
    """Raise ``PermissionDenied`` unless ``by`` manages the people of that organisation in that kind."""
    if not manages(by, organisation_id, kind):
        raise PermissionDenied


def bars_leaving(leaving: MembershipQuerySet) -> str:
    """Why these memberships may not close, as a page says it before anybody tries; empty when they may."""
    held = set(Membership.objects.open().pilots().values_list("pk", flat=True))
    gone = set(leaving.values_list("pk", flat=True))
    return LAST_PILOT if held & gone and not held - gone else ""


def refuse_last_pilot(leaving: MembershipQuerySet) -> None:
    """Raise ``ValidationError`` when no pilot would be left once ``leaving`` are closed.

    The pilots' rows are locked, then read again: of two pilots who leave at once, by whatever way, one stays.
    """
    if not leaving.pilots().exists():
        return
    locked(Membership.objects.pilots())
    if barred := bars_leaving(leaving):
        raise ValidationError(barred, code="last_pilot")
