"""What workshops and their people know how to do: noted at first, learnt in a session, not all of it kept up."""

from datetime import date, timedelta
from typing import Any

from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.context import Story
from network.enums import Role, SkillKind
from network.models import Membership
from network.services.skills import note_skill, record_training

TRAINED = 90
"""So many working days before the end, two workshops send their people to a session."""
ENDS_IN = timedelta(days=30)
"""From the end of the story on: a skill that ends soon."""
OVER_SINCE = timedelta(days=12)
"""Before the end of the story: a skill that nobody renewed."""
CERTIFIED = "Attestation inventée, ne prouve rien"
OF_WORKSHOPS = {
    "lille": (SkillKind.REPAIR, SkillKind.ERASURE_PURGE, SkillKind.PHONES, SkillKind.TABLETS),
    "sambre": (SkillKind.REPAIR, SkillKind.ERASURE_CLEAR),
}
"""The third workshop notes nothing: the pilot reads it when he shares phones."""


def skills(story: Story) -> Thread:
    """The managers note what is known, then a session brings more; one skill is over on the last day, one soon is."""
    day = working_day(story.first + timedelta(days=3))
    yield (at := local(day, 9, 20))
    for workshop, kinds in OF_WORKSHOPS.items():
        for kind in kinds:
            ends = story.last + ENDS_IN if kind == SkillKind.PHONES else None
            note_skill(**_by(story, workshop), kind=kind, acquired_on=day, valid_until=ends, source=CERTIFIED, at=at)
    day = story.back(TRAINED)
    yield (at := local(day, 17, 30))
    for workshop in OF_WORKSHOPS:
        first, *others = _technicians(story, workshop)
        record_training(
            **_by(story, workshop),
            kind=SkillKind.ERASURE_CLEAR,
            held_on=day,
            place="Lille",
            organiser="Organisme de formation inventé",
            attended=[first],
            valid_until=_until(story, workshop),
            at=at,
        )
        for one in others:
            given = {"kind": SkillKind.ERASURE_PURGE, "acquired_on": day, "source": CERTIFIED, "at": at}
            note_skill(**_by(story, workshop), membership=one, **given)


def _by(story: Story, workshop: str) -> dict[str, Any]:
    return {"actor": story.cast.manager(workshop), "organisation": story.cast.organisations[workshop]}


def _technicians(story: Story, workshop: str) -> list[Membership]:
    return story.cast.people[workshop, Role.TECHNICIAN]


def _until(story: Story, workshop: str) -> date:
    """In the first workshop the skill outlives the story, in the other it does not."""
    return story.last + 12 * ENDS_IN if workshop == "lille" else story.last - OVER_SINCE
