"""Invite people, and let them in: the only way to an account."""

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from lifecycle.actors import SYSTEM, Actor
from lifecycle.forms import refuse_unwritable
from lifecycle.locking import locked, locked_row
from network import emails
from network.enums import ROLES_BY_KIND, OrganisationKind, Role
from network.models import Invitation, Membership, Organisation, User
from network.models.invitation import digest_of
from network.parameters import INVITATION_DAYS, UNANSWERED_DAYS
from network.services.accounts import FORGOTTEN_DOMAIN, create_account
from network.services.memberships import open_membership, refuse_unless_managed

CLOSED_TO_ALL = (
    "Cette organisation n’est plus active\u00a0: personne ne s’y invite. Le pilote la rouvre d’abord, par"
    " «\u00a0Modifier l’organisation\u00a0»."
)

JUST_NOW = timedelta(minutes=1)


class JustSentError(ValidationError):
    """The same invitation left less than a minute ago."""


@transaction.atomic
def invite(
    *,
    organisation: Organisation,
    email: str,
    kind: OrganisationKind,
    role: Role,
    by: Actor,
    first_name: str = "",
    last_name: str = "",
    once: bool = False,
    at: datetime | None = None,
) -> Invitation:
    """Send a link to ``email``; the answer is the same whether the address has an account or not.

    An earlier invitation to the same role is withdrawn: one link opens at a time. Of its token
    only the digest is kept. ``once``: the same one that has just left is not sent again, as of a page sent twice.
    Raises ``PermissionDenied`` when ``by`` may not, ``ValidationError`` when the role does not fit.
    """
    at = at or timezone.now()
    refuse_unless_managed(organisation.pk, kind, by)
    locked(Organisation.objects.filter(pk=organisation.pk))
    email = email.strip().lower()
    _refuse_what_does_not_fit(organisation, email, kind, role)
    same = Invitation.objects.filter(organisation=organisation, email=email, kind=kind, role=role)
    if once and same.pending().filter(sent_at__gt=at - JUST_NOW, invited_by=by.pk).exists():
        raise JustSentError(f"Cette invitation vient de partir à {email}\u00a0: elle n’est pas envoyée deux fois.")
    same.pending().update(withdrawn_at=at)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        kind=kind,
        role=role,
        first_name=first_name,
        last_name=last_name,
        token_digest=digest_of(token),
        sent_at=at,
        expires_at=at + timedelta(days=INVITATION_DAYS.on(timezone.localdate(at))),
        invited_by_id=by.pk,
    )
    emails.invited(invitation, token)
    return invitation


def _refuse_what_does_not_fit(organisation: Organisation, email: str, kind: OrganisationKind, role: Role) -> None:
    refuse_unwritable(email)
    if not organisation.is_active:
        raise ValidationError(CLOSED_TO_ALL, code="inactive")
    if kind not in organisation.kinds or role not in ROLES_BY_KIND[OrganisationKind(kind)]:
        raise ValidationError("Ce rôle n’existe pas dans cette organisation.", code="role")
    if Membership.objects.open().filter(user__email=email, organisation=organisation, kind=kind, role=role):
        raise ValidationError("Cette personne a déjà ce rôle dans l’organisation.", code="already")


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: Actor, at: datetime | None = None) -> Invitation:
    """Make the link of a pending invitation useless. Raises ``PermissionDenied`` when ``by`` may not."""
    refuse_unless_managed(invitation.organisation_id, invitation.kind, by)
    (row,) = locked(Invitation.objects.filter(pk=invitation.pk))
    if row.accepted_at is None and row.withdrawn_at is None:
        row.withdrawn_at = at or timezone.now()
        row.save(update_fields=["withdrawn_at"])
    return row


@transaction.atomic
def forget_invitations(*, at: datetime) -> int:
    """Erase the name and address of those who never accepted, long after their link; return how many.

    They have no account, hence nothing that would be forgotten on request.
    """
    kept = timedelta(days=UNANSWERED_DAYS.on(timezone.localdate(at)))
    neutral = Concat(Value("invitation-"), Cast("pk", CharField()), Value(f"@{FORGOTTEN_DOMAIN}"))
    unanswered = Invitation.objects.filter(accepted_at=None, expires_at__lte=at - kept)
    return unanswered.exclude(email__endswith=f"@{FORGOTTEN_DOMAIN}").update(
        email=neutral, first_name="", last_name="", withdrawn_at=Coalesce("withdrawn_at", at)
    )


@transaction.atomic
def accept_with_new_account(
    *, token: str, first_name: str, last_name: str, password: str, at: datetime | None = None
) -> Membership:
    """Create the account of the invited address and open its role.

    Raises ``ValidationError`` when the link no longer opens or when the address has an account by now.
    """
    at = at or timezone.now()
    invitation = _locked_invitation(token, at)
    if User.objects.filter(email=invitation.email).exists():
        raise ValidationError("Cette adresse a un compte\u00a0: connectez-vous pour accepter.", code="account")
    user = create_account(email=invitation.email, first_name=first_name, last_name=last_name, password=password, at=at)
    return _open_invited(invitation, user, at)


@transaction.atomic
def accept_with_account(*, token: str, user: User, at: datetime | None = None) -> Membership:
    """Open the invited role to the person who is signed in.

    Raises ``PermissionDenied`` when the invitation was sent to another address, ``ValidationError`` when the
    link no longer opens.
    """
    at = at or timezone.now()
    invitation = _locked_invitation(token, at)
    if user.email != invitation.email or not user.is_active:
        raise PermissionDenied
    return _open_invited(invitation, user, at)


def _locked_invitation(token: str, at: datetime) -> Invitation:
    usable = Invitation.objects.for_token(token).usable(at)
    invitation = locked_row(usable)
    if invitation is None:
        raise ValidationError(
            "Ce lien n’ouvre plus\u00a0: il a servi, il a expiré ou l’invitation a été retirée.", code="link"
        )
    return invitation


def _open_invited(invitation: Invitation, user: User, at: datetime) -> Membership:
    invitation.accepted_at, invitation.accepted_by = at, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return open_membership(
        user=user,
        organisation=invitation.organisation,
        kind=OrganisationKind(invitation.kind),
        role=Role(invitation.role),
        by=invitation.invited_by or SYSTEM,
        at=at,
    )
