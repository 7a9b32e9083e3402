"""Requests to exercise a right (RGPD, art. 12 to 21): note one, stop and start its month, prolong, answer, refuse."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from lifecycle import gate
from lifecycle.actors import Actor, SignedLink
from lifecycle.exceptions import Unknown
from lifecycle.locking import locked_row
from network.permissions import protects_data
from prescriptions.machine.household_rules import shifted
from prescriptions.models import Household, RightsRequest
from prescriptions.nir import refuse_nir
from prescriptions.parameters import RIGHTS_MONTHS, RIGHTS_MORE_MONTHS
from prescriptions.services.joining import file_kept
from typography.french import written_day

MOST_WORDS = 2000
"""Signs of what a household writes by its own page about one request, all that it adds included."""


@gate.one_transaction
def receive_rights_request(
    *,
    actor: Actor,
    household: Household,
    kind: str,
    requester: str,
    channel: str,
    received_on: date,
    words: str = "",
    truth: str = "",
    at: datetime | None = None,
) -> RightsRequest:
    """Note that a household exercises a right: the month runs from the day its request came, not from the day noted.

    Of a file that was joined to another one, it is of the file kept, which its requests are in.

    Raises Unknown, PermissionDenied, Refused, ValidationError (a social security number).
    """
    refuse_nir(words=words, truth=truth)
    if not isinstance(actor, SignedLink) and not protects_data(actor):
        seen = Household.objects.visible_to(actor).filter(pk=household.pk)
        if not seen.exists():
            raise Unknown
    asked = RightsRequest(
        household=file_kept(household),
        kind=kind,
        requester=requester,
        channel=channel,
        received_on=received_on,
        words=words.strip(),
        truth=truth.strip(),
    )
    day = min(received_on, timezone.localdate(at or timezone.now()))  # a day to come is refused, whatever is worked out
    due_on = shifted(day, RIGHTS_MONTHS.on(day))
    created: RightsRequest = gate.create(asked, "receive", actor=actor, at=at, due_on=due_on)
    return created


@gate.one_transaction
def add_to_rights_request(*, rights_request: RightsRequest, words: str, at: datetime | None = None) -> bool:
    """Keep with a request that waits what its household writes by its own page afterwards, under its day.

    Answers whether it is kept: not once it is settled, nor beyond ``MOST_WORDS`` signs in all. The same words are there
    once. Raises ValidationError (a social security number).
    """
    refuse_nir(words=words)
    added = words.strip()
    row: RightsRequest | None = locked_row(RightsRequest.objects.open().filter(pk=rights_request.pk))
    if row is None:
        return False
    if added not in row.words:
        since = f"Ajouté par la page de sa demande le {written_day(at or timezone.now())}\u00a0:"
        kept = f"{row.words}\n\n{since} {added}" if row.words else added
        if len(kept) > MOST_WORDS:
            return False
        RightsRequest.objects.filter(pk=row.pk).update(words=kept)
    return True


@gate.one_transaction
def identify_rights_request(
    *, actor: Actor, rights_request: RightsRequest, at: datetime | None = None, comment: str = ""
) -> RightsRequest:
    """Who asks is known: the month goes on where it stopped. Raises Unknown, PermissionDenied, Refused."""
    refuse_nir(comment=comment)
    row = _seen(actor, rights_request)
    due_on = row.due_on
    if row.identity_asked_at is not None and due_on is not None:
        due_on += timezone.localdate(at or timezone.now()) - timezone.localdate(row.identity_asked_at)
    return _moved(row, "identify", actor, at, comment=comment, due_on=due_on)


@gate.one_transaction
def prolong_rights_request(
    *,
    actor: Actor,
    rights_request: RightsRequest,
    prolongation: str,
    told_by: str,
    at: datetime | None = None,
    comment: str = "",
) -> RightsRequest:
    """Two months more, once, within the first one. Raises Unknown, PermissionDenied, Refused."""
    refuse_nir(comment=comment)
    row = _seen(actor, rights_request)
    months = RIGHTS_MORE_MONTHS.on(row.received_on)
    due_on = None if row.due_on is None else shifted(row.due_on, months)
    given = {"prolongation": prolongation, "told_by": told_by, "due_on": due_on}
    return _moved(row, "prolong", actor, at, comment=comment, **given)


@gate.one_transaction
def answer_rights_request(
    *,
    actor: Actor,
    rights_request: RightsRequest,
    told_by: str,
    reply: str = "",
    told_on: date | None = None,
    at: datetime | None = None,
) -> RightsRequest:
    """Answer: what was asked is done at once; ``told_on``: the day it is handed or sent, today if none.

    Raises Unknown, PermissionDenied, Refused, ValidationError."""
    row = _replied(actor, rights_request, reply)
    return _moved(row, "answer", actor, at, told_by=told_by, told_on=told_on or timezone.localdate(at))


@gate.one_transaction
def refuse_rights_request(
    *,
    actor: Actor,
    rights_request: RightsRequest,
    refusal: str,
    told_by: str,
    reply: str = "",
    told_on: date | None = None,
    at: datetime | None = None,
) -> RightsRequest:
    """Refuse, with a reason of ``RightsRefusal`` and its words. Raises Unknown, PermissionDenied, Refused."""
    row = _replied(actor, rights_request, reply)
    return _moved(row, "refuse", actor, at, refusal=refusal, told_by=told_by, told_on=told_on or timezone.localdate(at))


def _replied(actor: Actor, rights_request: RightsRequest, reply: str) -> RightsRequest:
    """The request with what is answered in words, which its letter and its mail say."""
    refuse_nir(reply=reply)
    row = _seen(actor, rights_request)
    RightsRequest.objects.open().filter(pk=row.pk).update(reply=reply.strip())
    return row


def _seen(actor: Actor, rights_request: RightsRequest) -> RightsRequest:
    row: RightsRequest | None = RightsRequest.objects.visible_to(actor).filter(pk=rights_request.pk).first()
    if row is None:
        raise Unknown
    return row


def _moved(row: RightsRequest, verb: str, actor: Actor, at: datetime | None, **values: Any) -> RightsRequest:
    moved: RightsRequest = gate.apply(row, verb, actor=actor, at=at, **values)
    return moved
