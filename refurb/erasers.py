"""Whether whoever stands at the bench is known to know how to erase: told there, and never held against a proof."""

from datetime import date

from network.enums import ERASES
from network.models import Membership, Skill
from network.permissions import is_manager
from typography.french import HARD, day


def erasure_doubt(actor: Membership, today: date) -> str:
    """What the bench tells a technician whose skill to erase is over, or never noted while his workshop notes skills.

    Empty where nothing is to be told: a manager, who notes them, reads them elsewhere. Nothing is refused: a proof is
    judged by what the tool wrote (domaine §3.1). One query.
    """
    if is_manager(actor):
        return ""
    noted = Skill.objects.latest().of_people().filter(organisation=actor.organisation_id)
    rows = list(noted.values_list("membership__user", "kind", "valid_until"))
    ends = [until for user, kind, until in rows if user == actor.user_id and kind in ERASES]
    if not rows or any(until is None or until >= today for until in ends):
        return ""
    known = [until for until in ends if until is not None]
    if known:
        return f"Votre compétence d’effacement est finie depuis le{HARD}{day(max(known))}."
    return "Votre atelier note les compétences, et aucune n’est notée pour vous en effacement."
