"""The life of a connection file, one need of connection and one offer (machines §5): what may happen next, who may."""

from django.db.models import F

from connectivity.enums import (
    UNDER_WAY,
    ConnectionAbandonReason,
    ConnectionState,
    EndReason,
    OperatorRefusalCode,
    TechnicianSlot,
)
from connectivity.machine import activation_rules, due, line_rules, proof_rules, reach_rules, rules
from connectivity.models import ConnectionFile
from connectivity.permissions import (
    can_abandon_connection,
    can_activate_connection,
    can_answer_connection,
    can_end_connection,
    can_propose_connection,
    can_renew_connection,
    can_send_connection,
    can_serve_connection,
    can_withdraw_accepted_problem_connection,
    can_withdraw_problem_connection,
    can_withdraw_scheduled_problem_connection,
)
from lifecycle.machine import ACTOR, AT, CREATION, SAME, Computed, Given, Machine, Verb

S = ConnectionState
NEED = ("need", "need__prescription")
"""What a verb locks before the file when its followers move the need, and settle the prescription."""

HOUSEHOLD = ("need__prescription__household", "need__prescription__household__same_as")
"""And when a need is begun to be served: the household is served once, whatever its files."""

NOT_LOST = {"right_lost_at": None, "right_lost_by": None, "right_loss": "", "after_loss": "", "price_after": None}
"""What was said of a right that was lost holds no more."""


NO_PROBLEM = {"problem": "", "operator_note": "", "problem_at": None, "reminders": 0}
"""Nothing stops the operator any more."""
WITHDRAW, WITHDRAWN = "Retirer le problème signalé", "Problème retiré\u00a0: c’était une erreur"


