"""Connection files: propose, choose, send; follow what the operator answers; renew, end, give up.

What people write (comment, note) may hold no social security number: ValidationError, naming the field.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from connectivity.enums import ConnectionAbandonReason, ConnectionState, CurrentLine, EvidenceKind, TechnicianSlot
from connectivity.models import ConnectionFile, Offer, ProblemAnswer
from connectivity.terms import reference_of, term_of
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.locking import lock
from prescriptions.models import Household, Need
from prescriptions.nir import refuse_nir
from prescriptions.unnamed import refuse_named

__all__ = [
    "abandon_connection",
    "accept_connection",
    "activate_connection",
    "choose_connection",
    "end_connection",
    "propose_connection",
    "refuse_connection",
    "renew_connection",
    "report_problem_connection",
    "schedule_connection",
    "send_connection",
]


@gate.one_transaction
def propose_connection(
    *,
    actor: Actor,
    need: Need,
    current_line: str = CurrentLine.UNKNOWN,
    at: datetime | None = None,
    comment: str = "",
) -> ConnectionFile:
    """Open a file for a need of connection: the offers of the day are looked at. Raises PermissionDenied, Refused."""
    refuse_nir(comment=comment)
    refuse_named(actor, Household.objects.filter(prescriptions__needs=need), comment=comment)
    files = Household.objects.filter(prescriptions__needs=need).values_list("pk", "same_as")
    lock(Household, {pk for pair in files for pk in pair if pk is not None}, "FOR NO KEY UPDATE")
    need = Need.objects.select_related("prescription__household").get(
        pk=need.pk
    )  # its territory, once no move is under way
    row = ConnectionFile(need=need, kind=need.kind, epci_id=need.epci_id, current_line=current_line)
    row.clean_fields(exclude=["state", "reference", "moved_at"])
    created: ConnectionFile = gate.create(row, "propose", actor=actor, at=at, comment=comment)
    return created


@gate.one_transaction
def choose_connection(
    *,
    actor: Actor,
    connection: ConnectionFile,
    offer: Offer,
    agreement: str,
    price_told: bool = False,
    at: datetime | None = None,
    comment: str = "",
) -> ConnectionFile:
    """Take one offer, with how the household agreed (``OfferAgreement``).

    ``price_told``: the household was told that the price is to be confirmed; kept for an offer of which it is.
    Raises Unknown, PermissionDenied, Refused.
    """
    told = {"price_told": price_told} if offer.is_to_confirm else {}
    return _moved(connection, "choose", actor=actor, at=at, comment=comment, offer=offer, agreement=agreement, **told)


@gate.one_transaction
def send_connection(
    *, actor: Actor, connection: ConnectionFile, answer: str = "", at: datetime | None = None, comment: str = ""
) -> ConnectionFile:
    """Put the file in the operator's queue; ``answer`` says what was done about the problem that it reported.

    Raises Unknown, PermissionDenied, Refused.
    """
    refuse_nir(answer=answer)
    if answer.strip():
        _answer_problem(actor, connection, answer.strip(), at)
    return _moved(connection, "send", actor=actor, at=at, comment=comment)


def _answer_problem(actor: Actor, connection: ConnectionFile, words: str, at: datetime | None) -> None:
    """Keep the problem as it was reported, with its answer: nothing of it stays in the file once it is sent again."""
    stopped = ConnectionFile.objects.visible_to(actor).filter(pk=connection.pk, state=ConnectionState.PROBLEM).first()
    if stopped is None or actor.pk is None:
        return
    assert stopped.problem_at is not None
    assert stopped.operator_id is not None
    ProblemAnswer.objects.create(
        file=stopped,
        operator_id=stopped.operator_id,
        problem=stopped.problem,
        note=stopped.operator_note,
        problem_at=stopped.problem_at,
        words=words,
        answered_at=at or timezone.now(),
        answered_by_id=actor.pk,
    )


@gate.one_transaction
def report_problem_connection(
    *,
    actor: Actor,
    connection: ConnectionFile,
    problem: str,
    note: str = "",
    at: datetime | None = None,
    comment: str = "",
) -> ConnectionFile:
    """Say what stops the operator, with a code of ``ProblemCode``; ``note`` is read by whoever follows the household.

    Raises Unknown, PermissionDenied, Refused.
    """
    refuse_nir(note=note)
    return _moved(connection, "report_problem", actor=actor, at=at, comment=comment, problem=problem, note=note.strip())


@gate.one_transaction
def accept_connection(
    *,
    actor: Actor,
    connection: ConnectionFile,
    operator_reference: str,
    at: datetime | None = None,
    comment: str = "",
) -> ConnectionFile:
    """The operator takes the request, under its own reference. Raises Unknown, PermissionDenied, Refused."""
    return _moved(
        connection, "accept", actor=actor, at=at, comment=comment, operator_reference=operator_reference.strip()
    )


@gate.one_transaction
def schedule_connection(
    *,
    actor: Actor,
    connection: ConnectionFile,
    appointment_on: date,
    appointment_slot: str = TechnicianSlot.DAY,
    day_confirmed: bool = False,
    at: datetime | None = None,
    comment: str = "",
) -> ConnectionFile:
    """Say when the line is brought. A day that is not worked is confirmed, and only then kept as such.

    Raises Unknown, PermissionDenied, Refused.
    """
    return _moved(
        connection,
        "schedule",
        actor=actor,
        at=at,
        comment=comment,
        appointment_on=appointment_on,
        appointment_slot=appointment_slot,
        **({"day_confirmed": True} if day_confirmed else {}),
    )


@gate.one_transaction
def activate_connection(
    *,
    actor: Actor,
    connection: ConnectionFile,
    started_on: date,
    monthly_price: Decimal,
    entitlement_ends_on: date | None = None,
    evidence_kind: str = EvidenceKind.OPERATOR,
    evidence_on: date | None = None,
    evidence_reference: str = "",
    price_confirmed: bool = False,
    early_confirmed: bool = False,
    at: datetime | None = None,
    comment: str = "",
) -> ConnectionFile:
    """The line works: since when, at what price (euros, VAT included, per month or per recharge), until when.

    The operator's own word is evidence; a worker or an adviser says what was seen (``EvidenceKind``), of which day,
    with which reference. Without a day, the right ends when the rule of the offer says. A price above that of the offer
    and a beginning before the day that was planned are confirmed, and only then kept as such. Raises Unknown,
    PermissionDenied, Refused.
    """
    confirmed = {"price_confirmed": price_confirmed, "early_confirmed": early_confirmed}
    if entitlement_ends_on is None and connection.offer is not None:
        entitlement_ends_on = term_of(connection.offer, started_on)
    if evidence_kind == EvidenceKind.OPERATOR:
        evidence_on = evidence_on or timezone.localdate(at)
        evidence_reference = evidence_reference or connection.operator_reference or connection.reference
    evidence_reference = reference_of(evidence_kind, evidence_reference, connection)
    return _moved(
        connection,
        "activate",
        actor=actor,
        at=at,
        comment=comment,
        started_on=started_on,
        monthly_price=monthly_price,
        entitlement_ends_on=entitlement_ends_on,
        evidence_kind=evidence_kind,
        evidence_on=evidence_on,
        evidence_reference=evidence_reference.strip(),
        **{name: True for name, said in confirmed.items() if said},
    )


@gate.one_transaction
def renew_connection(
    *,
    actor: Actor,
    connection: ConnectionFile,
    entitlement_ends_on: date,
    at: datetime | None = None,
    comment: str = "",
) -> ConnectionFile:
    """Carry the entitlement on to a later day, proofs seen again. Raises Unknown, PermissionDenied, Refused."""
    return _moved(connection, "renew", actor=actor, at=at, comment=comment, entitlement_ends_on=entitlement_ends_on)


@gate.one_transaction
def refuse_connection(
    *,
    actor: Actor,
    connection: ConnectionFile,
    refusal: str,
    note: str = "",
    at: datetime | None = None,
    comment: str = "",
) -> ConnectionFile:
    """The operator says no, with a code of ``OperatorRefusalCode``; ``note`` is read by whoever follows the household.

    Raises Unknown, PermissionDenied, Refused.
    """
    refuse_nir(note=note)
    return _moved(connection, "refuse", actor=actor, at=at, comment=comment, refusal=refusal, note=note.strip())


@gate.one_transaction
def end_connection(
    *, actor: Actor, connection: ConnectionFile, reason: str, at: datetime | None = None, comment: str = ""
) -> ConnectionFile:
    """The line is no more, with a code of ``EndReason``. Raises Unknown, PermissionDenied, Refused."""
    return _moved(connection, "end", actor=actor, at=at, comment=comment, reason=reason)


@gate.one_transaction
def abandon_connection(
    *,
    actor: Actor,
    connection: ConnectionFile,
    reason: str = ConnectionAbandonReason.OTHER,
    at: datetime | None = None,
    comment: str = "",
) -> ConnectionFile:
    """Give the file up, with a code of ``ConnectionAbandonReason``. Raises Unknown, PermissionDenied, Refused."""
    return _moved(connection, "abandon", actor=actor, at=at, comment=comment, reason=reason)


def _moved(connection: ConnectionFile, verb: str, *, comment: str, **given: Any) -> ConnectionFile:
    refuse_nir(comment=comment)
    moved: ConnectionFile = gate.apply(connection, verb, comment=comment, **given)
    return moved
