"""The way of an EPCI (machines §14): what is noted of it, and what its conventions and published reports show.

``conventions`` and ``reports`` add the verbs of what only they know.
"""

from django.db.models import Q

from lifecycle.machine import ACTOR, AT, CREATION, SAME, Context, Given, Machine, Requirement, Verb
from network.enums import OrganisationKind, RolloutState
from network.machine.next_step import (
    CONTACT_IN_ORDER,
    CONTACT_PAST,
    NEXT,
    NEXT_AHEAD,
    NEXT_GIVEN,
    NO_NEXT,
    SAID,
    next_whole,
)
from network.models import Rollout
from network.models.rollout import ADVANCING
from network.permissions import can_roll_out

S = RolloutState
AT_THE_TABLE = (OrganisationKind.RECONDITIONER, OrganisationKind.DISTRIBUTOR)
"""The two other parties of a convention."""

ONCE = Requirement(
    "rollout_once", "Le déploiement de cet EPCI est déjà engagé.", constraint="network_rollout_once", field="epci"
)
LIVING = Requirement(
    "rollout_living",
    "Cet EPCI a été repris par un autre\u00a0: engagez celui qui lui succède.",
    lambda ctx: Q(epci__succeeded_by=None),
    field="epci",
)
NEXT_WHOLE = next_whole("network_rollout_next_whole")


MEETING_NOTED = Requirement(
    "rollout_meeting",
    "Aucune réunion des acteurs n’est notée\u00a0: notez-la quand elle aura lieu.",
    lambda ctx: Q(gathered_on__isnull=False),
)


def _all_sat(ctx: Context) -> bool:
    return not ctx.has("present") or set(AT_THE_TABLE) <= set(ctx.values["present"])


PARTIES_SAT = Requirement(
    "rollout_parties",
    "Une convention se signe à trois\u00a0: réunissez au moins un reconditionneur et un distributeur avec l’EPCI.",
    _all_sat,
    needs=("present",),
    field="present",
)
EXCHANGE = [CONTACT_PAST, CONTACT_IN_ORDER, NEXT_WHOLE, NEXT_AHEAD]
REACHED = {"reached_at": AT}


class RolloutMachine(Machine, of=Rollout):
    """From the state of play to a steady pace; the EPCI that merges into another goes on in it."""

    name = "rollout"
    reference_prefix = "DE"
    tones = {S.SURVEY: "todo", S.CRUISING: "done"}

    begin = Verb(
        "Engager le déploiement",
        source=CREATION,
        target=S.SURVEY,
        who=can_roll_out,
        requires=[ONCE, LIVING, NEXT_WHOLE, NEXT_AHEAD],
        stamps={"begun_at": AT, "begun_by": ACTOR, **REACHED, **NEXT},
        done="Déploiement engagé",
        why="The state of play of an EPCI begins: its actors, what they know how to do, who prescribes there.",
    )

    note = Verb(
        "Noter un échange",
        source=ADVANCING,
        target=SAME,
        who=can_roll_out,
        requires=EXCHANGE,
        stamps=SAID,
        done="Échange noté",
        why="A call, a visit, a presentation to the elected: what does not change how far one is.",
    )

    gather = Verb(
        "Noter la réunion des acteurs",
        source=[S.SURVEY, S.GATHERED],
        target=S.GATHERED,
        who=can_roll_out,
        requires=[PARTIES_SAT, *EXCHANGE],
        stamps={"gathered_on": Given("contacted_on"), **REACHED, **SAID},
        done="Acteurs réunis",
        again="Noter une autre réunion des acteurs",
        why="The parties of a future convention sat together; again once their last one is over.",
    )

    survey_again = Verb(
        "Reprendre l’état des lieux",
        source=S.GATHERED,
        target=S.SURVEY,
        who=can_roll_out,
        requires=[MEETING_NOTED],
        stamps={"gathered_on": None, **REACHED},
        done="État des lieux repris",
        why="The meeting was noted by mistake, or those who sat there are no longer the right ones.",
    )

    plan = Verb(
        "Fixer la prochaine étape",
        source=ADVANCING,
        target=SAME,
        who=can_roll_out,
        requires=[NEXT_GIVEN, NEXT_WHOLE, NEXT_AHEAD],
        stamps=NEXT,
        done="Prochaine étape fixée",
        why="What is to be done, for when, by whom: it is on the first page of that person.",
    )

    merge = Verb(
        "Suivre la fusion de son EPCI",
        source=ADVANCING,
        target=S.MERGED,
        follows=["merger.declare"],
        stamps={**REACHED, **NO_NEXT},
        done="Repris par l’EPCI qui succède",
        why="The territory goes on with its successor; what was said here is read here.",
    )
