"""How many decisions went against what the rules of their day said: each has its reason in writing, and is counted."""

from datetime import datetime

from django.db.models import Count, Q

from lifecycle.actors import Actor
from prescriptions.enums import EligibilityVerdict
from prescriptions.models import Decision

ACCEPTED = Q(verb="accept")
REFUSED = Q(verb="refuse")


def decided_against(actor: Actor, since: datetime) -> list[tuple[str, int, int]]:
    """``[(what was decided, how many against the rules, how many in all)]`` since then, among those one may see."""
    seen = Decision.objects.visible_to(actor).filter(decided_at__gte=since).order_by()
    found = seen.aggregate(
        accepted=Count("pk", filter=ACCEPTED),
        against=Count("pk", filter=ACCEPTED & Q(verdict=EligibilityVerdict.AGAINST)),
        refused=Count("pk", filter=REFUSED),
        unmoved=Count("pk", filter=REFUSED & Q(verdict=EligibilityVerdict.FAVOURABLE)),
    )
    return [
        ("Acceptées, les règles disant non", found["against"], found["accepted"]),
        ("Refusées, les règles disant oui", found["unmoved"], found["refused"]),
    ]
