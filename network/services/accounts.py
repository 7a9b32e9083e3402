"""Create, rename, disable and forget accounts. An account is never deleted."""

from datetime import datetime
from functools import partial

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from lifecycle.actors import SYSTEM, Actor
from lifecycle.erased import note_erased
from lifecycle.locking import locked
from lifecycle.models import Comment
from lifecycle.registry import registry
from lists.services import forget_views
from network import emails
from network.models import (
    AccountAct,
    AccountChange,
    AwarenessGuest,
    FormerAddress,
    Invitation,
    Membership,
    RolloutExchange,
    User,
)
from network.names import validate_person_name
from network.permissions import can_manage_accounts
from network.services.memberships import close_membership, refuse_last_pilot

FORGOTTEN_DOMAIN = "efface.invalid"
"""The domain of the addresses of forgotten accounts; ``.invalid`` never exists (RFC 2606)."""


@transaction.atomic
def create_account(
    *,
    email: str,
    first_name: str = "",
    last_name: str = "",
    password: str | None = None,
    at: datetime | None = None,
) -> User:
    """An active account whose address counts as verified. Raises ``IntegrityError`` when it has one."""
    user = User.objects.create_user(
        email, password, first_name=first_name, last_name=last_name, created_at=at or timezone.now()
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def rename_user(*, user: User, first_name: str, last_name: str, at: datetime | None = None) -> User:
    """One's own name, written again by oneself; that it changed is kept, not what it was.

    Raises ``ValidationError`` when one of both is missing or is no name.
    """
    typed = {"first_name": first_name, "last_name": last_name}
    for field, name in typed.items():
        if not name:
            raise ValidationError({field: "Ce champ est obligatoire."})
        validate_person_name(name)
    row: User = locked(User.objects.filter(pk=user.pk))[0]
    if (row.first_name, row.last_name) != (first_name, last_name):
        row.first_name, row.last_name = first_name, last_name
        row.save(update_fields=["first_name", "last_name"])
        keep_change(row, AccountAct.RENAMED, SYSTEM, at)
    return row


@transaction.atomic
def disable_account(*, user: User, by: Actor = SYSTEM, at: datetime | None = None) -> User:
    """Close the door to a person; his sessions end at their next request, his keys of programs for good.

    Disabling a disabled account changes nothing. Its holder is written to, unless he did it himself.
    Raises ``PermissionDenied`` when ``by`` may not, ``ValidationError`` for the last pilot.
    """
    refuse_unless_allowed(by)
    refuse_last_pilot(Membership.objects.filter(user=user))
    return _turn(user, AccountAct.DISABLED, by, at)


@transaction.atomic
def enable_account(*, user: User, by: Actor = SYSTEM, at: datetime | None = None) -> User:
    """Open the door again, but to a forgotten account. Its holder is written to. Raises ``PermissionDenied``."""
    refuse_unless_allowed(by)
    if user.forgotten_at is not None:
        raise PermissionDenied
    return _turn(user, AccountAct.ENABLED, by, at)


def _turn(user: User, act: AccountAct, by: Actor, at: datetime | None) -> User:
    """Open or close an account, once, and keep who did."""
    (row,) = locked(User.objects.filter(pk=user.pk))
    user.is_active = act == AccountAct.ENABLED
    if row.is_active != user.is_active:
        user.save(update_fields=["is_active"])
        keep_change(user, act, by, at)
        _tell_turned(user, act, by)
    return user


def _tell_turned(user: User, act: AccountAct, by: Actor) -> None:
    """Write to whoever has the account, unless he turned it himself; of the system nobody can be asked."""
    others = Membership.objects.select_related("organisation").exclude(user=user)
    if by.pk is not None and (other := others.filter(pk=by.pk).first()) is not None:
        tell = emails.account_disabled if act == AccountAct.DISABLED else emails.account_enabled
        tell(user, other)


def keep_change(user: User, act: AccountAct, by: Actor = SYSTEM, at: datetime | None = None, reason: str = "") -> None:
    """Keep what happened to an account, who did it and when."""
    AccountChange.objects.create(user=user, act=act, by_id=by.pk, at=at or timezone.now(), reason=reason)


@transaction.atomic
def forget_user(*, user: User, by: Actor = SYSTEM, at: datetime | None = None) -> User:
    """Erase a person's name and e-mail on request (GDPR, article 17): only the account's number is left.

    Closes the memberships and disables the account; the journals, which hold no name, are untouched: of their
    comments, those that name the person are erased. What the other apps registered with ``forget`` is called first,
    while the name and address are still known. That it was done is also said outside of the database, once it is.
    Raises ``PermissionDenied`` when ``by`` may not, ``ValidationError`` for the last pilot.
    """
    at = at or timezone.now()
    refuse_unless_allowed(by)
    memberships = Membership.objects.filter(user=user)
    refuse_last_pilot(memberships)
    for forget in registry.forgetters:
        forget(user)
    Comment.objects.filter(user.named_in("text")).erase()
    RolloutExchange.objects.filter(user.named_in("said")).update(said="")
    AwarenessGuest.objects.filter(user.has_address("email")).update(email="")
    end_sessions(user)
    Authenticator.objects.filter(user=user).delete()
    forget_views(user=user)
    for membership in memberships.filter(closed_at=None):
        close_membership(membership=membership, by=by, at=at, told=False)
    neutral = f"compte-{user.pk}@{FORGOTTEN_DOMAIN}"
    _forget_invitations(user, neutral, at)
    EmailAddress.objects.filter(user=user).delete()
    FormerAddress.objects.filter(user=user).delete()
    user.email, user.first_name, user.last_name = neutral, "", ""
    user.is_active, user.forgotten_at, user.last_login = False, at, None
    user.set_unusable_password()
    user.save()
    keep_change(user, AccountAct.FORGOTTEN, by, at)
    transaction.on_commit(partial(note_erased, "account", [user.account_key]), robust=True)
    return user


def _forget_invitations(user: User, neutral: str, at: datetime) -> None:
    """Withdraw and erase what invited this person: today's address, and the former ones while they were hers."""
    left = FormerAddress.objects.filter(user=user, email=OuterRef("email"), left_at__gte=OuterRef("sent_at"))
    invited = Q(email=user.email) | Q(accepted_by=user) | Q(Exists(left), accepted_by=None)
    rows = Invitation.objects.filter(pk__in=list(Invitation.objects.filter(invited).values_list("pk", flat=True)))
    rows.pending().update(withdrawn_at=at)
    rows.update(email=neutral, first_name="", last_name="")


def end_sessions(user: User, *, but: str | None = None) -> None:
    """A session holds the address one signed in with, encoded; which person it is of is inside too.

    ``but``: the key of the one that stays.
    """
    held = [row.pk for row in Session.objects.iterator() if row.get_decoded().get(SESSION_KEY) == str(user.pk)]
    Session.objects.filter(pk__in=held).exclude(pk=but).delete()


def refuse_unless_allowed(by: Actor) -> None:
    """Raises ``PermissionDenied`` when ``by`` may not manage accounts."""
    if by is not SYSTEM and can_manage_accounts(by) is None:
        raise PermissionDenied
