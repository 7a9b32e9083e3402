"""What a committee writes to its members, a session to the structures it invites, a key to whoever made it.

One function per message.
"""

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse

from desk.awareness import CALENDAR, calendar_of
from desk.models import ApiKey, Committee, Meeting
from documents.emails import absolute_url, compose
from documents.services import queue_mail, store_file
from donations.emails import people_of
from network.models import AwarenessGuest, AwarenessSession, Membership
from typography.french import by_pairs, full_day, hour


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


def awareness_told_to_structure(session: AwarenessSession, guests: Collection[AwarenessGuest], at: datetime) -> None:
    """A session is held at this hour, here: the date is attached for a calendar."""
    _tell_session("awareness_told_to_structure", session, guests, at)


def awareness_moved_for_structure(session: AwarenessSession, guests: Collection[AwarenessGuest], at: datetime) -> None:
    """It is held at another hour, or elsewhere; what is attached replaces the former date."""
    _tell_session("awareness_moved_for_structure", session, guests, at)


def awareness_cancelled_for_structure(
    session: AwarenessSession, guests: Collection[AwarenessGuest], at: datetime
) -> None:
    """It is called off; what is attached takes it out of the calendar."""
    _tell_session("awareness_cancelled_for_structure", session, guests, at)


def _tell_session(template: str, session: AwarenessSession, guests: Collection[AwarenessGuest], at: datetime) -> None:
    """One mail for each structure, at its public address; nobody has an account for it yet.

    It says whom to answer: the organiser, or the address of whoever planned it when the organiser has none.
    """
    organiser = session.planned_by.organisation
    context = {
        "session": session,
        "day": full_day(session.starts_at),
        "hours": f"de {hour(session.starts_at)} à {hour(session.ends_at)}",
        "organiser": organiser.name,
        "reach": by_pairs(organiser.phone) or organiser.email or session.planned_by.user.email,
    }
    subject, body = compose(f"emails/desk/{template}.txt", context)
    for guest in guests:
        calendar = store_file(content=calendar_of(session), name=CALENDAR, by=None, at=at)
        queue_mail(
            to=[(guest.email, guest.name)],
            subject=subject,
            body=body,
            about=("awareness", session.pk),
            attachments=[calendar],
            at=at,
        )


def api_key_ends_for_holder(key: ApiKey, at: datetime) -> None:
    """The key of a program ends soon: which one, when, and where another is made."""
    user = key.membership.user
    context = {"key": key, "day": full_day(key.expires_at), "page": absolute_url(reverse("desk:api_key_list"))}
    subject, body = compose("emails/desk/api_key_ends_for_holder.txt", context)
    queue_mail(to=[(user.email, user.get_full_name())], subject=subject, body=body, at=at)


def api_key_revoked_for_holder(key: ApiKey, revoker: Membership, at: datetime) -> None:
    """Another revoked the key of a program: which one, in which role it was done, and where what it did is read."""
    user = key.membership.user
    page = absolute_url(reverse("desk:api_key_detail", args=[key.pk]))
    context = {"key": key, "revoker": revoker, "day": full_day(at), "page": page}
    subject, body = compose("emails/desk/api_key_revoked_for_holder.txt", context)
    queue_mail(to=[(user.email, user.get_full_name())], subject=subject, body=body, at=at)
