"""How a convention ends before its last day: by all three together, or by one party alone, who gives notice first."""

from django.db.models import F

from conventions.enums import ConventionState, EndDeclineReason, TerminateReason
from conventions.machine import ending_rules, rules
from conventions.machine.convention import ConventionMachine
from conventions.permissions import (
    can_agree_end_convention,
    can_give_notice_convention,
    can_record_end_convention,
    can_take_back_notice_convention,
    can_terminate_convention,
)
from lifecycle.machine import ACTOR, AT, SAME, Verb, given_reason

S = ConventionState


ConventionMachine.extend(
    "conventions",
    propose_end=Verb(
        "Proposer une fin d’un commun accord",
        source=[S.SIGNED, S.ACTIVE, S.SUSPENDED],
        target=SAME,
        who=can_terminate_convention,
        requires=[ending_rules.NONE_PROPOSED, rules.NOT_AMENDMENT],
        stamps={"end_proposed_at": AT, "end_proposed_by": ACTOR, "end_round": F("end_round") + 1},
        done="Fin proposée aux parties",
        why="The two other parties are asked; nothing changes until both have agreed.",
    ),
    agree_end=Verb(
        "Donner son accord pour finir",
        source=[S.SIGNED, S.ACTIVE, S.SUSPENDED],
        target=SAME,
        who=can_agree_end_convention,
        requires=[ending_rules.PROPOSED, ending_rules.CONSENT],
        journal=["party"],
        done="Accord donné pour finir",
        why="The third agreement ends the convention.",
    ),
    record_end=Verb(
        "Inscrire l’accord signé d’une partie",
        source=[S.SIGNED, S.ACTIVE, S.SUSPENDED],
        target=SAME,
        who=can_record_end_convention,
        requires=[ending_rules.PROPOSED, ending_rules.CONSENT],
        journal=["party"],
        done="Accord signé inscrit",
        why="What a party signed on paper, recorded by the pilot; as ``agree_end``.",
    ),
    decline_end=Verb(
        "Refuser ou retirer la fin proposée",
        source=[S.SIGNED, S.ACTIVE, S.SUSPENDED],
        target=SAME,
        who=can_terminate_convention,
        requires=[ending_rules.PROPOSED, ending_rules.DECLINE_REASON],
        stamps={"end_proposed_at": None, "end_proposed_by": None},
        journal=["reason"],
        recalls=given_reason(EndDeclineReason),
        done="Fin d’un commun accord écartée",
        why="One of the three does not agree, or no longer proposes it: the convention goes on.",
    ),
    give_notice=Verb(
        "Enregistrer un préavis ou une mise en demeure",
        source=[S.SIGNED, S.ACTIVE, S.SUSPENDED],
        target=SAME,
        who=can_give_notice_convention,
        requires=[
            ending_rules.NONE_NOTICED,
            rules.AMENDMENT_NOT_ALONE,
            ending_rules.NOTICE_REASON,
            ending_rules.NOTICE_DATED,
            ending_rules.AMENDMENT_IN_TIME,
            ending_rules.NOTICE_PAPER,
        ],
        journal=["reason", "notice_on", "notice_file"],
        recalls=given_reason(TerminateReason),
        done="Préavis ou mise en demeure enregistré",
        why="The two other parties and the pilot read it, and from when it may end.",
    ),
    take_back_notice=Verb(
        "Retirer le préavis ou la mise en demeure",
        source=[S.SIGNED, S.ACTIVE, S.SUSPENDED],
        target=SAME,
        who=can_take_back_notice_convention,
        requires=[ending_rules.NOTICED_BEFORE],
        done="Préavis ou mise en demeure retiré",
        undoes=["give_notice"],
        why="The breach was mended, or the party stays: it goes on, and all are told.",
    ),
)
