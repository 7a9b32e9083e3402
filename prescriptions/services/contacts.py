"""What the sheets of households promise is done by somebody: a mail leaves at once, the rest has its person and day."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.utils import timezone

from calendars.working_days import add_working_days
from documents.enums import OVERTAKEN, MessageCode, MessageLanguage, SendState
from documents.models import MessageText
from documents.services import call_off_sms
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import locked
from lifecycle.machine import Reason
from prescriptions.enums import (
    LIVE_STATES,
    ContactAbout,
    ContactChannel,
    ContactOutcome,
    HouseholdState,
    PrescriptionState,
)
from prescriptions.hearing import unheard
from prescriptions.models import CompletionRequest, Household, HouseholdMessage, Prescription, PromisedContact
from prescriptions.models.contact import PromisedContactQuerySet
from prescriptions.own_papers import page_of_request
from prescriptions.parameters import TELL_DAYS
from prescriptions.permissions import can_edit_prescription
from prescriptions.reaching import channel_of
from prescriptions.services.messages import Message, from_service, letter_made, make_letter, way_to, write_message

OPEN_PAGE = "Votre page vous dit où elle en est. Il faut votre année de naissance pour l’ouvrir\u00a0: {page}"
ASK_WORKER = "Appelez votre travailleur social\u00a0: il vous dit où elle en est."
TOLD_ALREADY = Reason("told_already", "Il n’y a plus rien à dire à ce foyer\u00a0: c’est déjà fait, ou dépassé.")

NOBODY_SAID_SO = Reason(
    "nobody_said_so", "Personne n’a noté que ce foyer est prévenu, ou autre chose est à lui dire depuis."
)
NOT_IN_THIS_ONE = Reason(
    "language",
    "Ce message ne se redit pas dans cette langue\u00a0: rien n’est parti par SMS ni par courriel, il y est déjà parti,"
    " ou son texte n’existe pas. Appelez le foyer.",
    field="langue",
)
NO_ADDRESS = Reason("no_address", "L’adresse du foyer n’est pas dans son dossier\u00a0: notez-la, ou appelez-le.")
DOUBTED = Reason(
    "address_doubted",
    "Une lettre est revenue de l’adresse de ce foyer\u00a0: appelez-le, ou faites faire «\u00a0Corriger l’identité ou"
    " le contact\u00a0» dans son dossier.",
    lifted_by="le travailleur social du foyer",
)
STILL_SAID = {
    ContactAbout.MISSING: (PrescriptionState.INCOMPLETE,),
    ContactAbout.ACCEPTED: (PrescriptionState.ACCEPTED,),
    ContactAbout.REFUSED: (PrescriptionState.REFUSED,),
    ContactAbout.REFERRED: (PrescriptionState.ACCEPTED,),
    ContactAbout.OFFERS: (PrescriptionState.ACCEPTED,),
    ContactAbout.TRANSFER: LIVE_STATES,
    ContactAbout.EXPIRED: (PrescriptionState.EXPIRED,),
}
"""Where a request stands while this is news of it."""
NO_WAY = "contact"
"""The code of what is missing: a way to reach the household that works."""
AROUND = ("household__commune", "prescriber")
TELLS_TRANSFER = Q(tells_transfer=True) | Q(about=ContactAbout.TRANSFER)
"""What says who follows the request now, alone or with something else."""


def promise_contacts(prescriptions: Iterable[Prescription], about: ContactAbout, at: datetime) -> None:
    """The sheet says that the household will be told: what was to be told before is overtaken. Who follows it now, if
    nobody said it yet, is said with what comes next, by the same day.
    """
    rows = list(prescriptions)
    pks = [row.pk for row in rows]
    unsaid = dict(_unsaid_transfers(pks).order_by("pk").values_list("prescription", "due_on"))
    _overtake(PromisedContact.objects.filter(prescription__in=pks), at)
    day = timezone.localdate(at)
    due_on = add_working_days(day, TELL_DAYS.on(day)) if rows else day
    silent = unheard(row.household for row in rows)
    unreachable = _not_reached(rows) if about == ContactAbout.MISSING else set()
    for row in rows:
        lost = row.pk in unreachable
        contact = PromisedContact(
            prescription=row,
            about=about,
            channel=ContactChannel.WORKER if lost else channel_of(row.household),
            promised_at=at,
            due_on=min(due_on, unsaid.get(row.pk, due_on)),
            tells_transfer=row.pk in unsaid and about != ContactAbout.TRANSFER,
        )
        way = None if lost else way_to(row.household, code_of(contact), heard=row.household_id not in silent)
        if way is not None:
            told = write_message(news_of(row, contact), way, at=at)
            contact.mail, contact.sms = told.mail, told.sms
            contact.settled_at, contact.outcome = at, ContactOutcome.SENT
        contact.save()


def promise_transfer(prescriptions: Iterable[Prescription], at: datetime) -> None:
    """The households of these requests learn who follows them: once each, with what waits to be told if something does,
    and nothing to those that asked to be left alone.
    """
    rows = [row for row in prescriptions if row.submitted_at is not None]
    left = unheard(row.household for row in rows)
    heard = [row for row in rows if row.household_id not in left]
    waiting = PromisedContact.objects.to_keep().filter(prescription__in=[row.pk for row in heard])
    tells = dict(waiting.values_list("prescription__household", "pk"))
    waiting.filter(pk__in=tells.values()).exclude(about=ContactAbout.TRANSFER).update(tells_transfer=True)
    others = {row.household_id: row for row in heard if row.household_id not in tells}
    promise_contacts(others.values(), ContactAbout.TRANSFER, at)


def _not_reached(rows: Iterable[Prescription]) -> set[int]:
    """Those of which a way to reach the household that works is asked: nothing is sent by the one that does not."""
    asked = CompletionRequest.objects.filter(prescription__in=[row.pk for row in rows])
    last = asked.order_by("prescription", "-pk").distinct("prescription").values_list("prescription", "codes")
    return {prescription for prescription, codes in last if NO_WAY in codes}


def code_of(contact: PromisedContact) -> MessageCode:
    """Which message tells it: who follows a request now is said as it is, the rest is on its page."""
    transferred = contact.about == ContactAbout.TRANSFER or contact.tells_transfer
    return MessageCode.WORKER if transferred else MessageCode.REQUEST


def news_of(prescription: Prescription, contact: PromisedContact) -> Message:
    """There is something new: neither what, nor its name; its page says it, to who knows the year of birth."""
    page = page_of_request(prescription)
    return Message(
        prescription.household,
        code_of(contact),
        ("prescription", prescription.pk),
        {
            **from_service(prescription.prescriber),
            "reference": str(prescription.reference),
            "suite": OPEN_PAGE.format(page=page) if page else ASK_WORKER,
        },
    )


def overtake_contacts(prescriptions: Iterable[int], at: datetime, about: ContactAbout | None = None) -> None:
    """Something else happened: what was still to be told, of all or of one thing, is on no sheet any more.

    Who follows a household now is told all the same while one of its requests is dealt with, if nobody said it yet.
    """
    promised = PromisedContact.objects.filter(prescription__in=list(prescriptions))
    if about is not None:
        promised = promised.filter(about=about)
    unsaid = _unsaid_transfers(prescriptions).filter(pk__in=promised.values("pk"))
    households = list(unsaid.values_list("prescription__household", flat=True))
    _overtake(promised, at)
    if households:
        live = Prescription.objects.filter(household__in=households, state__in=LIVE_STATES)
        promise_transfer(live.select_related("household", *AROUND).order_by("-pk"), at)


def _overtake(promised: PromisedContactQuerySet, at: datetime) -> None:
    unsaid = promised.filter(outcome=ContactOutcome.SENT, sms__delivery=SendState.QUEUED)
    call_off_sms(unsaid.values_list("sms", flat=True), error=OVERTAKEN, at=at)
    rows = PromisedContact.objects.filter(pk__in=list(promised.unsure().values_list("pk", flat=True)))
    rows.update(settled_at=at, outcome=ContactOutcome.OVERTAKEN)


def _unsaid_transfers(prescriptions: Iterable[int]) -> QuerySet[PromisedContact]:
    """What is still to say who follows the request now: nobody said it, and no message that says it is leaving."""
    of_them = PromisedContact.objects.filter(TELLS_TRANSFER, prescription__in=list(prescriptions))
    held = Q(outcome=ContactOutcome.SENT, sms__delivery=SendState.QUEUED)
    return of_them.filter(Q(pk__in=PromisedContact.objects.to_keep().values("pk")) | held)


def retake_contacts(prescriptions: Iterable[int], *, overtaken_at: datetime) -> None:
    """What was overtaken at this instant did not happen: somebody tells it, unless something else is to be told since.

    What had left by itself and was called off is told by somebody too. Who follows the request now is told with it, if
    that alone is to be told, or was never told; what overtaking it had left to tell is one with it.
    """
    pks = list(prescriptions)
    waiting = PromisedContact.objects.to_keep().filter(prescription__in=pks)
    alone = dict(waiting.filter(about=ContactAbout.TRANSFER).values_list("prescription", "pk"))
    others = waiting.exclude(about=ContactAbout.TRANSFER)
    overtaken = PromisedContact.objects.filter(
        prescription__in=pks, outcome=ContactOutcome.OVERTAKEN, settled_at=overtaken_at
    )
    left = Q(about=ContactAbout.TRANSFER, promised_at=overtaken_at)
    rows = list(overtaken.exclude(left).exclude(prescription__in=others.values("prescription")))
    for row in rows:
        merged = alone.get(row.prescription_id)
        if merged is not None:
            waiting.filter(pk=merged).update(settled_at=timezone.now(), outcome=ContactOutcome.OVERTAKEN)
        row.tells_transfer = row.about != ContactAbout.TRANSFER and (
            merged is not None or (row.tells_transfer and not _said_since(row))
        )
        row.settled_at, row.outcome = None, ""
        row.save(update_fields=["tells_transfer", "settled_at", "outcome"])


def _said_since(contact: PromisedContact) -> bool:
    """Whether a later one said who follows the request now."""
    later = PromisedContact.objects.filter(TELLS_TRANSFER, prescription=contact.prescription_id, pk__gt=contact.pk)
    said = later.filter(outcome__in=(ContactOutcome.TOLD, ContactOutcome.SENT))
    return said.exclude(pk__in=PromisedContact.objects.to_keep().values("pk")).exists()


@transaction.atomic
def keep_contacts(*, actor: Actor, prescriptions: Iterable[Prescription], at: datetime | None = None) -> int:
    """The households of these prescriptions were told; answers how many. Those of which nothing is to be told stay.

    Raises PermissionDenied.
    """
    scope = can_edit_prescription(actor)
    if scope is None or actor.pk is None:
        raise PermissionDenied
    mine = Prescription.objects.visible_to(actor).filter(scope, pk__in=[row.pk for row in prescriptions])
    instant = at or timezone.now()
    promised = PromisedContact.objects.to_keep().filter(prescription__in=mine.values("pk"), promised_at__lte=instant)
    kept = PromisedContact.objects.filter(pk__in=[row.pk for row in locked(promised)])
    return kept.update(settled_at=instant, settled_by=actor.pk, outcome=ContactOutcome.TOLD)


def tell_household(*, actor: Actor, prescription: Prescription, at: datetime | None = None) -> None:
    """The household was told. Raises Unknown, PermissionDenied, Refused when nothing is to be told any more."""
    _seen(actor, prescription)
    if not keep_contacts(actor=actor, prescriptions=[prescription], at=at):
        raise Refused({prescription.pk: (TOLD_ALREADY,)})


@transaction.atomic
def untell_household(*, actor: Actor, prescription: Prescription, at: datetime | None = None) -> PromisedContact:
    """It was not told after all: it is to be done as before, by a day that is still to come.

    Raises Unknown, PermissionDenied, Refused when nobody said so, or something else was to be told since.
    """
    row = _followed(actor, prescription)
    list(locked(PromisedContact.objects.filter(prescription=row)))  # taken back twice at once, it is taken back once
    contact = said_told(row, actor)
    if contact is None:
        raise Refused({row.pk: (NOBODY_SAID_SO,)})
    day = timezone.localdate(at)
    if contact.due_on < day:
        contact.due_on = add_working_days(day, TELL_DAYS.on(day))
    unsent = contact.mail_id is not None or contact.sms_id is not None
    contact.settled_by = None
    contact.settled_at, contact.outcome = (contact.promised_at, ContactOutcome.SENT) if unsent else (None, "")
    contact.save(update_fields=["due_on", "settled_by", "settled_at", "outcome"])
    return contact


def said_told(prescription: Prescription, actor: Actor) -> PromisedContact | None:
    """What somebody said the household was told of, last, and would be to tell still: nothing came since."""
    rows = PromisedContact.objects.visible_to(actor).filter(prescription=prescription.pk)
    followed = Exists(Household.objects.filter(pk=prescription.household_id, state=HouseholdState.OPEN))
    last = rows.filter(followed).select_related("mail", "sms", "settled_by__user").order_by("-pk").first()
    if last is None or last.outcome != ContactOutcome.TOLD or rows.to_keep().exists():
        return None
    return last if prescription.state in STILL_SAID[ContactAbout(last.about)] else None


@transaction.atomic
def note_no_answer(*, actor: Actor, prescription: Prescription, at: datetime | None = None) -> PromisedContact:
    """Nobody answered: it stays to be done, some working days later. Raises Unknown, PermissionDenied, Refused."""
    row = _followed(actor, prescription)
    waiting = locked(PromisedContact.objects.to_keep().filter(prescription=row))
    if not waiting:
        raise Refused({row.pk: (TOLD_ALREADY,)})
    (contact,) = waiting
    instant = at or timezone.now()
    day = timezone.localdate(instant)
    contact.tries, contact.tried_at = contact.tries + 1, instant
    contact.due_on = add_working_days(day, TELL_DAYS.on(day))
    contact.save(update_fields=["tries", "tried_at", "due_on"])
    return contact


@transaction.atomic
def write_letter(
    *, actor: Actor, prescription: Prescription, language: str = MessageLanguage.FRENCH, at: datetime | None = None
) -> HouseholdMessage:
    """The letter of what is to be told, to be printed and posted: that which was made already for it, if one was.

    Raises Unknown, PermissionDenied, Refused when nothing is to be told any more, or no address is known.
    """
    row = _followed(actor, prescription)
    contact = next(iter(locked(PromisedContact.objects.to_keep().filter(prescription=row))), None)
    if contact is None:
        raise Refused({row.pk: (TOLD_ALREADY,)})
    if reason := no_letter(row.household):
        raise Refused({row.pk: (reason,)})
    message = news_of(row, contact)
    before = letter_made(message, since=contact.promised_at, language=language)
    if before is not None:
        return before
    return make_letter(message, by=actor, sender=row.prescriber, language=language, at=at or timezone.now())


def no_letter(household: Household) -> Reason | None:
    """Why no letter is made for a household: no address is known, or a letter came back from it."""
    if not household.address:
        return NO_ADDRESS
    return DOUBTED if household.address_doubted_at is not None else None


def retake_fallen(messages: Sequence[HouseholdMessage], at: datetime) -> None:
    """What these messages told is to be told still, when nothing came since: by a day that is still to come."""
    written: dict[int, list[HouseholdMessage]] = {}
    for message in messages:
        machine, key = message.about
        if machine == "prescription":
            written.setdefault(key, []).append(message)
    rows = PromisedContact.objects.filter(prescription__in=written).select_related("prescription")
    last = rows.order_by("prescription_id", "-pk").distinct("prescription_id")
    day = timezone.localdate(at)
    due_on = add_working_days(day, TELL_DAYS.on(day)) if written else day
    for contact in last:
        stands = contact.prescription.state in STILL_SAID[ContactAbout(contact.about)]
        if stands and any(_told_by(contact, message) for message in written[contact.prescription_id]):
            contact.settled_at, contact.settled_by, contact.outcome = None, None, ""
            contact.due_on = max(contact.due_on, due_on)
            contact.save(update_fields=["settled_at", "settled_by", "outcome", "due_on"])


def _told_by(contact: PromisedContact, message: HouseholdMessage) -> bool:
    """Whether this message is what told it: the one that left, or the letter that was made before somebody said so."""
    if contact.outcome == ContactOutcome.SENT:
        return message.pk is not None and (contact.mail_id, contact.sms_id) == (message.mail_id, message.sms_id)
    if contact.outcome != ContactOutcome.TOLD or message.letter_id is None or contact.settled_at is None:
        return False
    return message.code == code_of(contact) and contact.promised_at <= message.written_at <= contact.settled_at


def languages_left(prescription: Prescription, at: datetime | None = None) -> list[tuple[str, str]]:
    """The languages in which what was written to the household may be said again: it was written, by the way it
    prefers still, and not in that one yet; ``(code, label)``."""
    contact = _written(prescription)
    code = code_of(contact) if contact is not None else MessageCode.REQUEST
    way = way_to(prescription.household, code) if contact is not None else None
    if contact is None or way is None:
        return []
    texts = MessageText.objects.by_code_on(timezone.localdate(at))
    said = HouseholdMessage.objects.filter(
        household=prescription.household_id,
        code=code,
        channel=way,
        written_at__gte=contact.promised_at,
    ).values_list("language", flat=True)
    there = {one for one in MessageLanguage if (code, way, one) in texts}
    left = there - {MessageLanguage.FRENCH, *said}
    return [(one.value, str(one.label)) for one in MessageLanguage if one in left]


@transaction.atomic
def say_again(
    *, actor: Actor, prescription: Prescription, language: str, at: datetime | None = None
) -> HouseholdMessage:
    """The same news in another language, by the same way, for this once: no language of a household is stored.

    An SMS in French that waits for its hour does not leave beside. Raises Unknown, PermissionDenied, Refused.
    """
    row = _followed(actor, prescription)
    list(locked(PromisedContact.objects.filter(prescription=row)))  # said twice at once, it is said once
    contact = _written(row)
    way = way_to(row.household, code_of(contact)) if contact is not None else None
    if contact is None or way is None or language not in dict(languages_left(row, at)):
        raise Refused({row.pk: (NOT_IN_THIS_ONE,)})
    told = write_message(news_of(row, contact), way, at=at or timezone.now(), language=language)
    contact.mail, contact.sms = told.mail, told.sms
    contact.save(update_fields=["mail", "sms"])
    return told


def _written(prescription: Prescription) -> PromisedContact | None:
    """What was written of the last news, and still holds."""
    last = PromisedContact.objects.filter(prescription=prescription).order_by("-pk").first()
    return last if last is not None and last.outcome == ContactOutcome.SENT else None


def _seen(actor: Actor, prescription: Prescription) -> Prescription:
    row: Prescription | None = (
        Prescription.objects.visible_to(actor).select_related(*AROUND).filter(pk=prescription.pk).first()
    )
    if row is None:
        raise Unknown
    return row


def _followed(actor: Actor, prescription: Prescription) -> Prescription:
    """The request that one follows, as ``_seen``. Raises Unknown, PermissionDenied."""
    row, scope = _seen(actor, prescription), can_edit_prescription(actor)
    if scope is None or not Prescription.objects.filter(scope, pk=row.pk).exists():
        raise PermissionDenied
    return row
