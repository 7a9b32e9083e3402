"""What the network writes to people: one function per message."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from network.models import Invitation


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
