"""The register of breaches, as the pilot keeps it."""

from datetime import datetime, timedelta

from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.context import Story
from refurb.enums import FollowUpKind
from refurb.models import DeviceEntry, Incident
from refurb.services.incidents import note_incident

LEFT = 20
"""Working days before the end: what is known since then still waits, so that there is something to write down."""


def register(story: Story) -> Thread:
    """Each working day at five, the pilot tells the CNIL of what is known since the day before, and writes it down."""
    day, until = working_day(story.first), local(story.back(LEFT), 0)
    looked = local(story.first, 0)
    while True:
        yield (at := local(day, 17))
        if _is_news(looked):
            looked = at
            for incident in Incident.objects.unanswered().filter(known_at__lt=until).order_by("pk"):
                with story.agenda.trying("register", f"incident {incident.pk}"):
                    note_incident(actor=story.cast.pilot, incident=incident, kind=FollowUpKind.TOLD, done_on=day, at=at)
        day = working_day(day + timedelta(days=1))


def _is_news(since: datetime) -> bool:
    """Whether anything was lost, or said of a theft, since the register was looked at."""
    thefts = DeviceEntry.objects.filter(verb__in=("tell_stolen", "tell_not_stolen"), at__gte=since)
    return Incident.objects.filter(known_at__gte=since).exists() or thefts.exists()
