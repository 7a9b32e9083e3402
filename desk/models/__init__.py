"""What spans the apps and is stored: committees and what they decide, the house’s own rows."""

from desk.models.committee import Committee, Seat
from desk.models.house import ReferenceAction, ReferenceChange, Seeding, Visit
from desk.models.meeting import Meeting, MeetingEntry, MeetingLine, MeetingLot, Ratification

__all__ = [
    "Committee",
    "Meeting",
    "MeetingEntry",
    "MeetingLine",
    "MeetingLot",
    "Ratification",
    "ReferenceAction",
    "ReferenceChange",
    "Seat",
    "Seeding",
    "Visit",
]
