"""What changed since the last visit: what others did, in the journals, on rows one may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Max, Q, Value
from django.db.models.functions import Concat, TruncDate
from django.urls import reverse

from connectivity.models import ConnectionFile
from conventions.models import Convention, Review, Signature
from donations.models import Donation
from lifecycle.journal import journal_of
from lifecycle.machine import Stateful, verbs_of
from network.models import Membership
from prescriptions.models import Prescription, RightsRequest
from prescriptions.permissions import advises, relays, works
from refurb.models import Device
from reports.models import Report
from typography.french import HARD

MOST = 10
"""How many sentences are told."""
HOUSEHOLD = "household"
OBJECTED = "Arrêtée\u00a0: le foyer s’est opposé à l’usage de ses informations"
"""What is told of a request that stops because its household objects, and not because it takes its agreement back."""


@dataclass(frozen=True)
class ToldMoves:
    """Which moves of a machine are told, where its rows are read, and through what they name a household."""

    model: type[Stateful]
    verbs: tuple[str, ...]
    page: str
    plural: str
    reference: str = "reference"
    household: str = ""
    within: tuple[str, ...] = ()
    """Moves told inside the organisation that makes them only: who of a team follows what."""


TOLD = {
    "prescription": ToldMoves(
        Prescription,
        (
            *("submit", "ask_completion", "unask_completion", "accept", "refuse", "withdraw", "revoke", "expire"),
            *("confirm", "decline", "reconsider", "fulfil", "close_unmet", "reopen", "transfer", "regroup"),
        ),
        "prescriptions:prescription_detail",
        "prescriptions",
        household="household",
        within=("hand_on",),
    ),
    "rights_request": ToldMoves(
        RightsRequest,
        ("receive", "withdraw"),
        "prescriptions:rights_request_detail",
        "demandes de droits",
    ),
    "connection": ToldMoves(
        ConnectionFile,
        (
            *("send", "report_problem", "accept", "schedule", "activate", "undo_activate", "undo_own_activate"),
            *("withdraw_problem", "withdraw_accepted_problem", "withdraw_scheduled_problem"),
            *("refuse", "end", "warn_copper", "recall_renewal"),
        ),
        "connectivity:connection_detail",
        "dossiers de connexion",
        household="need__prescription__household",
    ),
    "donation": ToldMoves(
        Donation,
        ("announce", "qualify", "reassign", "decline", "schedule", "collect", "reconcile", "withdraw"),
        "donations:donation_detail",
        "lots",
    ),
    "device": ToldMoves(
        Device,
        (
            *("recondition", "reject", "recycle", "allot", "ship", "stock_in", "send_back"),
            *("ask_back", "take_back", "undo_take_back", "report_missing", "find", "find_returned"),
        ),
        "refurb:device_detail",
        "appareils",
    ),
    "convention": ToldMoves(
        Convention,
        (
            *("submit", "request_changes", "approve", "reopen", "open_signature", "complete_signature", "activate"),
            *("suspend", "resume", "remind", "terminate", "expire", "abandon", "await_signature", "take_over"),
            *("propose_end", "agree_end", "record_end", "decline_end", "give_notice", "take_back_notice"),
        ),
        "conventions:convention_detail",
        "conventions",
    ),
    "review": ToldMoves(
        Review,
        ("answer", "answer_against"),
        "conventions:convention_detail",
        "avis",
        reference="convention__reference",
    ),
    "signature": ToldMoves(
        Signature,
        ("sign", "decline"),
        "conventions:convention_detail",
        "signatures",
        reference="convention__reference",
    ),
    "report": ToldMoves(Report, ("freeze", "publish", "close_year"), "reports:report_detail", "rapports"),
}


@dataclass(frozen=True)
class Change:
    """One sentence: what happened, to what, by whom, the last time it did; how many rows it gathers.

    ``url``: the page of the row, nothing when it gathers several.
    """

    sentence: str
    subject: str
    by: str
    at: datetime
    url: str


def changes_since(actor: Membership, machines: tuple[str, ...], since: datetime, at: datetime) -> list[Change]:
    """The last changes between two instants, newest first; one query per machine.

    What was done to several rows on one day is one sentence. Households are named to those who serve them only.
    """
    named = works(actor) or advises(actor) or relays(actor)
    found = [change for name in machines for change in _of(actor, TOLD[name], since, at, named=named)]
    return sorted(found, key=lambda change: change.at, reverse=True)[:MOST]


def _of(actor: Membership, told: ToldMoves, since: datetime, at: datetime, *, named: bool) -> list[Change]:
    seen = told.model._default_manager.all().visible_to(actor)  # type: ignore[attr-defined]
    by_others = (
        journal_of(told.model)
        .objects.filter(
            Q(verb__in=told.verbs) | Q(verb__in=told.within, actor__organisation=actor.organisation_id),
            at__gt=since,
            at__lte=at,
            object__in=seen.order_by().values("pk"),
        )
        .exclude(actor__user=actor.user_id)
    )
    columns: dict[str, Any] = {
        "count": Count("object", distinct=True),
        "last": Max("at"),
        "reference": Max(f"object__{told.reference}"),
        "organisations": Count("actor__organisation", distinct=True),
        "organisation": Max("actor__organisation__name"),
    }
    if told.household and named:
        path = f"object__{told.household}"
        columns[HOUSEHOLD] = Max(Concat(F(f"{path}__first_name"), Value(" "), F(f"{path}__last_name")))
    by_objection = ExpressionWrapper(Q(verb="revoke", cause_machine="rights_request"), BooleanField())
    days = (
        by_others.order_by()
        .annotate(on=TruncDate("at"), objected=by_objection)
        .values("verb", "on", "objected")
        .annotate(**columns)
    )
    return [_change(told, row, named=named) for row in days.order_by("-last")[:MOST]]


def _change(told: ToldMoves, row: dict[str, Any], *, named: bool) -> Change:
    """No right that a household exercises is told to who serves none."""
    done = OBJECTED if named and row["objected"] else verbs_of(told.model)[row["verb"]].done
    by = row["organisation"] if row["organisations"] == 1 else ""
    if row["count"] > 1:
        subject, url = f"{row['count']}{HARD}{told.plural}", ""  # no list has these rows alone
    else:
        subject, url = row.get(HOUSEHOLD, "").strip() or row["reference"], reverse(told.page, args=[row["reference"]])
    return Change(done, subject, by or "", row["last"], url)
