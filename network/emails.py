"""What the network writes to people: one function per message."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from network.models import FactorResetReason, Invitation, Membership, User
from network.reopening import asked_again

ACCOUNT_HEADER = "X-Maillon-Account"
"""Of which account a mail is, for the outbox, which sends no header of others: it is erased with the account."""


def invited(invitation: Invitation, token: str) -> None:
    """The invitation, with the link that is used once; it says nothing of an account the address may have."""
    url = settings.SITE_URL + reverse("network:invitation_accept", args=[token])
    body = render_to_string("emails/invited.txt", {"invitation": invitation, "url": url})
    send_mail(
        subject=f"Votre invitation à rejoindre {invitation.organisation} sur Maillon",
        message=body,
        from_email=None,
        recipient_list=[invitation.email],
    )


def second_factor_reset(user: User, reason: FactorResetReason, *, by_pilot: bool) -> None:
    """To whoever has no second factor any more: who may do it did, and what to do if nobody asked for it."""
    told = {"by_pilot": by_pilot, "reason": reason.label.lower(), "url": settings.SITE_URL + reverse("network:account")}
    send_mail(
        subject="Le second facteur de votre compte est retiré",
        message=render_to_string("emails/second_factor_reset.txt", told),
        from_email=None,
        recipient_list=[user.email],
    )


def role_closed(membership: Membership, closer: Membership) -> None:
    """To whoever had a role: it is closed, in which role it was done, and whom to ask."""
    told = {"membership": membership, "closer": closer, "asked": asked_again([membership], membership.user_id)}
    send_mail(
        subject=f"Votre rôle dans {membership.organisation} est fermé",
        message=render_to_string("emails/role_closed.txt", told),
        from_email=None,
        recipient_list=[membership.user.email],
    )


def account_disabled(user: User, closer: Membership) -> None:
    """To whoever had an account: it is disabled, in which role it was done, and whom to ask."""
    send_mail(
        subject="Votre compte Maillon est désactivé",
        message=render_to_string("emails/account_disabled.txt", {"closer": closer}),
        from_email=None,
        recipient_list=[user.email],
    )


def account_enabled(user: User, opener: Membership) -> None:
    """To whoever has an account again: where to sign in, what stayed closed, in which role it was done."""
    told = {"opener": opener, "url": settings.SITE_URL + reverse("account_login")}
    send_mail(
        subject="Votre compte Maillon est réactivé",
        message=render_to_string("emails/account_enabled.txt", told),
        from_email=None,
        recipient_list=[user.email],
    )
