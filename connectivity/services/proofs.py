"""Proofs looked at with a household: that they were seen, of which day, what they show. Never the document."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from connectivity.enums import LIVE, ConditionRule, ProofKind
from connectivity.models import ConnectionFile, OfferCondition, ProofSeen
from connectivity.permissions import can_record_proof
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.locked_rows import held_row
from lifecycle.machine import Reason

NOT_LIVE = Reason("state", "Le dossier est clos\u00a0: plus rien ne s’y note.")
FROM_TOMORROW = Reason("dated_on", "Une pièce ne peut être datée de demain.", field="dated_on")
UNKNOWN_CODE = Reason("rule", "Choisissez ce que cette pièce montre.", field="rule")


@gate.one_transaction
def record_proof(
    *,
    actor: Actor,
    connection: ConnectionFile,
    rule: str,
    proof: str,
    dated_on: date,
    holds: bool = True,
    ceiling: Decimal | None = None,
    at: datetime | None = None,
) -> ProofSeen:
    """Note that a proof was seen; ``ceiling`` (euros) is the figure it was held to, that of the chosen offer if none.

    Raises Unknown, PermissionDenied, Refused.
    """
    instant = at or timezone.now()
    row = held_row(ConnectionFile.objects.visible_to(actor), connection, actor=actor, can=can_record_proof)
    reasons = [
        reason
        for reason, wrong in (
            (NOT_LIVE, row.state not in LIVE),
            (FROM_TOMORROW, dated_on > timezone.localdate(instant)),
            (UNKNOWN_CODE, rule not in ConditionRule.values or proof not in ProofKind.values),
        )
        if wrong
    ]
    if reasons:
        raise Refused({row.pk: tuple(reasons)})
    if ceiling is None:
        asked = OfferCondition.objects.filter(offer=row.offer_id, rule=rule)
        ceiling = asked.values_list("ceiling", flat=True).first()
    return ProofSeen.objects.create(
        file=row, rule=rule, proof=proof, dated_on=dated_on, holds=holds, ceiling=ceiling,
        seen_at=instant, seen_by_id=actor.pk,
    )  # fmt: skip
