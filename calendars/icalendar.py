"""A calendar file for one event or several (iCalendar: RFC 5545, published or cancelled as in RFC 5546). Pure text."""

from dataclasses import dataclass
from datetime import UTC, datetime

_LINE_OCTETS = 75
_PRODUCT = "-//Maillon//Enlevements//FR"


@dataclass(frozen=True)
class Event:
    """What a calendar needs to know. Instants are aware; ``sequence`` grows at each change of the same
    ``uid``.
    """

    uid: str
    sequence: int
    written_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str = ""
    description: str = ""
    organizer_name: str = ""
    organizer_email: str = ""
    cancelled: bool = False


def calendar_file(*events: Event) -> bytes:
    """The .ics file of an event: lines end with CRLF and are folded at 75 octets; instants are in UTC.

    The same event with a higher ``sequence`` replaces the former one in the calendar that holds it; a
    cancelled one removes it. Several are published together. Raises ValueError when an event ends before it starts.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if len(events) == 1 and events[0].cancelled else 'PUBLISH'}",
        *(line for event in events for line in _event(event)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _event(event: Event) -> list[str]:
    if event.ends_at <= event.starts_at:
        raise ValueError("an event ends after it starts")
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_text(event.uid)}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTAMP:{_instant(event.written_at)}",
        f"DTSTART:{_instant(event.starts_at)}",
        f"DTEND:{_instant(event.ends_at)}",
        f"SUMMARY:{_text(event.summary)}",
    ]
    if event.location:
        lines.append(f"LOCATION:{_text(event.location)}")
    if event.description:
        lines.append(f"DESCRIPTION:{_text(event.description)}")
    if event.organizer_email:
        lines.append(f"ORGANIZER;CN={_parameter(event.organizer_name)}:mailto:{event.organizer_email}")
    status = "CANCELLED" if event.cancelled else "CONFIRMED"
    return [*lines, f"STATUS:{status}", "TRANSP:OPAQUE", "END:VEVENT"]


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """A text value: backslash, semicolon, comma and line breaks escaped, control characters dropped."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = "".join(sign for sign in value if sign == "\n" or sign.isprintable() or sign in "\u00a0\u202f")
    for sign in "\\;,":
        value = value.replace(sign, f"\\{sign}")
    return value.replace("\n", "\\n")


def _parameter(value: str) -> str:
    """A quoted parameter value: it may hold neither a quote nor a line break."""
    return '"' + "".join(sign for sign in value.replace('"', "’") if sign.isprintable()) + '"'


def _folded(line: str) -> bytes:
    """The line cut every 75 octets, never inside a character; what follows begins with a space."""
    parts: list[bytes] = []
    current = b""
    for sign in line:
        octets = sign.encode()
        if len(current) + len(octets) > _LINE_OCTETS:
            parts.append(current)
            current = b" "
        current += octets
    parts.append(current)
    return b"\r\n".join(parts) + b"\r\n"
