"""The committees: convened long before; the technical one sits, decides the lots that wait, ratifies the others."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from calendars.working_days import add_months
from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.context import Story, StoryPart
from desk.deciding import line_name, share_name
from desk.enums import CommitteeKind, LineChoice, ObjectionCode, Presence, RatificationAnswer, Typed
from desk.models import Committee, Meeting, Ratification
from desk.services.committees import plan_committee
from desk.services.meetings import close_meeting, convene, decide_meeting, keep_typed, open_meeting, reads_of
from donations.services.donations import Ruling
from network.enums import Role
from network.models import Membership
from reports.months import next_month

STEERED = (4, 10)
"""The months in which the next committee of steering is convened."""
PLACE = "14 h, Hôtel du Département, Lille"
HOUR = 14
LAST = 1
"""Working days before the end: the last meeting is left open, to be taken up by whoever tries the demonstration."""
HURRIED = 3
"""Every so many months a line is put off: its lot waits for the pilot, or for the next meeting."""
ORGANISATIONS = ("departement", "hub", "prefecture", "lille", "sambre", "200093201", "200043396", "245900428")
"""Whose people are convened."""
ROLES = (Role.PILOT, Role.MANAGER, Role.OBSERVER)


def committees(story: Story) -> Thread:
    """The technical committee meets each month, that of steering twice a year; each is convened long before."""
    month = story.first.replace(day=1)
    while True:
        yield (at := local(working_day(month.replace(day=5)), 9, 30))
        following = next_month(month)
        day = working_day(following.replace(day=10))
        if day != story.back(LAST):
            _convene(story, CommitteeKind.TECHNICAL, day, PLACE, at)
        if month.month in STEERED:
            _convene(story, CommitteeKind.STEERING, working_day(add_months(following, 2).replace(day=20)), "", at)
        month = following


def last_committee(story: Story) -> Thread:
    """The one of the eve: it is sitting still."""
    yield (at := local(story.back(LAST + 5), 10))
    _convene(story, CommitteeKind.TECHNICAL, story.back(LAST), PLACE, at)


def _convene(story: Story, kind: CommitteeKind, day: date, place: str, at: datetime) -> None:
    with story.agenda.trying("committees", kind):
        planned = plan_committee(actor=story.cast.pilot, kind=kind, meets_on=day, place=place, at=at)
        called = {one.pk: Presence.CONVENED.value for one in _members(story)}
        convene(actor=story.cast.pilot, committee=planned, presences=called, at=at)
        if kind == CommitteeKind.TECHNICAL and day < story.last:
            story.agenda.add(_sit(story, planned), about=kind, meets=(StoryPart.BENCH,))


def _members(story: Story) -> list[Membership]:
    """One person of each organisation that is convened."""
    people = story.cast.people
    found = (next((people[code, role][0] for role in ROLES if people[code, role]), None) for code in ORGANISATIONS)
    return [one for one in found if one is not None]


def _sit(story: Story, committee: Committee) -> Iterator[datetime]:
    """Open, write down, apply, close; the last one is left as it is being typed."""
    pilot = story.cast.pilot
    yield (at := local(committee.meets_on, HOUR, 5))
    meeting = open_meeting(actor=pilot, committee=committee, at=at)
    keep_typed(actor=pilot, meeting=meeting, posted=_typed(story, meeting))
    if committee.meets_on == story.back(LAST):
        return
    yield (at := at + timedelta(minutes=50))
    if meeting.lots.filter(outcome="", progress=Typed.WHOLE).exists():
        decide_meeting(actor=pilot, meeting=meeting, at=at)
    yield (at := at + timedelta(minutes=25))
    close_meeting(actor=pilot, meeting=meeting, at=at)


def _typed(story: Story, meeting: Meeting) -> dict[str, str]:
    """What the pilot types: what the plan says of each lot; one that waits for something is put off."""
    typed: dict[str, str] = {}
    hurried = meeting.committee.meets_on.month % HURRIED == 0
    for rank, read in enumerate(reads_of(meeting)):
        plan = None if hurried and rank == 0 else story.tabled.get(read.donation.pk)
        if plan is None:
            typed[line_name("choice", read.lines[0].pk)] = LineChoice.POSTPONE
            continue
        for ruling in plan:
            typed |= _of_ruling(ruling)
    seats = list(meeting.committee.seats.order_by("pk"))
    absent = seats[meeting.committee.meets_on.month % len(seats)]
    for seat in seats:
        there = seat != absent or seat.membership_id == story.cast.pilot.pk
        typed[f"presence-{seat.pk}"] = Presence.PRESENT if there else Presence.EXCUSED
    return typed | _answers(meeting)


def _of_ruling(ruling: Ruling) -> dict[str, str]:
    """A decision of the plan, as it is typed."""
    said = {
        "choice": LineChoice.ACCEPT if ruling.accepted else LineChoice.DECLINE,
        "accepted": str(ruling.accepted) if ruling.accepted else "",
        "destination": ruling.destination,
        "code": ruling.code,
    }
    typed = {line_name(name, ruling.line): str(value) for name, value in said.items()}
    shares = {share_name(ruling.line, workshop): str(quantity) for workshop, quantity in ruling.shares.items()}
    return typed | shares if ruling.accepted else typed


def _answers(meeting: Meeting) -> dict[str, str]:
    """All is ratified, but for the first lot of all: its share was questioned."""
    is_first = not Ratification.objects.exclude(answer="").exists()
    typed = {}
    for rank, row in enumerate(meeting.ratifications.order_by("pk")):
        objects = is_first and rank == 0
        typed[f"answer-{row.pk}"] = RatificationAnswer.OBJECTION if objects else RatificationAnswer.RATIFIED
        typed[f"objection-{row.pk}"] = ObjectionCode.SHARE if objects else ""
    return {name: str(value) for name, value in typed.items()}
