"""A second factor turned on, moved to another telephone, turned off; taken away from whoever lost it."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction

from lifecycle.actors import SYSTEM, Actor
from lifecycle.locking import locked
from network import emails
from network.models import AccountAct, FactorResetReason, Membership, User
from network.second_factor import has_second_factor
from network.services.accounts import end_sessions, keep_change, refuse_unless_allowed


@transaction.atomic
def begin_second_factor(*, user: User, session: str) -> None:
    """Make room for the factor about to be set up; the other sessions end, a telephone that is gone is in none.

    ``session``: the key of the one in which it is set up.
    """
    locked(User.objects.filter(pk=user.pk))
    former, _ = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    end_sessions(user, but=session)
    keep_change(user, AccountAct.FACTOR_MOVED if former else AccountAct.FACTOR_ON)


@transaction.atomic
def reset_second_factor(
    *, user: User, reason: FactorResetReason, by: Actor = SYSTEM, at: datetime | None = None
) -> bool:
    """Take away the second factor of another, with its recovery codes; his sessions end, he is written to.

    Tells whether there was one. Raises ``PermissionDenied`` when ``by`` may not: nobody resets his own.
    """
    refuse_unless_allowed(by)
    locked(User.objects.filter(pk=user.pk))
    if by.pk is not None and Membership.objects.filter(pk=by.pk, user=user).exists():
        raise PermissionDenied
    if not has_second_factor(user):
        return False
    Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    keep_change(user, AccountAct.FACTOR_RESET, by, at, reason)
    emails.second_factor_reset(user, reason, by_pilot=by.pk is not None)
    return True
