"""The life of a review (machines §3): asked, then answered once, or cancelled with the draft.

Two verbs answer, since a verb leads to one state: ``answer`` for, ``answer_against`` with points.
"""

from django.db.models import F

from conventions.enums import ReviewState
from conventions.machine import circuit_rules as rules
from conventions.machine import people_rules
from conventions.models import Review
from conventions.permissions import (
    can_answer_review,
    can_hand_on_review,
    can_pass_over_review,
    can_replace_review,
)
from lifecycle.machine import ACTOR, AT, CREATION, SAME, Given, Machine, Verb

S = ReviewState


class ReviewMachine(Machine, of=Review):
    """One opinion asked of one organisation, on one subject, in one round."""

    name = "review"
    reference_prefix = "V"
    tones = {S.ASKED: "todo", S.FAVOURABLE: "done", S.UNFAVOURABLE: "danger"}

    ask = Verb(
        "Demander une relecture",
        source=CREATION,
        target=S.ASKED,
        follows=["convention.submit"],
        stamps={"asked_at": AT},
        done="Relecture demandée",
        why="One per reviewer the EPCI names and one per other party.",
    )

    answer = Verb(
        "Donner un avis favorable",
        source=S.ASKED,
        target=S.FAVOURABLE,
        who=can_answer_review,
        requires=[rules.IN_REVIEW, people_rules.OWN_OPINION, people_rules.AUTHOR_GIVES_NONE],
        update_locks=["convention"],
        stamps={"answered_at": AT, "reviewer": ACTOR},
        done="Avis favorable",
        why="The last answer approves the text, or asks for changes.",
    )

    answer_against = Verb(
        "Donner un avis défavorable",
        source=S.ASKED,
        target=S.UNFAVOURABLE,
        who=can_answer_review,
        requires=[rules.IN_REVIEW, people_rules.OWN_OPINION, people_rules.AUTHOR_GIVES_NONE, rules.HAS_POINTS],
        update_locks=["convention"],
        stamps={"answered_at": AT, "reviewer": ACTOR},
        journal=["points"],
        done="Avis défavorable",
        why="With at least one point; the last answer asks for changes.",
    )

    hand_on = Verb(
        "Confier la relecture",
        source=S.ASKED,
        target=SAME,
        who=can_hand_on_review,
        requires=[rules.IN_REVIEW, people_rules.OTHER_REVIEWER, people_rules.NOT_ITS_AUTHOR],
        update_locks=["convention"],
        stamps={"asked_of": Given("to"), "asked_before": F("asked_of"), "replaced_because": ""},
        journal=["to"],
        done="Relecture confiée à un collègue",
        why="A colleague of the same organisation is asked instead.",
    )

    replace = Verb(
        "Remplacer le relecteur",
        source=S.ASKED,
        target=SAME,
        who=can_replace_review,
        requires=[
            rules.IN_REVIEW,
            people_rules.OTHER_REVIEWER,
            people_rules.NOT_ITS_AUTHOR,
            people_rules.REPLACE_REASON,
        ],
        update_locks=["convention"],
        stamps={"asked_of": Given("to"), "asked_before": F("asked_of"), "replaced_because": Given("reason")},
        journal=["to", "reason"],
        done="Relecteur remplacé",
        why="The manager or the pilot names another person of the organisation that is asked; both people are told.",
    )

    remind = Verb(
        "Rappeler un avis attendu",
        source=S.ASKED,
        target=SAME,
        requires=[rules.IN_REVIEW],
        update_locks=["convention"],
        stamps={"reminded_at": AT},
        due=people_rules.review_to_be_reminded,
        done="Avis rappelé",
        why="The reviewer is reminded; once it is late, whoever can replace him is told too.",
    )

    pass_over = Verb(
        "Passer outre",
        source=S.ASKED,
        target=S.PASSED_OVER,
        who=can_pass_over_review,
        requires=[
            rules.IN_REVIEW,
            people_rules.NOT_DATA_PROTECTION,
            people_rules.LONG_OVERDUE,
            people_rules.PASS_OVER_REASON,
        ],
        update_locks=["convention"],
        stamps={"passed_over_at": AT, "passed_over_because": Given("reason")},
        journal=["reason"],
        done="Circuit poursuivi sans cet avis",
        irreversible=True,
        why="The circuit goes on without this opinion; the last one that is awaited concludes it.",
    )

    cancel = Verb(
        "Annuler la relecture",
        source=S.ASKED,
        target=S.CANCELLED,
        follows=["convention.abandon", "convention.take_over"],
        update_locks=["convention"],
        stamps={"cancelled_at": AT},
        done="Relecture annulée",
        why="The draft is abandoned, or written anew by another EPCI.",
    )
