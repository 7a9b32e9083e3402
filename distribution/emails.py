"""What distribution writes to people. A mail names a reference, never a household."""

from datetime import datetime

from django.urls import reverse

from documents.emails import absolute_url, compose
from documents.services import queue_mail
from donations.emails import people_of
from network.models import Membership
from prescriptions.models import Need


def derogation_answered_for_adviser(need: Need, asked_by: int, *, granted: bool, at: datetime) -> None:
    """The pilot answered what this adviser (``asked_by``, a membership) asked; why is read in Maillon only."""
    page = absolute_url(reverse("distribution:need_choose", args=[need.reference]))
    context = {"need": need, "granted": granted, "page": page}
    subject, body = compose("emails/distribution/derogation_answered_for_adviser.txt", context)
    for to in people_of(Membership.objects.filter(pk=asked_by)).values():
        queue_mail(to=to, subject=subject, body=body, about=("need", need.pk), at=at)
