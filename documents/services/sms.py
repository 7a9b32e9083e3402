"""The outbox of SMS: a row written with the change it tells of, which leaves at an hour when nobody is woken."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from documents.enums import FORGOTTEN, INTERRUPTED, Delivery
from documents.exceptions import DeliveryFailed
from documents.jobs import put_off
from documents.models import Sms
from documents.quiet import loud_from
from documents.sms_door import Refused, provider
from documents.texting import mobile_of, simpler
from lifecycle.locking import locked

MOST_TRIES = 6


def takes_sms(number: str) -> bool:
    """Whether an SMS would leave for this number: the door is open, and it is a mobile."""
    return provider() is not None and bool(mobile_of(number))


def queue_sms(*, number: str, text: str, about: tuple[str, int], at: datetime | None = None) -> Sms:
    """Write an SMS, in the caller's transaction. Raises ValueError for a number that is no mobile."""
    mobile, instant = mobile_of(number), at or timezone.now()
    if not mobile:
        raise ValueError("no mobile")
    return Sms.objects.create(
        number=mobile,
        text=simpler(text),
        about_machine=about[0],
        about_pk=about[1],
        created_at=instant,
        leaves_at=loud_from(instant),
    )


def put_off_due(now: datetime) -> int:
    """Leave to the workers the SMS whose hour has come; how many."""
    due = Sms.objects.filter(delivery=Delivery.QUEUED, leaves_at__lte=now).order_by("pk").values_list("pk", flat=True)
    for pk in due:
        put_off("documents.send_sms", [{"sms": pk}], lock=f"documents.sms:{pk}")
    return len(due)


def deliver_sms(*, sms: int) -> None:
    """Make one SMS leave, never twice: marked before anything is said to the provider, outside any transaction.

    A worker killed in between leaves it "sending"; whoever comes back marks it failed. One that may be tried again
    goes back to the outbox, for the next round.
    """
    taken = _take(sms)
    carrier = provider()
    if taken is None:
        return
    if carrier is None or carrier.keeps:
        _settle(taken, delivery=Delivery.KEPT)
        return
    try:
        carrier.send(number=taken.number, text=taken.text, mark=str(taken.pk))
    except DeliveryFailed as error:
        ended = taken.attempts >= MOST_TRIES
        _settle(taken, delivery=Delivery.FAILED if ended else Delivery.QUEUED, error=str(error)[:80])
    except Refused as error:
        _settle(taken, delivery=Delivery.FAILED, error=str(error)[:80])
    else:
        _settle(taken, delivery=Delivery.SENT, sent_at=timezone.now(), error="", text="")


@transaction.atomic
def forget_sms(*, about: tuple[str, int], at: datetime) -> None:
    """Erase the number and the text of the SMS about an object; those that had not left will not."""
    rows = Sms.objects.filter(about_machine=about[0], about_pk=about[1], forgotten_at=None)
    waiting = rows.filter(delivery__in=(Delivery.QUEUED, Delivery.SENDING))
    waiting.update(delivery=Delivery.FAILED, error=FORGOTTEN)
    rows.update(number="", text="", forgotten_at=at)


@transaction.atomic(durable=True)
def _take(pk: int) -> Sms | None:
    """Mark one that waits as being sent; None when there is nothing to send, or not yet."""
    (row,) = locked(Sms.objects.filter(pk=pk))
    if row.delivery == Delivery.SENDING:
        row.delivery, row.error = Delivery.FAILED, INTERRUPTED
        row.save(update_fields=["delivery", "error"])
        return None
    if row.delivery != Delivery.QUEUED or row.leaves_at > timezone.now():
        return None
    row.delivery, row.attempts = Delivery.SENDING, row.attempts + 1
    row.save(update_fields=["delivery", "attempts"])
    return row


def _settle(sms: Sms, **columns: object) -> None:
    """Write what came of this attempt, unless it was forgotten meanwhile."""
    Sms.objects.filter(pk=sms.pk, attempts=sms.attempts, forgotten_at=None).update(**columns)
