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
    _write("committee_convened_for_member", committee, at, members=members)


def committee_moved_for_member(committee: Committee, at: datetime) -> None:
    """It meets on another day, or elsewhere."""
    _write("committee_moved_for_member", committee, at)


def committee_cancelled_for_member(committee: Committee, at: datetime) -> None:
    """It is called off."""
    _write("committee_cancelled_for_member", committee, at)


def meeting_closed_for_member(meeting: Meeting, at: datetime) -> None:
    """The minutes may be read."""
    _write("meeting_closed_for_member", meeting.committee, at, meeting=meeting)


def _write(
    template: str,
    committee: Committee,
    at: datetime,
    *,
    members: Collection[int] | None = None,
    meeting: Meeting | None = None,
) -> None:
    """One mail for each organisation, to its members of the committee, or to those of ``members``."""
    page = reverse("desk:committee_detail", args=[committee.pk])
    if meeting is not None:
        page = reverse("desk:meeting_detail", args=[meeting.reference])
    context = {"committee": committee, "day": full_day(committee.meets_on), "page": absolute_url(page)}
    subject, body = compose(f"emails/desk/{template}.txt", context)
    seated = committee.seats.values_list("membership", flat=True) if members is None else members
    about = None if meeting is None else ("meeting", meeting.pk)
    for to in people_of(Membership.objects.filter(pk__in=seated)).values():
        queue_mail(to=to, subject=subject, body=body, about=about, at=at)
