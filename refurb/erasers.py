"""Whether whoever stands at the bench is known to know how to erase: told there, and never held against a proof."""

from collections.abc import Mapping
from datetime import date

from network.enums import ERASES
from network.models import Membership, Skill
from network.models.skill import SkillQuerySet
from network.permissions import is_manager


def skills_asked(actor: Membership, today: date) -> dict[str, SkillQuerySet]:
    """What is counted before anything is told: skills noted of people there, those of this person to erase, and over.

    Nothing is asked about a manager, who notes them and reads them elsewhere.
    """
    noted = Skill.objects.latest().of_people().filter(organisation=actor.organisation_id)
    if is_manager(actor):
        noted = noted.none()
    own = noted.filter(membership__user=actor.user_id, kind__in=ERASES)
    return {"skills_noted": noted, "erasure_held": own.in_force(today), "erasure_over": own.over(today)}


def erasure_doubt(counted: Mapping[str, int]) -> str:
    """What the bench tells a technician whose skill to erase is over, or never noted while his workshop notes skills.

    ``counted``: the rows of ``skills_asked``. Empty where nothing is to be told. Nothing is refused: a proof is judged
    by what the tool wrote (domaine §3.1).
    """
    if not counted["skills_noted"] or counted["erasure_held"]:
        return ""
    if counted["erasure_over"]:
        return "Votre compétence d’effacement est finie."
    return "Votre atelier note les compétences, et aucune n’est notée pour vous en effacement."