class ConnectionMachine(Machine, of=ConnectionFile):
    """From the offers of the day to a line that works, and its end."""

    name = "connection"
    reference_prefix = "L"
    dimensions = ("kind", "epci")
    kept = ("offer", "operator", "monthly_price")
    tones = {S.PROPOSED: "todo", S.CHOSEN: "todo", S.PROBLEM: "danger", S.ACTIVE: "done"}

    propose = Verb(
        "Proposer les offres",
        source=CREATION,
        target=S.PROPOSED,
        who=can_propose_connection,
        requires=[rules.NEED_WAITS, rules.NOT_DECLINED, line_rules.NOT_RESTRICTED, rules.NO_OTHER_FILE],
        update_locks=(*NEED, *HOUSEHOLD),
        stamps={"proposed_at": AT, "proposed_by": ACTOR, "touched_at": AT},
        done="Offres proposées",
        why="The need is in progress.",
    )

    choose = Verb(
        "Choisir une offre",
        source=[S.PROPOSED, S.CHOSEN, S.PROBLEM],
        target=S.CHOSEN,
        who=can_serve_connection,
        requires=[
            rules.NOT_DECLINED,
            line_rules.NOT_RESTRICTED,
            rules.OFFER_IN_FORCE,
            reach_rules.OFFER_ANSWERED,
            reach_rules.OFFER_SOLD,
            rules.OFFER_FITS,
            line_rules.A_LINE,
            rules.COPPER_SOLD,
            reach_rules.COMES_THERE,
            reach_rules.OPERATOR_SERVES,
            rules.PRICE_TOLD,
            rules.AGREED,
        ],
        stamps={
            "offer": Given("offer"),
            "operator": lambda ctx: ctx.values["offer"].operator_id,
            "channel": lambda ctx: ctx.values["offer"].channel,
            "agreement": Given("agreement"),
            "chosen_at": AT,
            "chosen_by": ACTOR,
            "touched_at": AT,
            "sent_at": None,
            "sent_by": None,
            "problem": "",
            "operator_note": "",
            "problem_at": None,
            "operator_reference": "",
            "accepted_at": None,
            "waiting_since": None,
            "reminders": 0,
        },
        journal=["offer", "agreement", "price_told"],
        done="Offre choisie",
        why="The household agreed; what was asked of another operator is its no more.",
    )

    send = Verb(
        "Transmettre à l’opérateur",
        source=[S.CHOSEN, S.PROBLEM],
        target=S.SENT,
        who=can_send_connection,
        requires=[
            rules.HAS_DESK,
            rules.NOT_DECLINED,
            line_rules.NOT_RESTRICTED,
            rules.STILL_IN_FORCE,
            reach_rules.OFFER_STILL_SOLD,
            rules.OPERATOR_WORKS,
            proof_rules.PROOFS_FRESH,
            proof_rules.CONDITIONS_MET,
            reach_rules.OPERATOR_REACHES,
            *reach_rules.AT_HOME,
            rules.PROBLEM_ANSWERED,
        ],
        share_locks=["need__prescription"],
        stamps={
            "sent_at": AT,
            "sent_by": ACTOR,
            "problem": "",
            "operator_note": "",
            "problem_at": None,
            "operator_reference": "",
            "accepted_at": None,
            "waiting_since": AT,
            "reminders": 0,
        },
        done="Demande transmise à l’opérateur",
        why="The operator sees what its own form asks, and nothing else.",
    )

    report_problem = Verb(
        "Signaler un problème",
        source=[S.SENT, S.ACCEPTED, S.SCHEDULED],
        target=S.PROBLEM,
        who=can_answer_connection,
        requires=[rules.PROBLEM_CODED, rules.NOTE_EXPLAINS, rules.NOTE_FITS],
        stamps={
            "problem": Given("problem"),
            "operator_note": Given("note", default=""),
            "problem_at": AT,
            "waiting_since": AT,
            "reminders": 0,
            "appointment_on": None,
        },
        journal=["problem"],
        done="Problème signalé par l’opérateur",
        why="The worker is told the next step of that code.",
    )

    withdraw_problem = Verb(
        WITHDRAW,
        source=S.PROBLEM,
        target=S.SENT,
        who=can_withdraw_problem_connection,
        requires=[line_rules.NOT_RESTRICTED],
        stamps={**NO_PROBLEM, "waiting_since": AT},
        done=WITHDRAWN,
        undoes=["report_problem"],
        why="Another request was meant, and nothing followed: the operator is awaited again, the worker is told.",
    )

    withdraw_accepted_problem = Verb(
        WITHDRAW,
        source=S.PROBLEM,
        target=S.ACCEPTED,
        who=can_withdraw_accepted_problem_connection,
        requires=[line_rules.NOT_RESTRICTED],
        stamps={**NO_PROBLEM, "waiting_since": None},
        done=WITHDRAWN,
        undoes=["report_problem"],
        why="The same of a request that it had taken.",
    )

    withdraw_scheduled_problem = Verb(
        WITHDRAW,
        source=S.PROBLEM,
        target=S.SCHEDULED,
        who=can_withdraw_scheduled_problem_connection,
        requires=[line_rules.NOT_RESTRICTED],
        stamps={**NO_PROBLEM, "waiting_since": None, "appointment_on": rules.LAST_APPOINTMENT},
        done=WITHDRAWN,
        undoes=["report_problem"],
        why="The same of a request whose visit was planned: it stands on the same day, of which the household knows.",
    )

    accept = Verb(
        "Accepter la demande",
        source=S.SENT,
        target=S.ACCEPTED,
        who=can_answer_connection,
        requires=[rules.OPERATOR_REFERENCE, rules.OPERATOR_REFERENCE_FITS],
        stamps={"operator_reference": Given("operator_reference"), "accepted_at": AT, "waiting_since": None},
        done="Demande acceptée par l’opérateur",
        why="It has its own reference for it.",
    )

    schedule = Verb(
        "Planifier le raccordement",
        source=[S.ACCEPTED, S.SCHEDULED],
        target=S.SCHEDULED,
        who=can_answer_connection,
        requires=[rules.APPOINTMENT, rules.APPOINTMENT_NEAR, rules.DAY_WORKED, rules.SLOT_KNOWN],
        stamps={
            "scheduled_at": AT,
            "appointment_on": Given("appointment_on"),
            "appointment_slot": Given("appointment_slot", default=TechnicianSlot.DAY),
        },
        journal=["appointment_on", "appointment_slot", "day_confirmed"],
        done="Raccordement planifié",
        why="The household is told by its own channel.",
    )

    activate = Verb(
        "Déclarer la ligne active",
        source=[S.CHOSEN, S.SENT, S.ACCEPTED, S.SCHEDULED],
        target=S.ACTIVE,
        who=can_activate_connection,
        requires=[
            activation_rules.NOT_BEFORE_SENT,
            activation_rules.STARTED,
            activation_rules.STARTED_AFTER,
            activation_rules.AFTER_ITS_VISIT,
            activation_rules.PRICE_GIVEN,
            activation_rules.PRICE_OF_OFFER,
            activation_rules.ENDS_LATER,
            activation_rules.ENDS_IN_TIME,
            activation_rules.EVIDENCE_SEEN,
            activation_rules.EVIDENCE_DATED,
            activation_rules.EVIDENCE_AFTER,
            activation_rules.EVIDENCE_FITS,
        ],
        update_locks=NEED,
        stamps={
            "active_at": AT,
            "activated_by": ACTOR,
            "started_on": Given("started_on"),
            "monthly_price": Given("monthly_price"),
            "entitlement_ends_on": Given("entitlement_ends_on", default=None),
            "evidence_kind": Given("evidence_kind"),
            "evidence_on": Given("evidence_on"),
            "evidence_reference": Given("evidence_reference"),
            "waiting_since": None,
            "renewal_told_at": None,
        },
        journal=[
            *("started_on", "early_confirmed", "monthly_price", "price_confirmed", "entitlement_ends_on"),
            *("evidence_kind", "evidence_on"),
        ],
        done="Ligne active",
        why="The need is met.",
    )

    renew = Verb(
        "Renouveler le droit",
        source=S.ACTIVE,
        target=SAME,
        who=can_renew_connection,
        requires=[rules.HAS_TERM, rules.LATER_TERM, activation_rules.ENDS_IN_TIME, *proof_rules.RIGHT_PROVEN],
        stamps={
            "renewed_at": AT,
            "renewed_by": ACTOR,
            "entitlement_ends_on": Given("entitlement_ends_on"),
            "renewal_told_at": None,
            **NOT_LOST,
        },
        journal=["entitlement_ends_on"],
        done="Droit renouvelé",
        why="The offer goes on: reminders start again from the new term.",
    )

    refuse = Verb(
        "Refuser la demande",
        source=[S.SENT, S.PROBLEM],
        target=S.REFUSED,
        who=can_answer_connection,
        requires=[rules.REFUSAL_CODED, rules.NOTE_EXPLAINS, rules.NOTE_FITS],
        update_locks=NEED,
        stamps={
            "refused_at": AT,
            "refusal": rules.given_or("refusal", OperatorRefusalCode.NO_ANSWER),
            "operator_note": Computed(rules.note_of_a_refusal),
            "waiting_since": None,
        },
        journal=["refusal"],
        due=due.is_unanswered,
        done="Demande refusée",
        irreversible=True,
        why="The need waits again: a new file may be opened.",
    )

    end = Verb(
        "Terminer la ligne",
        source=S.ACTIVE,
        target=S.ENDED,
        who=can_end_connection,
        requires=[rules.END_CODED],
        update_locks=["need"],
        stamps={"ended_at": AT, "end_reason": rules.given_or("reason", EndReason.ENTITLEMENT_OVER)},
        journal=["reason"],
        due=due.is_over,
        done="Ligne terminée",
        irreversible=True,
        why="The need stays met in the figures; whoever follows the household decides whether it waits again.",
    )

    abandon = Verb(
        "Abandonner le dossier",
        source=UNDER_WAY,
        target=S.ABANDONED,
        who=can_abandon_connection,
        follows=["need.drop"],
        requires=[rules.ABANDON_CODED],
        update_locks=NEED,
        stamps={
            "abandoned_at": AT,
            "abandon_reason": rules.given_or("reason", ConnectionAbandonReason.UNTOUCHED),
            "waiting_since": None,
        },
        journal=["reason"],
        due=due.is_untouched,
        done="Dossier abandonné",
        irreversible=True,
        why="The need waits again, unless it was dropped.",
    )

    relocate = Verb(
        "Suivre le foyer",
        source=UNDER_WAY,
        target=SAME,
        follows=["need.relocate"],
        share_locks=NEED,
        stamps={"epci": F("need__epci"), "copper_told_at": None},
        done="Suit la commune du foyer",
        why="It is counted where the household lives now.",
    )

    forget = Verb(
        "Effacer ce qui identifie",
        source=[S.ENDED, S.REFUSED, S.ABANDONED],
        target=SAME,
        follows=["household.anonymise", "household.forget_joined"],
        stamps={"operator_reference": "", "evidence_reference": "", "operator_note": ""},
        done="Références effacées avec le foyer",
        why="The household is anonymised: only figures are left.",
    )

    # --- what the clock recalls

    remind = Verb(
        "Relancer",
        source=[S.SENT, S.PROBLEM],
        target=SAME,
        stamps={"reminders": 1},
        due=due.wants_reminder,
        done="Première relance",
        why="The operator, or the worker told of a problem, is reminded.",
    )

    remind_again = Verb(
        "Relancer une seconde fois",
        source=[S.SENT, S.PROBLEM],
        target=SAME,
        stamps={"reminders": 2},
        due=due.wants_second_reminder,
        done="Seconde relance",
        why="The last one before the file closes by itself.",
    )

    recall_renewal = Verb(
        "Rappeler le renouvellement",
        source=S.ACTIVE,
        target=SAME,
        stamps={"renewal_told_at": AT},
        due=due.wants_renewal,
        done="Fin du droit annoncée",
        why="The worker is told, 60 and 30 days before the end of the entitlement.",
    )

    warn_copper = Verb(
        "Alerter sur le cuivre",
        source=[*UNDER_WAY, S.ACTIVE],
        target=SAME,
        stamps={"copper_told_at": AT},
        due=due.wants_copper_alert,
        done="Fermeture du cuivre annoncée",
        why="The worker is told, 12, 6 and 3 months before copper closes.",
    )
