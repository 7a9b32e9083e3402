"""Which workshops are not known to know how to treat a line: told beside the choice, and no wall (domaine §2.12)."""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from conventions.enums import DeviceType
from donations.models.donation import DonationLine
from network.enums import SkillKind
from network.models import Organisation, Skill
from typography.french import HARD, day

ASKED: Mapping[str, SkillKind] = MappingProxyType(
    {DeviceType.SMARTPHONE: SkillKind.PHONES, DeviceType.TABLET: SkillKind.TABLETS}
)
"""What a workshop must know for a type, beyond what every workshop does."""


def told_by_skill(lines: list[DonationLine], among: Iterable[Organisation], today: date) -> list[DonationLine]:
    """The lines, each with the workshops that are not known to treat its type (``unskilled``); one query, if any."""
    asked = {ASKED[line.type] for line in lines if line.type in ASKED}
    workshops = list(among)
    standing = _standing(workshops, asked, today) if asked else {}
    for line in lines:
        kind = ASKED.get(line.type)
        found = ((workshop, standing.get((workshop.pk, kind), "jamais notée")) for workshop in workshops)
        line.unskilled = tuple(f"{workshop} ({why})" for workshop, why in found if kind and why)
    return lines


def _standing(workshops: list[Organisation], kinds: set[SkillKind], today: date) -> dict[tuple[int, SkillKind], str]:
    """``{(workshop, kind): why it does not hold}``, empty where the workshop itself or one of its people knows it."""
    found: dict[tuple[int, SkillKind], list[Skill]] = {}
    for skill in Skill.objects.latest().filter(organisation__in=workshops, kind__in=kinds):
        found.setdefault((skill.organisation_id, SkillKind(skill.kind)), []).append(skill)
    return {holder: _why(skills, today) for holder, skills in found.items()}


def _why(skills: list[Skill], today: date) -> str:
    if any(not skill.is_over(today) for skill in skills):
        return ""
    last = max(skill.valid_until for skill in skills if skill.valid_until)
    return f"finie le{HARD}{day(last)}"
