"""Verbs of devices and lots for a set: what is refused comes back with its reasons. Raises PermissionDenied."""

from datetime import datetime

from django.db.models import QuerySet

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.answers import Outcome
from refurb.models import Device, Donation


def release_devices(
    *, actor: Actor, devices: QuerySet[Device], at: datetime | None = None, comment: str = ""
) -> Outcome:
    """Put reserved devices back on the shelf; their needs wait again, at their rank."""
    return gate.apply_many(devices, "release", actor=actor, at=at, comment=comment)


def decline_donations(
    *, actor: Actor, donations: QuerySet[Donation], reason: str, at: datetime | None = None, comment: str = ""
) -> Outcome:
    """Decline whole lots, with a code of ``DeclineReason``; their donors are told."""
    return gate.apply_many(donations, "decline", actor=actor, at=at, comment=comment, reason=reason)
