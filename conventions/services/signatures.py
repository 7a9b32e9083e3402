"""Signatures as people give them: on screen, or elsewhere then deposited, read, confirmed, refused, contested."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from conventions import emails
from conventions.enums import RefuseDepositReason, SignatureMethod, SignatureState
from conventions.models import Convention, DepositRefusal, Signature, SignatureDeposit
from conventions.permissions import can_deposit_signature
from conventions.services.readings import SignatureReading, read_deposit
from documents.addresses import typed_code
from documents.enums import ContentType
from documents.services import check_file, store_file
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import lock
from lifecycle.machine import Reason

NOT_AWAITED = Reason("not_awaited", "Cette signature n’est plus attendue.")
NOT_DRAWN = Reason("rendered", "Le document est en préparation\u00a0: il se signe dans quelques instants.")
ELSEWHERE = Reason("method", "À l’écran, on signe sans déposer de fichier.", field="method")
SCANS = (ContentType.PDF, ContentType.JPEG, ContentType.PNG)


@dataclass(frozen=True)
class ReadDeposit:
    """A deposit that was read, ready to be written."""

    method: str
    signed_on: date
    content: bytes
    name: str
    reading: SignatureReading


def deposit_signature(
    *,
    actor: Actor,
    signature: Signature,
    method: str,
    content: bytes,
    name: str,
    signed_on: date,
    at: datetime | None = None,
) -> SignatureDeposit:
    """Deposit what one's party signed on paper or in a signature book; another party will confirm it.

    It is read first, outside of any lock: it must be the document of this signature, signed. The signatory is told at
    once. Raises Unknown, PermissionDenied, Refused, FileRefused.
    """
    row = _to_deposit(actor, signature)
    if method not in (SignatureMethod.PAPER, SignatureMethod.SIGNATURE_BOOK):
        raise Refused({row.pk: (ELSEWHERE,)})
    check_file(content=content, name=name, accept=SCANS)
    reading = read_deposit(row=row, document=row.document, method=method, content=content)
    kept = ReadDeposit(method, signed_on, content, name, reading)
    return _keep_deposit(actor, row, kept, at or timezone.now())


def _to_deposit(actor: Actor, signature: Signature) -> Signature:
    """The row as it is now, if this actor deposits for its party and it is still awaited."""
    rows = Signature.objects.visible_to(actor).select_related("document__rendered", "signatory__user")
    row = rows.filter(pk=signature.pk).first()
    if row is None:
        raise Unknown
    scope = can_deposit_signature(actor)
    if scope is None or not Signature.objects.filter(scope, pk=row.pk).exists():
        raise PermissionDenied
    if row.state != SignatureState.ASKED:
        raise Refused({row.pk: (NOT_AWAITED,)})
    if row.document.rendered is None:
        raise Refused({row.pk: (NOT_DRAWN,)})
    return row


@gate.one_transaction
def _keep_deposit(actor: Actor, signature: Signature, kept: ReadDeposit, at: datetime) -> SignatureDeposit:
    lock(Convention, [signature.convention_id], "FOR NO KEY UPDATE")
    row = _to_deposit(actor, signature)
    file = store_file(content=kept.content, name=kept.name, by=actor, at=at, accept=SCANS)
    assert actor.pk is not None
    deposit = SignatureDeposit.objects.create(
        signature=row,
        method=kept.method,
        signed_on=kept.signed_on,
        file=file,
        found=kept.reading.found,
        reading=kept.reading.told,
        deposited_at=at,
        deposited_by_id=actor.pk,
    )
    emails.deposit_made_for_signatory(deposit, at)
    emails.deposit_to_confirm_for_parties(deposit, at)
    return deposit


@gate.one_transaction
def sign_signature(
    *,
    actor: Actor,
    signature: Signature,
    sha256: str,
    deposit: SignatureDeposit | None = None,
    code: str = "",
    at: datetime | None = None,
    comment: str = "",
) -> Signature:
    """Sign on screen, or confirm (``deposit``) what another party signed elsewhere, quoting the hash of the document.

    ``code``: what whoever confirms reads on a scan where nothing could be read, however it is typed. The third
    signature completes the convention. Raises Unknown, PermissionDenied, Refused.
    """
    typed: dict[str, Any] = {"code": typed_code(code)} if code else {}
    signed: Signature = gate.apply(
        signature,
        "sign",
        actor=actor,
        at=at,
        comment=comment,
        sha256=sha256,
        method=deposit.method if deposit else SignatureMethod.SCREEN,
        scan=deposit.file if deposit else None,
        signed_on=deposit.signed_on if deposit else None,
        **typed,
    )
    return signed


@gate.one_transaction
def refuse_deposit_signature(
    *,
    actor: Actor,
    signature: Signature,
    deposit: SignatureDeposit,
    reason: str,
    at: datetime | None = None,
    comment: str = "",
) -> Signature:
    """Say that what was deposited is no signature, with a code of ``RefuseDepositReason``; its party is told.

    Raises Unknown, PermissionDenied, Refused.
    """
    lock(Convention, [signature.convention_id], "FOR NO KEY UPDATE")
    open_ = SignatureDeposit.objects.standing().filter(pk=deposit.pk, signature=signature).exists()
    refused: Signature = gate.apply(
        signature,
        "refuse_deposit",
        actor=actor,
        at=at,
        comment=comment,
        reason=reason,
        deposit=deposit.pk if open_ else None,
    )
    _refused(deposit, reason, actor, refused.moved_at)
    emails.deposit_refused_for_party(deposit, refused.moved_at)
    return refused


@gate.one_transaction
def contest_signature(
    *, actor: Actor, signature: Signature, at: datetime | None = None, comment: str = ""
) -> Signature:
    """Say, before the convention is in force, that one did not sign what was deposited in one's name.

    What was deposited counts no more; the signature is asked again. Raises Unknown, PermissionDenied, Refused.
    """
    lock(Convention, [signature.convention_id], "FOR NO KEY UPDATE")
    standing = list(SignatureDeposit.objects.standing().filter(signature=signature))
    contested: Signature = gate.apply(signature, "contest", actor=actor, at=at, comment=comment)
    for deposit in standing:
        _refused(deposit, RefuseDepositReason.NOT_MINE, actor, contested.moved_at)
    return contested


def _refused(deposit: SignatureDeposit, reason: str, actor: Actor, at: datetime) -> DepositRefusal:
    assert actor.pk is not None
    return DepositRefusal.objects.create(deposit=deposit, reason=reason, refused_at=at, refused_by_id=actor.pk)
