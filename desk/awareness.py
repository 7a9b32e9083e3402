"""What leaves Maillon about an awareness session: its date for a calendar, its sheet to sign. Neither names anybody."""

from datetime import datetime

from calendars.icalendar import Event, calendar_file
from documents.paper import render_pdf
from network.enums import AwarenessState
from network.models import AwarenessSession
from typography.french import by_pairs, full_day, hour

CALENDAR = "sensibilisation.ics"
SPARE_LINES = 12
"""How many lines are left blank for those who come uninvited."""
LINES_EACH = 2
"""How many lines each invited structure has."""


def calendar_of(session: AwarenessSession) -> bytes:
    """The date of a session; a later one replaces it, a cancelled one takes it away."""
    return calendar_file(
        Event(
            uid=f"sensibilisation-{session.reference}@maillon",
            sequence=session.seq,
            written_at=session.moved_at,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            summary=session.title,
            location=f"{session.place}, {session.commune}",
            cancelled=session.state == AwarenessState.CANCELLED,
        )
    )


def draw_sheet(session: AwarenessSession, at: datetime) -> bytes:
    """The sheet that those who come sign: lines for each invited structure, then blank ones. It is not kept here."""
    invited = [name for name in session.guests.values_list("name", flat=True) for _ in range(LINES_EACH)]
    organiser = session.planned_by.organisation
    return render_pdf(
        "documents/desk/awareness_sheet.html",
        {
            "session": session,
            "day": full_day(session.starts_at),
            "hours": f"de {hour(session.starts_at)} à {hour(session.ends_at)}",
            "lines": [*invited, *([""] * SPARE_LINES)],
            "organiser": organiser.name,
            "organiser_phone": by_pairs(organiser.phone),
            "reference": session.reference,
        },
        title="Feuille de présence",
        identifier=f"Feuille de présence {session.reference}",
        date=at,
    )
