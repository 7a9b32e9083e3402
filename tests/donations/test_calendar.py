"""The calendar file of a pick-up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from calendars.icalendar import Event, calendar_file

START = datetime(2026, 3, 12, 9, 30, tzinfo=ZoneInfo("Europe/Paris"))
EVENT = Event(
    uid="enlevement-1-D-AAAA-BBBB@maillon",
    sequence=0,
    written_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
    starts_at=START,
    ends_at=START + timedelta(hours=1),
    summary="Enlèvement de matériel",
)


def lines_of(event: Event) -> list[str]:
    return calendar_file(event).decode().replace("\r\n ", "").split("\r\n")


def test_every_line_ends_with_carriage_return_and_line_feed() -> None:
    content = calendar_file(EVENT)

    assert content.endswith(b"END:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")


def test_instants_are_written_in_utc() -> None:
    lines = lines_of(EVENT)

    assert "DTSTART:20260312T083000Z" in lines
    assert "DTEND:20260312T093000Z" in lines
    assert "DTSTAMP:20260301T080000Z" in lines


def test_summer_time_is_known() -> None:
    summer = START + timedelta(days=120)

    assert "DTSTART:20260710T073000Z" in lines_of(replace(EVENT, starts_at=summer, ends_at=summer + timedelta(hours=1)))


def test_a_long_line_is_folded_at_75_octets_and_reads_back_the_same() -> None:
    summary = "Été à l’école : " * 20

    content = calendar_file(replace(EVENT, summary=summary))

    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    for line in content.split(b"\r\n"):
        line.decode()
    assert f"SUMMARY:{summary}" in content.decode().replace("\r\n ", "").split("\r\n")


def test_signs_that_mean_something_are_escaped() -> None:
    lines = lines_of(replace(EVENT, location="2, rue A; bât\\B", description="Quai 3\r\nSonner\nBEGIN:VEVENT"))

    assert "LOCATION:2\\, rue A\\; bât\\\\B" in lines
    assert "DESCRIPTION:Quai 3\\nSonner\\nBEGIN:VEVENT" in lines
    assert lines.count("BEGIN:VEVENT") == 1


def test_a_name_cannot_open_another_property() -> None:
    lines = lines_of(
        replace(EVENT, organizer_name='Atelier "Nord"\r\nX-EVIL:1', organizer_email="atelier@exemple.test")
    )

    assert 'ORGANIZER;CN="Atelier ’Nord’X-EVIL:1":mailto:atelier@exemple.test' in lines


def test_a_cancelled_event_removes_the_one_with_the_same_uid() -> None:
    lines = lines_of(replace(EVENT, sequence=2, cancelled=True))

    assert "METHOD:CANCEL" in lines
    assert "STATUS:CANCELLED" in lines
    assert "SEQUENCE:2" in lines
    assert f"UID:{EVENT.uid}" in lines


def test_an_event_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after"):
        calendar_file(replace(EVENT, ends_at=START))
