"""The life of an awareness session: planned, structures invited, moved or called off; held, with how many came."""

from django.db.models import Q

from lifecycle.machine import ACTOR, AT, CREATION, SAME, Context, Given, Machine, Place, Requirement, Verb
from lifecycle.requirements import explained_in_comment
from network.enums import AwarenessCancelReason, AwarenessState
from network.models import AwarenessSession
from network.permissions import can_lead_awareness

S = AwarenessState
WHEN = {"starts_at": Given("starts_at"), "ends_at": Given("ends_at"), "place": Given("place")}


def _in_order(ctx: Context) -> bool:
    if not (ctx.has("starts_at") and ctx.has("ends_at")):
        return True
    return bool(ctx.values["starts_at"] < ctx.values["ends_at"])


AHEAD = Requirement(
    "awareness_ahead",
    "Donnez un jour et une heure à venir.",
    lambda ctx: not ctx.has("starts_at") or ctx.values["starts_at"] > ctx.at,
    needs=("starts_at", "ends_at"),
    field="starts_on",
)
IN_ORDER = Requirement(
    "awareness_order",
    "La session finit après avoir commencé.",
    _in_order,
    constraint="network_awareness_order",
    field="ends",
)
PLACE = Requirement("awareness_place", "Dites où elle se tient.", needs=("place",), field="place")
NOT_BEGUN = Requirement(
    "awareness_not_begun",
    "La session a commencé\u00a0: on n’y invite plus, on note qui est venu.",
    lambda ctx: Q(starts_at__gt=ctx.at),
    where=Place("network:awareness_move", can_lead_awareness, "le pilote"),
)
BEGUN = Requirement(
    "awareness_begun",
    "La session n’a pas commencé\u00a0: la présence se note le jour même, ou après.",
    lambda ctx: Q(starts_at__lte=ctx.at),
)
SOMEBODY_CAME = Requirement(
    "awareness_came",
    "Personne n’est noté présent\u00a0: dites combien de personnes sont venues, ou annulez la session.",
    lambda ctx: not ctx.has("people") or ctx.values["people"] > 0,
    needs=("people",),
    field="guests",
)
CANCEL_REASON = Requirement(
    "reason",
    "Dites pourquoi la session n’a pas lieu.",
    lambda ctx: not ctx.has("reason") or ctx.values["reason"] in AwarenessCancelReason.values,
    needs=("reason",),
    constraint="network_awareness_cancelled",
    field="reason",
)


class AwarenessMachine(Machine, of=AwarenessSession):
    """From the day that is chosen to who came."""

    name = "awareness"
    reference_prefix = "SN"
    tones = {S.HELD: "done"}

    plan = Verb(
        "Programmer une session",
        source=CREATION,
        target=S.PLANNED,
        who=can_lead_awareness,
        requires=[AHEAD, IN_ORDER, PLACE],
        stamps={"planned_at": AT, "planned_by": ACTOR, **WHEN},
        done="Session programmée",
        why="Nobody is told of it yet: structures are invited next.",
    )

    convene = Verb(
        "Inviter des structures",
        source=S.PLANNED,
        target=SAME,
        who=can_lead_awareness,
        requires=[NOT_BEGUN],
        journal=["structures"],
        recalls="{structures}",
        done="Structures invitées",
        again="Inviter d’autres structures",
        why="Each that has an address gets its own mail, with the date for its calendar; the others are to be called.",
    )

    move = Verb(
        "Changer la date ou le lieu",
        source=S.PLANNED,
        target=SAME,
        who=can_lead_awareness,
        requires=[AHEAD, IN_ORDER, PLACE],
        stamps=WHEN,
        done="Date ou lieu changé",
        why="Those who were told are told again: what is attached replaces the former date in their calendar.",
    )

    hold = Verb(
        "Noter qui est venu",
        source=S.PLANNED,
        target=S.HELD,
        who=can_lead_awareness,
        requires=[BEGUN, SOMEBODY_CAME],
        stamps={"held_at": AT, "held_by": ACTOR},
        journal=["structures", "people"],
        recalls="{structures} structures, {people} personnes",
        done="Session tenue",
        why="Structures that came may be invited to open their account from here on.",
    )

    reopen = Verb(
        "Reprendre la présence",
        source=S.HELD,
        target=S.PLANNED,
        who=can_lead_awareness,
        stamps={"held_at": None, "held_by": None},
        undoes=["hold"],
        done="Présence à noter de nouveau",
        why="It was typed wrong: who came is noted again.",
    )

    cancel = Verb(
        "Annuler la session",
        source=S.PLANNED,
        target=S.CANCELLED,
        who=can_lead_awareness,
        requires=[CANCEL_REASON, explained_in_comment(AwarenessCancelReason.OTHER)],
        stamps={"cancelled_at": AT, "cancel_reason": Given("reason")},
        journal=["reason"],
        done="Session annulée",
        irreversible=True,
        why="Before it begins, those who were told are told; what is attached takes it out of their calendar.",
    )
