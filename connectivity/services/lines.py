"""A line that works: another offer for it, the recharges sold for it, what its household is told.

What people write (comment) may hold no social security number: ValidationError, naming the field.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from calendars.working_days import add_months, add_working_days
from connectivity import emails
from connectivity.called_off import day_waited_for, visit_known
from connectivity.enums import ConnectionState, LineNews, NewsOutcome, PricePeriod, RechargeCancelReason
from connectivity.models import ConnectionFile, LineNotice, Offer, Recharge
from connectivity.parameters import LINE_NEWS_DAYS, RECHARGES_A_MONTH
from connectivity.permissions import can_sell_recharge, can_serve_connection
from connectivity.terms import reference_of, term_of
from documents.enums import MessageLanguage, SendState
from documents.services import call_off_sms
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locked_rows import held_row
from lifecycle.locking import locked
from lifecycle.machine import Reason
from prescriptions.models import HouseholdMessage
from prescriptions.nir import refuse_nir
from prescriptions.reaching import channel_of
from prescriptions.services.contacts import no_letter
from prescriptions.services.messages import letter_made, make_letter, way_to, write_message
from typography.french import Noun, euros, written_day

RECHARGE = Noun("recharge", "recharges", feminine=True)
NOT_PREPAID = Reason("prepaid", "Cette ligne n’a pas d’offre payée par recharge, ou elle ne marche plus.")
NOT_TODAY = Reason(
    "sold_on", "Une recharge se note le jour de sa vente, le lendemain, ou dans le même mois.", field="sold_on"
)
BEFORE_THE_LINE = Reason("sold_on", "La ligne ne marchait pas encore ce jour-là.", field="sold_on")
CANCELLED = Reason("cancelled", "Cette recharge est déjà annulée.")
ANOTHER_DAY = Reason("another_day", "Une recharge s’annule le jour où elle est notée\u00a0: ce jour est passé.")
UNKNOWN_REASON = Reason("reason", "Dites pourquoi la recharge est annulée.", field="reason")
NOTHING_TO_TELL = Reason("told", "Il n’y a plus rien à dire à ce foyer de sa ligne\u00a0: c’est fait, ou dépassé.")
NOTHING_TO_UNTELL = Reason(
    "untold",
    "Ici, personne n’a noté qu’il a prévenu le foyer, ou la suite l’a dépassé\u00a0: il n’y a rien à reprendre.",
)
SOMETHING_ELSE = Reason("told", "Ce qui est à dire au foyer a changé entre-temps\u00a0: relisez-le, et dites-le-lui.")


@gate.one_transaction
def change_offer_connection(
    *,
    actor: Actor,
    connection: ConnectionFile,
    offer: Offer,
    agreement: str,
    started_on: date,
    monthly_price: Decimal,
    evidence_kind: str,
    evidence_on: date,
    evidence_reference: str,
    entitlement_ends_on: date | None = None,
    price_told: bool = False,
    price_confirmed: bool = False,
    at: datetime | None = None,
    comment: str = "",
) -> ConnectionFile:
    """The line goes on by another offer: which, since when, at what price, on what evidence.

    Without a day, the right ends when the rule of the offer says. A price above that of the offer is confirmed.
    Raises Unknown, PermissionDenied, Refused.
    """
    refuse_nir(comment=comment)
    told: dict[str, Any] = {"price_told": price_told} if offer.is_to_confirm else {}
    told |= {"price_confirmed": True} if price_confirmed else {}
    moved: ConnectionFile = gate.apply(
        connection,
        "change_offer",
        actor=actor,
        at=at,
        comment=comment,
        offer=offer,
        agreement=agreement,
        started_on=started_on,
        monthly_price=monthly_price,
        entitlement_ends_on=entitlement_ends_on or term_of(offer, started_on),
        evidence_kind=evidence_kind,
        evidence_on=evidence_on,
        evidence_reference=reference_of(evidence_kind, evidence_reference, connection).strip(),
        **told,
    )
    return moved


# --- recharges


@gate.one_transaction
def sell_recharge(
    *,
    actor: Actor,
    connection: ConnectionFile,
    amount: Decimal,
    sold_on: date | None = None,
    at: datetime | None = None,
) -> Recharge:
    """Note a recharge sold at the counter for a line, within what a month allows. Raises Unknown, PermissionDenied,
    Refused."""
    instant = at or timezone.now()
    today = timezone.localdate(instant)
    day = sold_on or today
    file = held_row(ConnectionFile.objects.visible_to(actor), connection, actor=actor, can=can_sell_recharge)
    most = RECHARGES_A_MONTH.on(day)
    rank = Recharge.objects.free_rank(file.pk, day, most)
    reasons = [*_wrong_sale(file, amount, day, today), *([] if rank else [no_place_left(most, day)])]
    if reasons or rank is None:
        raise Refused({file.pk: tuple(reasons)})
    assert actor.organisation_id is not None
    assert actor.pk is not None
    return Recharge.objects.create(
        file=file, distributor_id=actor.organisation_id, amount=amount, sold_on=day, sold_at=instant,
        sold_by_id=actor.pk, month=day.replace(day=1), rank=rank, most=most,
    )  # fmt: skip


def _wrong_sale(file: ConnectionFile, amount: Decimal, day: date, today: date) -> list[Reason]:
    offer = file.offer
    if file.state != ConnectionState.ACTIVE or offer is None or offer.period != PricePeriod.RECHARGE:
        return [NOT_PREPAID]
    reasons = []
    if not min(today.replace(day=1), today - timedelta(days=1)) <= day <= today:
        reasons.append(NOT_TODAY)
    elif file.started_on is not None and day < file.started_on:
        reasons.append(BEFORE_THE_LINE)
    if wrong := wrong_amount(offer, amount):
        reasons.append(Reason("amount", wrong, field="amount"))
    return reasons


def wrong_amount(offer: Offer, amount: Decimal) -> str:
    """Why an amount is not one of this offer; empty when it is."""
    least, most = offer.price, offer.price_max or offer.price
    if least is None or most is None:
        return "" if 0 < amount <= MOST_UNKNOWN else f"Donnez le montant, {euros(MOST_UNKNOWN)} au plus."
    if least <= amount <= most and amount > 0:
        return ""
    return f"Une recharge de cette offre est {amounts_of(offer)}."


def amounts_of(offer: Offer) -> str:
    """« de 2 € à 5 € », « de 3 € »; empty where the offer says no price."""
    least, most = offer.price, offer.price_max or offer.price
    if least is None or most is None:
        return ""
    return f"de {euros(least)} à {euros(most)}" if least != most else f"de {euros(least)}"


MOST_UNKNOWN = Decimal(50)
"""Beyond, where the offer says no price, it is a typing mistake."""


def no_place_left(most: int, day: date) -> Reason:
    """The month of ``day`` has all its recharges: how many, and when the next may be sold."""
    told = RECHARGE.counted(most)
    following = written_day(add_months(day.replace(day=1), 1))
    sentence = f"Cette ligne a déjà eu {told} ce mois-ci, la limite du mois\u00a0: la suivante se vend le {following}."
    return Reason("limit", sentence, field="sold_on")


@gate.one_transaction
def cancel_recharge(*, actor: Actor, recharge: Recharge, reason: str, at: datetime | None = None) -> Recharge:
    """The recharge is not sold any more: only the day it was noted, with a code of ``RechargeCancelReason``.

    Its place in the month is free again. Raises Unknown, PermissionDenied, Refused.
    """
    instant = at or timezone.now()
    held_row(ConnectionFile.objects.visible_to(actor), recharge.file, actor=actor, can=can_sell_recharge)
    row = next(iter(locked(Recharge.objects.visible_to(actor).filter(pk=recharge.pk))), None)
    if row is None:
        raise Unknown
    reasons = [
        said
        for said, wrong in (
            (CANCELLED, row.cancelled_at is not None),
            (ANOTHER_DAY, timezone.localdate(row.sold_at) != timezone.localdate(instant)),
            (UNKNOWN_REASON, reason not in RechargeCancelReason.values),
        )
        if wrong
    ]
    if reasons:
        raise Refused({row.pk: tuple(reasons)})
    row.cancelled_at, row.cancelled_by_id, row.cancel_reason = instant, actor.pk, reason
    row.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    return row


# --- what the household is told


def promise_notice(*, file: ConnectionFile, about: LineNews, at: datetime) -> LineNotice:
    """The household is to be told: a message is written at once, else its worker tells it; no more what was before."""
    overtake_notices([file.pk], at)
    day = timezone.localdate(at)
    due_on = add_working_days(day, LINE_NEWS_DAYS.on(day))
    due_on = min([due_on, *_days_of_visits(file, about, at)])
    household = file.need.prescription.household
    notice = LineNotice(file=file, about=about, channel=channel_of(household), promised_at=at, due_on=due_on)
    message = emails.line_news(file, about)
    way = way_to(household, message.code)
    if way is not None:
        told = write_message(message, way, at=at)
        notice.mail, notice.sms = told.mail, told.sms
        notice.settled_at, notice.outcome = at, NewsOutcome.SENT
    notice.save()
    return notice


def _days_of_visits(file: ConnectionFile, about: LineNews, at: datetime) -> list[date]:
    """Before which days it is told: that of the visit, and the one that the household knows and that counts no more."""
    if about != LineNews.VISIT:
        day = day_waited_for(file, at)
        return [] if day is None else [day]
    known = visit_known(file, at)
    return [day for day in (file.appointment_on, known.day if known else None) if day is not None]


def hold_notices(files: "list[int] | set[int]", at: datetime) -> None:
    """What waits to leave of these lines does not hold today: if it holds again, somebody tells it."""
    waiting = LineNotice.objects.filter(file__in=list(files), outcome=NewsOutcome.SENT)
    call_off_sms(waiting.filter(sms__delivery=SendState.QUEUED).values_list("sms", flat=True), at=at)


def overtake_notices(files: "list[int] | set[int]", at: datetime) -> None:
    """Something else happened to these lines: what was still to be told is not true any more."""
    pks = list(files)
    hold_notices(pks, at)
    waiting = list(LineNotice.objects.unsaid().filter(file__in=pks).values_list("pk", flat=True))
    LineNotice.objects.filter(pk__in=waiting).update(settled_at=at, settled_by=None, outcome=NewsOutcome.OVERTAKEN)


@gate.one_transaction
def keep_notice(*, actor: Actor, connection: ConnectionFile, read: str = "", at: datetime | None = None) -> LineNotice:
    """The household was told; ``read``: the key of what was read to it, when a page showed it.

    Raises Unknown, PermissionDenied, Refused when nothing is to be told any more, or something else.
    """
    file = held_row(ConnectionFile.objects.visible_to(actor), connection, actor=actor, can=can_serve_connection)
    notice = next(iter(locked(LineNotice.objects.visible_to(actor).to_keep().filter(file=file))), None)
    if notice is None:
        raise Refused({file.pk: (NOTHING_TO_TELL,)})
    if read and read != str(notice.pk):
        raise Refused({file.pk: (SOMETHING_ELSE,)})
    notice.settled_at, notice.settled_by_id, notice.outcome = at or timezone.now(), actor.pk, NewsOutcome.TOLD
    notice.save(update_fields=["settled_at", "settled_by", "outcome"])
    return notice


@gate.one_transaction
def untell_notice(*, actor: Actor, connection: ConnectionFile, read: str = "") -> LineNotice:
    """Nobody had told the household: it is to be told again; ``read``: the key of what the page said to be told.

    Raises Unknown, PermissionDenied, Refused when nobody noted it, or something else happened since.
    """
    file = held_row(ConnectionFile.objects.visible_to(actor), connection, actor=actor, can=can_serve_connection)
    notice = next(iter(locked(LineNotice.objects.visible_to(actor).to_untell().filter(file=file))), None)
    if notice is None:
        raise Refused({file.pk: (NOTHING_TO_UNTELL,)})
    if read and read != str(notice.pk):
        raise Refused({file.pk: (SOMETHING_ELSE,)})
    notice.settled_at, notice.settled_by_id, notice.outcome = None, None, ""
    notice.save(update_fields=["settled_at", "settled_by", "outcome"])
    return notice


def retake_notices(messages: Sequence[HouseholdMessage], at: datetime) -> None:
    """What these messages told of a line is to be told still, when nothing came since: by a day that is to come."""
    written: dict[int, list[HouseholdMessage]] = {}
    for message in messages:
        machine, key = message.about
        if machine == "connection":
            written.setdefault(key, []).append(message)
    day = timezone.localdate(at)
    for notice in LineNotice.objects.filter(file__in=written).last_said().select_related("file"):
        if any(_told_by(notice, message) for message in written[notice.file_id]):
            before = _days_of_visits(notice.file, LineNews(notice.about), at)
            notice.settled_at, notice.settled_by, notice.outcome = None, None, ""
            notice.due_on = min([add_working_days(day, LINE_NEWS_DAYS.on(day)), *before])
            notice.save(update_fields=["settled_at", "settled_by", "outcome", "due_on"])


def _told_by(notice: LineNotice, message: HouseholdMessage) -> bool:
    """Whether this message told it: the one that left, or the letter that was made before somebody said so."""
    if notice.outcome == NewsOutcome.SENT:
        return (notice.mail_id, notice.sms_id) == (message.mail_id, message.sms_id)
    made = notice.promised_at <= message.written_at <= (notice.settled_at or notice.promised_at)
    return message.letter_id is not None and made


@gate.one_transaction
def write_line_letter(
    *,
    actor: Actor,
    connection: ConnectionFile,
    language: str = MessageLanguage.FRENCH,
    at: datetime | None = None,
) -> HouseholdMessage:
    """The letter of what is to be told of a line, to be printed and posted; that which was made already, if one was.

    Raises Unknown, PermissionDenied, Refused when nothing is to be told any more, or no address is known.
    """
    file = held_row(ConnectionFile.objects.visible_to(actor), connection, actor=actor, can=can_serve_connection)
    notice = next(iter(locked(LineNotice.objects.visible_to(actor).to_keep().filter(file=file))), None)
    if notice is None:
        raise Refused({file.pk: (NOTHING_TO_TELL,)})
    message = emails.line_news(file, LineNews(notice.about))
    if reason := no_letter(message.household):
        raise Refused({file.pk: (reason,)})
    before = letter_made(message, since=notice.promised_at, language=language)
    if before is not None:
        return before
    sender = file.need.prescription.prescriber
    return make_letter(message, by=actor, sender=sender, language=language, at=at or timezone.now())
