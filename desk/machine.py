"""The life of a committee that sits: opened on its day, what it decides is applied as one act, closed for good.

What it ratifies is a verb of the lots, which follows the closing.
"""

from typing import Any

from django.db.models import Exists, OuterRef

from desk.enums import CommitteeKind, MeetingState, Presence, Typed
from desk.models import Meeting, MeetingLot, Seat
from desk.permissions import can_lead_meeting
from donations.enums import DonationState
from donations.machine.donation import DonationMachine
from lifecycle.machine import ACTOR, AT, CREATION, SAME, Machine, Place, Requirement, Verb

S = MeetingState
HERE = Place("desk:meeting_detail", can_lead_meeting, "le pilote")


def _committee(code: str, sentence: str, holds: Any, constraint: str = "") -> Requirement:
    """A rule on the committee that is to sit."""
    return Requirement(code, sentence, holds, needs=("committee",), constraint=constraint, field="committee")


TECHNICAL = _committee(
    "technical",
    "Seul le comité technique décide de lots en séance.",
    lambda ctx: ctx.values["committee"].kind == CommitteeKind.TECHNICAL,
)
NOT_CALLED_OFF = _committee(
    "not_called_off",
    "Ce comité est annulé\u00a0: prévoyez une autre date.",
    lambda ctx: ctx.values["committee"].cancelled_at is None,
)
ITS_DAY = _committee(
    "its_day",
    "La séance s’ouvre le jour du comité, ou après\u00a0: changez sa date s’il siège plus tôt.",
    lambda ctx: ctx.values["committee"].meets_on <= ctx.day,
)
OPENED_ONCE = _committee(
    "opened_once",
    "La séance de ce comité est déjà ouverte\u00a0: reprenez-la.",
    lambda ctx: True,
    constraint="desk_meeting_committee_id_key",
)
SOMEBODY_SAT = Requirement(
    "somebody_sat",
    "Personne n’est noté présent\u00a0: dites qui a siégé.",
    lambda ctx: Exists(Seat.objects.filter(committee=OuterRef("committee"), presence=Presence.PRESENT)),
    where=HERE.at("presences"),
)
ALL_APPLIED = Requirement(
    "all_applied",
    "Des décisions sont saisies et ne sont pas appliquées\u00a0: appliquez-les, complétez-les, ou reportez ces lots.",
    lambda ctx: (
        ~Exists(
            MeetingLot.objects.filter(meeting=OuterRef("pk"), outcome="", progress__in=(Typed.PARTIAL, Typed.WHOLE))
        )
    ),
    where=HERE.at("lots"),
)


class MeetingMachine(Machine, of=Meeting):
    """From the opening, which takes the lots that wait, to the minutes."""

    name = "meeting"
    reference_prefix = "SE"
    tones = {S.OPEN: "todo", S.CLOSED: "done"}

    open = Verb(
        "Ouvrir la séance",
        source=CREATION,
        target=S.OPEN,
        who=can_lead_meeting,
        requires=[TECHNICAL, NOT_CALLED_OFF, ITS_DAY, OPENED_ONCE],
        stamps={"opened_at": AT, "opened_by": ACTOR},
        done="Séance ouverte",
        why="The lots to decide and those to ratify are on its agenda from here on.",
    )

    decide = Verb(
        "Appliquer les décisions",
        source=S.OPEN,
        target=SAME,
        who=can_lead_meeting,
        journal=["lots"],
        done="Décisions appliquées",
        why="Every lot that is wholly decided is qualified or declined, in one act; the others stay as typed.",
    )

    close = Verb(
        "Clore la séance",
        source=S.OPEN,
        target=S.CLOSED,
        who=can_lead_meeting,
        requires=[SOMEBODY_SAT, ALL_APPLIED],
        stamps={"closed_at": AT, "closed_by": ACTOR},
        done="Séance close",
        irreversible=True,
        why="What was ratified is written on the lots; the minutes are frozen.",
    )


RATIFIABLE = (DonationState.QUALIFIED, DonationState.SCHEDULED, DonationState.COLLECTED, DonationState.RECONCILED)
"""The lots that a decision taken between two meetings still holds."""

DonationMachine.extend(
    "desk",
    ratify=Verb(
        "Ratifier la décision",
        source=RATIFIABLE,
        target=SAME,
        follows=["meeting.close"],
        stamps={"to_ratify": False},
        journal=["meeting"],
        recalls="séance {meeting}",
        varies=True,
        done="Décision ratifiée par le comité technique",
        why="What the pilot decided between two meetings is confirmed; it is on no agenda any more.",
    ),
    object_to=Verb(
        "Noter une objection",
        source=RATIFIABLE,
        target=SAME,
        follows=["meeting.close"],
        stamps={"to_ratify": False},
        journal=["meeting"],
        recalls="séance {meeting}",
        varies=True,
        done="Objection du comité technique à la décision",
        why="The committee read it and does not agree; what was done stands, and the minutes say the objection.",
    ),
)
