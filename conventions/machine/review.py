"""The life of a review (machines §3): asked, then answered once, or cancelled with the draft.

Two verbs answer, since a verb leads to one state: ``answer`` for, ``answer_against`` with points.
"""

from django_fsm import FSMField

from conventions.enums import ReviewState
from conventions.machine import circuit_rules as rules
from conventions.permissions import can_answer_against_review, can_answer_review
from lifecycle.machine import ACTOR, AT, CREATION, Machine, verb

S = ReviewState


class ReviewMachine(Machine):
    """One opinion asked of one organisation, on one subject, in one round."""

    machine_name = "review"
    reference_prefix = "V"
    state_tones = {S.ASKED: "todo", S.FAVOURABLE: "done", S.UNFAVOURABLE: "danger"}

    state = FSMField("état", choices=ReviewState, default=ReviewState.ASKED, protected=True)

    class Meta:
        abstract = True

    @verb(
        "Demander une relecture",
        source=CREATION,
        target=S.ASKED,
        follows=["convention.submit"],
        stamps={"asked_at": AT},
        done="Relecture demandée",
    )
    def ask(self) -> None:
        """One per reviewer the EPCI names and one per other party."""

    @verb(
        "Donner un avis favorable",
        source=S.ASKED,
        target=S.FAVOURABLE,
        who=can_answer_review,
        requires=[rules.IN_REVIEW],
        leans_write=["convention"],
        stamps={"answered_at": AT, "reviewer": ACTOR},
        done="Avis favorable",
    )
    def answer(self) -> None:
        """The last answer approves the text, or asks for changes."""

    @verb(
        "Donner un avis défavorable",
        source=S.ASKED,
        target=S.UNFAVOURABLE,
        who=can_answer_against_review,
        requires=[rules.IN_REVIEW, rules.HAS_POINTS],
        leans_write=["convention"],
        stamps={"answered_at": AT, "reviewer": ACTOR},
        journal=["points"],
        done="Avis défavorable",
    )
    def answer_against(self) -> None:
        """With at least one point; the last answer asks for changes."""

    @verb(
        "Annuler la relecture",
        source=S.ASKED,
        target=S.CANCELLED,
        follows=["convention.abandon"],
        leans_write=["convention"],
        stamps={"cancelled_at": AT},
        done="Relecture annulée",
    )
    def cancel(self) -> None:
        """The draft is abandoned."""
