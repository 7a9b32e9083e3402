"""Keys of programs: made by whoever they ask in the name of, shown once, revoked at any time, over after a year."""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from desk import emails
from desk.models import ApiAct, ApiKey, ApiUse
from desk.parameters import API_KEY_DAYS, API_NOTICE_DAYS
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.machine import Stateful
from network.models import Membership, User
from network.models.invitation import digest_of
from network.permissions import can_make_api_key

LONGEST = 200
"""Signs of a key that is looked at: what is longer was not made here."""


@gate.one_transaction
def make_api_key(*, actor: Actor, name: str, at: datetime | None = None) -> tuple[ApiKey, str]:
    """A new key in the actor's name, and its text, kept nowhere. Raises PermissionDenied, ValidationError.

    It opens for as many days as « Administration » says.
    """
    if not can_make_api_key(actor) or actor.pk is None:
        raise PermissionDenied
    text, now = secrets.token_urlsafe(32), at or timezone.now()
    key = ApiKey(
        membership_id=actor.pk,
        name=" ".join(name.split()),
        token_digest=digest_of(text),
        made_at=now,
        expires_at=now + timedelta(days=API_KEY_DAYS.on(timezone.localdate(now))),
    )
    key.full_clean(exclude=["membership", "told_at", "revoked_at", "revoked_by"])
    key.save(force_insert=True)
    return key, text


@transaction.atomic
def revoke_api_key(*, actor: Actor, key: ApiKey, at: datetime | None = None) -> bool:
    """Close a key for good; False when it was closed already, or is not one that the actor sees.

    Whoever made it is written to, when it was another.
    """
    now = at or timezone.now()
    open_ = ApiKey.objects.visible_to(actor).filter(pk=key.pk, revoked_at=None)
    is_closed = bool(open_.update(revoked_at=now, revoked_by_id=actor.pk))
    if is_closed and actor.pk is not None and told_of_revocation(actor, key) is not None:
        revoker = Membership.objects.select_related("organisation").get(pk=actor.pk)
        emails.api_key_revoked_for_holder(key, revoker, now)
    return is_closed


def told_of_revocation(actor: Actor, key: ApiKey) -> User | None:
    """Who is written to when this actor revokes a key: whoever made it, unless it is he, or his account is closed."""
    holder = key.membership.user
    is_own = actor.pk is not None and Membership.objects.filter(pk=actor.pk, user=holder).exists()
    return holder if holder.is_active and not is_own else None


def key_of(text: str, *, at: datetime | None = None) -> ApiKey | None:
    """The key that this text is, while it opens, with whoever it asks in the name of; None without saying why.

    That it is used this day is noted.
    """
    if not text or len(text) > LONGEST:
        return None
    now = at or timezone.now()
    usable = ApiKey.objects.usable(now).filter(token_digest=digest_of(text))
    key = usable.select_related("membership__user", "membership__organisation").first()
    if key is not None and not key.uses.filter(day=timezone.localdate(now)).exists():
        ApiUse.objects.bulk_create([ApiUse(key=key, day=timezone.localdate(now))], ignore_conflicts=True)
    return key


@gate.one_transaction
def act_by_key[R](
    *, key: ApiKey, verb: str, do: Callable[[], R], moved: Callable[[R], Iterable[Stateful]], at: datetime | None = None
) -> R:
    """Do something in the name of whoever made the key, and write down that a program did it.

    ``do`` calls the gate or a service; ``moved`` tells, of what it returned, the rows that moved. Raises as it does.
    """
    done = do()
    now = at or timezone.now()
    ApiAct.objects.bulk_create(
        ApiAct(key=key, machine=row.machine.name, object_pk=row.pk, reference=row.reference, verb=verb, at=now)
        for row in moved(done)
    )
    return done


@transaction.atomic
def tell_ending_keys(*, at: datetime) -> int:
    """Write to whoever made a key that it ends soon, once; how many were announced."""
    soon = at + timedelta(days=API_NOTICE_DAYS.on(timezone.localdate(at)))
    ending = ApiKey.objects.usable(at).filter(expires_at__lte=soon, told_at=None)
    told = 0
    for key in ending.select_related("membership__user").order_by("pk"):
        if ApiKey.objects.filter(pk=key.pk, told_at=None).update(told_at=at):
            emails.api_key_ends_for_holder(key, at)
            told += 1
    return told
