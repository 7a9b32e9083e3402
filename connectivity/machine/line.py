"""What may happen to a line that works (machines §5): its right is lost, its price changes, its offer changes."""

from django.db.models import F

from connectivity.enums import ConnectionState
from connectivity.machine import due, line_rules, reach_rules, rules
from connectivity.machine.connection import NEED, NOT_LOST, ConnectionMachine
from connectivity.permissions import (
    can_renew_connection,
    can_serve_connection,
    can_undo_activate_connection,
    can_undo_own_activate_connection,
)
from lifecycle.machine import ACTOR, AT, SAME, Given, Verb

S = ConnectionState

NOT_ACTIVE = {
    "active_at": None,
    "activated_by": None,
    "started_on": None,
    "monthly_price": None,
    "entitlement_ends_on": None,
    "evidence_kind": "",
    "evidence_on": None,
    "evidence_reference": "",
    "renewal_told_at": None,
    "touched_at": AT,
}

ConnectionMachine.extend(
    "connectivity",
    undo_activate=Verb(
        "Annuler la mise en service",
        source=S.ACTIVE,
        target=S.SENT,
        who=can_undo_activate_connection,
        requires=[line_rules.UNDO_ACTIVATE_REASON, line_rules.NOTHING_SINCE_ACTIVATE],
        update_locks=NEED,
        stamps={**NOT_ACTIVE, "waiting_since": AT, "reminders": 0},
        journal=["reason"],
        done="Mise en service annulée",
        undoes=["activate"],
        why="Another request was meant: the need is in progress again, and the operator is awaited.",
    ),
    undo_own_activate=Verb(
        "Annuler la mise en service",
        source=S.ACTIVE,
        target=S.CHOSEN,
        who=can_undo_own_activate_connection,
        requires=[line_rules.UNDO_ACTIVATE_REASON, line_rules.NOTHING_SINCE_ACTIVATE],
        update_locks=NEED,
        stamps=NOT_ACTIVE,
        journal=["reason"],
        done="Mise en service annulée",
        undoes=["activate"],
        why="The same where no operator was asked: the offer is chosen, and what shows that it works is awaited.",
    ),
    lose_right=Verb(
        "Dire que le droit est perdu",
        source=S.ACTIVE,
        target=SAME,
        who=can_renew_connection,
        requires=[line_rules.RIGHT_ENDS, line_rules.LOSS_CODED, line_rules.AFTER_CODED, line_rules.PRICE_AFTER],
        stamps={
            "right_lost_at": AT,
            "right_lost_by": ACTOR,
            "right_loss": Given("right_loss"),
            "after_loss": Given("after_loss"),
            "price_after": Given("price_after", default=None),
        },
        journal=["right_loss", "after_loss", "price_after"],
        done="Droit perdu",
        why="The household is told what follows, before the last day.",
    ),
    change_offer=Verb(
        "Changer d’offre",
        source=S.ACTIVE,
        target=SAME,
        who=can_serve_connection,
        requires=[
            rules.OFFER_IN_FORCE,
            rules.OFFER_FITS,
            line_rules.A_LINE,
            line_rules.ANOTHER_OFFER,
            line_rules.WITHOUT_DESK,
            rules.COPPER_SOLD,
            reach_rules.COMES_THERE,
            rules.PRICE_TOLD,
            rules.AGREED,
            rules.STARTED,
            line_rules.CHANGED_AFTER,
            rules.PRICE_GIVEN,
            rules.ENDS_LATER,
            rules.ENDS_IN_TIME,
            rules.EVIDENCE_SEEN,
            rules.EVIDENCE_DATED,
            line_rules.EVIDENCE_OF_CHANGE,
            rules.EVIDENCE_FITS,
        ],
        stamps={
            "offer": Given("offer"),
            "operator": lambda ctx: ctx.values["offer"].operator_id,
            "channel": lambda ctx: ctx.values["offer"].channel,
            "agreement": Given("agreement"),
            "chosen_at": AT,
            "chosen_by": ACTOR,
            "sent_at": None,
            "sent_by": None,
            "operator_reference": "",
            "accepted_at": None,
            "started_on": Given("started_on"),
            "monthly_price": Given("monthly_price"),
            "entitlement_ends_on": Given("entitlement_ends_on", default=None),
            "evidence_kind": Given("evidence_kind"),
            "evidence_on": Given("evidence_on"),
            "evidence_reference": Given("evidence_reference"),
            "renewed_at": None,
            "renewed_by": None,
            "renewal_told_at": None,
            **NOT_LOST,
        },
        journal=[
            *("offer", "agreement", "price_told", "started_on", "monthly_price", "entitlement_ends_on"),
            *("evidence_kind", "evidence_on"),
        ],
        done="Offre changée",
        why="The household keeps its line and its file; what it had before stays in the journal.",
    ),
    go_on=Verb(
        "Passer au prix ordinaire",
        source=S.ACTIVE,
        target=SAME,
        stamps={
            "monthly_price": F("price_after"),
            "entitlement_ends_on": None,
            "renewal_told_at": None,
            **NOT_LOST,
        },
        due=due.goes_on,
        done="Passée au prix ordinaire",
        why="The right was lost and its last day has passed: the line goes on at the price that was told.",
    ),
)
