"""The outbox of SMS: a row written with the change it tells of, which leaves at an hour when nobody is woken."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from documents.enums import CALLED_OFF, FORGOTTEN, INTERRUPTED, REFUSED, REPLACED, SHUT, SendState
from documents.exceptions import DeliveryFailed
from documents.jobs import put_off
from documents.models import Sms, SmsAnswer
from documents.quiet import is_quiet, loud_from
from documents.sms_door import SmsRefused, provider
from documents.texting import mobile_of, simpler
from lifecycle.locking import locked

MOST_TRIES = 6
A_DAY = timedelta(days=1)


def takes_sms(number: str) -> bool:
    """Whether an SMS would leave for this number: the door is open, and it is a mobile."""
    return provider() is not None and bool(mobile_of(number))


def queue_sms(*, number: str, text: str, about: tuple[str, int], at: datetime | None = None) -> Sms:
    """Write an SMS, in the caller's transaction. Raises ValueError for a number that is no mobile.

    One about the same object that has not left yet will not: it says what is no longer so.
    """
    mobile, instant = mobile_of(number), at or timezone.now()
    if not mobile:
        raise ValueError("no mobile")
    call_off_sms(Sms.objects.filter(about_machine=about[0], about_pk=about[1]).values_list("pk", flat=True), at=instant)
    return Sms.objects.create(
        number=mobile,
        text=simpler(text),
        about_machine=about[0],
        about_pk=about[1],
        created_at=instant,
        leaves_at=loud_from(instant),
    )


def put_off_due(now: datetime) -> int:
    """Leave to the workers the SMS whose hour has come; how many. None at a quiet hour: they wait for the next one."""
    if is_quiet(now):
        return 0
    due = Sms.objects.filter(delivery=SendState.QUEUED, leaves_at__lte=now).order_by("pk").values_list("pk", flat=True)
    for pk in due:
        put_off("documents.send_sms", [{"sms": pk}], lock=f"documents.sms:{pk}")
    return len(due)


def deliver_sms(*, sms: int, at: datetime | None = None) -> None:
    """Make one SMS leave, never twice: marked before anything is said to the provider, outside any transaction.

    A worker killed in between leaves it "sending"; whoever comes back marks it failed. One that may be tried again
    goes back to the outbox, for the next round. Whatever else goes wrong ends it: somebody calls.
    """
    carrier = provider()
    taken = _take(sms, at or timezone.now())
    if taken is None:
        return
    if carrier is None:
        _settle(taken, delivery=SendState.FAILED, error=SHUT)
        return
    if carrier.keeps:
        _settle(taken, delivery=SendState.KEPT)
        return
    try:
        carrier.send(number=taken.number, text=taken.text, mark=str(taken.pk))
    except DeliveryFailed as error:
        ended = taken.attempts >= MOST_TRIES
        _settle(taken, delivery=SendState.FAILED if ended else SendState.QUEUED, error=str(error)[:80] or REFUSED)
    except SmsRefused as error:
        _settle(taken, delivery=SendState.FAILED, error=str(error)[:80] or REFUSED)
    except Exception as error:  # noqa: BLE001 a provider raises anything; its words may hold a number
        _settle(taken, delivery=SendState.FAILED, error=type(error).__name__[:80])
    else:
        _settle(taken, delivery=SendState.SENT, sent_at=timezone.now(), error="", text="")


def call_off_sms(rows: Iterable[int], *, error: str = REPLACED, at: datetime | None = None) -> int:
    """Those that have not left yet will not: what they say is no longer so. Answers how many.

    ``at``: since when that is; one whose hour came a day before has left, or is about to.
    """
    unsent = Sms.objects.filter(pk__in=list(rows))
    if at is not None:
        unsent = unsent.filter(leaves_at__gt=at - A_DAY)
    unsent.filter(delivery=SendState.SENDING).update(error=error)  # should this try fail, there is no other
    return unsent.filter(delivery=SendState.QUEUED).update(delivery=SendState.FAILED, error=error, text="")


@transaction.atomic
def forget_sms(*, about: tuple[str, int] | None = None, rows: Iterable[int] = (), at: datetime) -> None:
    """Erase the number and the text of the SMS about an object, or of these; those that had not left will not."""
    wanted = Q(pk__in=list(rows))
    if about is not None:
        wanted |= Q(about_machine=about[0], about_pk=about[1])
    pks = list(Sms.objects.filter(wanted).values_list("pk", flat=True))
    kept = Sms.objects.filter(pk__in=pks, forgotten_at=None)
    waiting = kept.filter(delivery__in=(SendState.QUEUED, SendState.SENDING))
    waiting.update(delivery=SendState.FAILED, error=FORGOTTEN)
    kept.update(number="", text="", forgotten_at=at)
    SmsAnswer.objects.filter(sms__in=pks).exclude(text="").update(text="")


@transaction.atomic(durable=True)
def _take(pk: int, now: datetime) -> Sms | None:
    """Mark one that waits as being sent; None when there is nothing to send, or not at this hour."""
    (row,) = locked(Sms.objects.filter(pk=pk))
    if row.delivery == SendState.SENDING:
        row.delivery, row.error = SendState.FAILED, INTERRUPTED
        row.save(update_fields=["delivery", "error"])
        return None
    if row.delivery != SendState.QUEUED or row.leaves_at > now or is_quiet(now):
        return None
    row.delivery, row.attempts = SendState.SENDING, row.attempts + 1
    row.save(update_fields=["delivery", "attempts"])
    return row


def _settle(sms: Sms, **columns: object) -> None:
    """Write what came of this attempt, unless it was forgotten meanwhile; what was called off is tried no more."""
    row = Sms.objects.filter(pk=sms.pk, attempts=sms.attempts, forgotten_at=None)
    if columns["delivery"] == SendState.QUEUED:
        row.filter(error__in=CALLED_OFF).update(delivery=SendState.FAILED, text="")
        row = row.filter(delivery=SendState.SENDING)
    row.update(**columns)
