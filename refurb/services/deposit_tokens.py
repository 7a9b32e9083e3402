"""Tokens of boot keys: made by the manager of a workshop, shown once, revoked at any time; they only deposit."""

import secrets
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from lifecycle.actors import Actor
from network.models.invitation import digest_of
from refurb.models.deposit_token import DepositToken
from refurb.permissions import can_manage_device

LONGEST = 200
"""Signs of a token that is looked at: what is longer was not made here."""


def make_token(*, actor: Actor, name: str, at: datetime | None = None) -> tuple[DepositToken, str]:
    """A new token of the actor's workshop, and its text, kept nowhere. Raises PermissionDenied, ValidationError.

    A token opens one address, by POST, and adds files to what waits in that workshop.
    """
    if can_manage_device(actor) is None or actor.organisation_id is None:
        raise PermissionDenied
    text = secrets.token_urlsafe(32)
    token = DepositToken(
        workshop_id=actor.organisation_id,
        name=" ".join(name.split()),
        token_digest=digest_of(text),
        made_at=at or timezone.now(),
        made_by_id=actor.pk,  # type: ignore[misc]  # a manager is a person
    )
    token.full_clean(exclude=["workshop", "made_by", "revoked_at", "revoked_by"])
    token.save(force_insert=True)
    return token, text


@transaction.atomic
def revoke_token(*, actor: Actor, token: DepositToken, at: datetime | None = None) -> bool:
    """Close a token for good; False when it was closed already. Raises PermissionDenied."""
    if can_manage_device(actor) is None:
        raise PermissionDenied
    open_ = DepositToken.objects.visible_to(actor).filter(pk=token.pk, revoked_at=None)
    return bool(open_.update(revoked_at=at or timezone.now(), revoked_by_id=actor.pk))


def token_of(text: str) -> DepositToken | None:
    """The token that this text is, while it opens; None for any other, without saying which."""
    if not text or len(text) > LONGEST:
        return None
    return DepositToken.objects.usable().filter(token_digest=digest_of(text)).first()
