"""What a committee writes to its members: one function per message."""

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse

from desk.models import Committee, Meeting
from documents.emails import absolute_url, compose
from documents.services import queue_mail
from donations.emails import people_of
from network.models import Membership
from typography.french import full_day


def committee_convened_for_member(committee: Committee, members: Collection[int], at: datetime) -> None:
    """When and where it meets, and where its agenda is read."""
    page = absolute_url(reverse("desk:committee_detail", args=[committee.pk]))
    context = {"committee": committee, "day": full_day(committee.meets_on), "page": page}
    subject, body = compose("emails/desk/committee_convened_for_member.txt", context)
    for to in people_of(Membership.objects.filter(pk__in=members)).values():
        queue_mail(to=to, subject=subject, body=body, at=at)


def meeting_closed_for_member(meeting: Meeting, at: datetime) -> None:
    """The minutes may be read."""
    page = absolute_url(reverse("desk:meeting_detail", args=[meeting.reference]))
    context = {"committee": meeting.committee, "day": full_day(meeting.committee.meets_on), "page": page}
    subject, body = compose("emails/desk/meeting_closed_for_member.txt", context)
    members = meeting.committee.seats.values("membership")
    for to in people_of(Membership.objects.filter(pk__in=members)).values():
        queue_mail(to=to, subject=subject, body=body, about=("meeting", meeting.pk), at=at)
