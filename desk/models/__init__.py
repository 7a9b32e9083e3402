"""What spans the apps and is stored: committees and what they decide, the house’s own rows."""

from desk.models.api_key import ApiAct, ApiKey, ApiUse
from desk.models.committee import Committee, Seat
from desk.models.house import ReferenceAction, ReferenceChange, Seeding, Visit
from desk.models.meeting import Meeting, MeetingEntry, MeetingLine, MeetingLot, Ratification
from desk.models.score import ImportedScore

__all__ = [
    "ApiAct",
    "ApiKey",
    "ApiUse",
    "Committee",
    "ImportedScore",
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
