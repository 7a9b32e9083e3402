"""« À faire » of a workshop: what a recycler contests; of its manager: waste without a weight, skills that end.

One query for the last two.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import Block, BlockRow
from network.enums import SkillKind
from network.models import Membership, Skill
from network.parameters import SKILL_DAYS
from refurb.contested import contest_told
from refurb.models import Device, Drive, WasteNote
from refurb.parameters import CONTEST_DAYS, WEIGHT_DAYS
from typography.french import day, in_a_sentence

WASTE, SKILL = "waste", "skill"
OVER = "à renouveler"
"""What is said of skills whose last day is past."""


class Record(NamedTuple):
    """A waste note or a skill: which of the two, its key, what it is, of whom, from or until which day."""

    what: str
    key: int
    title: str
    about: str
    day: date


def records(actor: Membership, at: datetime) -> tuple[Block, Block]:
    """What left for the recycler too long ago to have no weight; what ends soon of what the workshop knows."""
    today = timezone.localdate(at)
    # The first instant of the day, as the database takes a day that is compared with an instant.
    begins = datetime.combine(today, time(), UTC)

    @cache
    def found() -> list[Record]:
        lines = _waste(actor, begins).union(_skills(actor, begins), all=True).order_by("day", "what", "key")
        return [Record(*line) for line in lines]

    def of(what: str) -> Callable[[], list[Record]]:
        return lambda: [one for one in found() if one.what == what]

    return (
        Block(
            "dechets",
            "Bordereaux de déchets sans poids",
            of(WASTE),
            _waste_line,
            "Aucun bordereau de déchets n’attend son poids depuis trop longtemps.",
        ),
        Block(
            "competences",
            "Compétences qui finissent",
            of(SKILL),
            lambda skill: _skill_line(skill, actor, today),
            "Aucune compétence notée ne finit bientôt.",
        ),
    )


def contested(actor: Membership, at: datetime) -> Block:
    """The drives that a recycler says it did not destroy: the workshop answers by another proof."""
    mine = Device.objects.visible_to(actor)
    return Block(
        "destructions-contestees",
        "Destructions contestées par le recycleur",
        Drive.objects.contested()
        .filter(device__in=mine.values("pk"))
        .select_related("device")
        .annotate(answer_by=CONTEST_DAYS.days_after("contested_at"))
        .order_by("contested_at"),
        _contested_line,
        "Aucune destruction n’est contestée.",
        late=Q(contested_at__lte=CONTEST_DAYS.before(at)),
    )


def _contested_line(drive: Any) -> BlockRow:
    url = reverse("refurb:device_evidence", args=[drive.device.reference])
    about = f"{drive.device}\u00a0: demandez où il est, puis enregistrez une autre preuve"
    return BlockRow(str(drive), url, about, f"à répondre avant le {day(timezone.localdate(drive.answer_by))}")


def _waste(actor: Membership, at: datetime) -> QuerySet[Any]:
    notes = WasteNote.objects.visible_to(actor).current().borne()
    waiting = notes.filter(Q(weight_kg=None), taken_on__lte=WEIGHT_DAYS.before(at))
    return _lined(waiting, WASTE, F("bsd_number"), F("recycler__name"), "taken_on")


def _skills(actor: Membership, at: datetime) -> QuerySet[Any]:
    mine = Skill.objects.visible_to(actor).filter(organisation=actor.organisation_id).latest()
    ending = mine.filter(valid_until__lte=SKILL_DAYS.after(at))
    person = Concat("membership__user__first_name", Value(" "), "membership__user__last_name")
    whose = Case(When(membership=None, then="organisation__name"), default=person, output_field=CharField())
    return _lined(ending, SKILL, whose, F("kind"), "valid_until")


def _lined(rows: QuerySet[Any], what: str, title: Any, about: Any, dated: str) -> QuerySet[Any]:
    said = {"what": Value(what, CharField()), "key": F("pk"), "title": title, "about": about, "day": F(dated)}
    return rows.order_by().annotate(**said).values_list(*said)


def _waste_line(note: Record) -> BlockRow:
    url = reverse("refurb:waste_note", args=[note.key])
    return BlockRow(note.title, url, note.about, f"parti le {day(note.day)}", is_late=True)


def _skill_line(skill: Record, actor: Membership, today: date) -> BlockRow:
    url = reverse("network:skills", args=[actor.organisation.reference])  # type: ignore[union-attr]
    label = str(SkillKind(skill.about).label)
    return BlockRow(skill.title, url, label, f"jusqu’au {day(skill.day)}", skill.day < today, OVER)


def certificate_awaited(drive: Any) -> str:
    """From whom the proof of what left for waste is awaited, and since when, or since when it is contested; nothing
    of any other drive.
    """
    device = drive.device
    if drive.contested_at:
        return f", {in_a_sentence(contest_told(drive)).rstrip('.')}"
    if not device.destruction_awaited:
        return ""
    return f", certificat de {device.recycler} attendu depuis le {day(device.ended_at)}, bordereau {device.bsd_number}"
