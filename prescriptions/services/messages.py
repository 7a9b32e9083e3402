"""What Maillon writes to households: by the way they prefer, once, with the text of the day; each message is a row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from documents.emails import TOLD, compose
from documents.enums import MOVED, WITHHELD, MailPurpose, MessageChannel, MessageCode, MessageLanguage
from documents.messages import SUBJECTS, Values
from documents.models import MessageText, StoredFile
from documents.services import (
    call_off_mails,
    call_off_sms,
    freeze_document,
    queue_mail,
    queue_sms,
    takes_mail,
    takes_sms,
)
from documents.texting import mobile_of
from lifecycle.actors import Actor
from network.models import Organisation
from prescriptions.documents import LETTER
from prescriptions.enums import ContactChannel, SheetLanguage
from prescriptions.hearing import hears
from prescriptions.models import Household, HouseholdMessage, SheetTranslation
from prescriptions.models.message import HouseholdMessageQuerySet
from prescriptions.reaching import channel_of
from prescriptions.saying import Tongue, TranslatableDay, translatable
from typography.french import by_pairs

RIGHT_TO_LEFT = (MessageLanguage.ARABIC,)
RIGHTS = (
    "Vous pouvez lire ce qui est écrit sur vous, le faire corriger, ou changer d’avis\u00a0: dites-le à votre"
    " travailleur social."
)
CHECK = "Vérifier ce document\u00a0:"
CARRIED_BY = {
    MessageChannel.SMS: {"phone", "contact_channel"},
    MessageChannel.EMAIL: {"email", "contact_channel"},
}
"""What says that a household is told so, and where."""


@dataclass(frozen=True)
class Message:
    """What is to be said: to whom, about what, and what is put in its text. ``about``: a machine and a key."""

    household: Household
    code: MessageCode
    about: tuple[str, int]
    values: Values


def way_to(household: Household, code: MessageCode, *, heard: bool | None = None) -> MessageChannel | None:
    """By which channel Maillon writes this by itself; None when it is told by somebody.

    By SMS when it is preferred, the door is open and the number a mobile; by mail when it is preferred and its address
    can be written to.
    ``heard``: whether it may be written to at all, when that is known already.
    """
    carried, channel = SUBJECTS[code].channels, channel_of(household)
    way = None
    if channel == ContactChannel.SMS and MessageChannel.SMS in carried and takes_sms(household.phone):
        way = MessageChannel.SMS
    elif channel == ContactChannel.EMAIL and MessageChannel.EMAIL in carried and takes_mail(household.email):
        way = MessageChannel.EMAIL
    if way is None or heard is False:
        return None
    return way if heard or hears(household) else None


def write_message(
    message: Message,
    way: MessageChannel,
    *,
    at: datetime,
    attachments: Iterable[StoredFile] = (),
    language: str = MessageLanguage.FRENCH,
) -> HouseholdMessage:
    """Put it in the outbox, in the caller's transaction, by SMS or by mail; a mail in another language says the French
    below, for whoever helps the family to read."""
    text, subject, body = _text_and_words(message, way, language, at)
    if text.language != MessageLanguage.FRENCH and way == MessageChannel.EMAIL:
        body = "\n\n".join((body, _text_and_words(message, way, MessageLanguage.FRENCH, at)[2]))
    row = _row(message, way, text, at)
    household = message.household
    if way == MessageChannel.SMS:
        row.sms = queue_sms(number=household.phone, text=body, about=message.about, at=at)
    else:
        subject, body = compose(TOLD, {"subject": subject, "body": body})
        row.mail = queue_mail(
            to=[(household.email, "")],
            subject=subject,
            body=body,
            about=message.about,
            attachments=attachments,
            purpose=MailPurpose.HOUSEHOLD,
            at=at,
        )
    row.save(force_insert=True)
    return row


def make_letter(
    message: Message, *, by: Actor, sender: Organisation, language: str = MessageLanguage.FRENCH, at: datetime
) -> HouseholdMessage:
    """A letter to be printed and posted by somebody, frozen as it is; in French where that language has no text."""
    text, subject, body = _text_and_words(message, MessageChannel.LETTER, language, at)
    row = _row(message, MessageChannel.LETTER, text, at)
    row.written_by_id, row.sender = by.pk, sender
    row.letter = freeze_document(
        kind=LETTER,
        owner=message.about,
        title=subject,
        values={
            "reference": str(message.values.get("reference", "")),
            "prescriber": sender.name,
            **on_paper(message.household, body),
            "language": text.language,
            "direction": "rtl" if text.language in RIGHT_TO_LEFT else "ltr",
            **_around(text.language, at),
        },
        by=by,
        at=at,
    )
    row.save(force_insert=True)
    return row


def letter_made(message: Message, *, since: datetime, language: str) -> HouseholdMessage | None:
    """The letter that was made of it already in that language, since it is to be told; None once it would say something
    else, or to another name or address: whoever follows the household, or where it lives, was corrected since.
    """
    machine, key = message.about
    text, _, body = _text_and_words(message, MessageChannel.LETTER, language, timezone.now())
    made = HouseholdMessage.objects.filter(
        code=message.code,
        letter__owner_machine=machine,
        letter__owner_pk=key,
        written_at__gte=since,
        language=text.language,
    )
    last = made.read().select_related("letter").order_by("-pk").first()
    says = on_paper(message.household, body)
    if last is None or last.letter is None or {name: last.letter.values.get(name) for name in says} != says:
        return None
    return last


def on_paper(household: Household, body: str) -> dict[str, Any]:
    """To whom and where a letter goes, and its words."""
    return {
        "name": household.name,
        "address": household.address,
        "town": f"{household.postcode} {household.commune.name if household.commune else ''}".strip(),
        "paragraphs": [one for one in body.split("\n\n") if one.strip()],
    }


def call_off(messages: Iterable[HouseholdMessage], *, error: str) -> None:
    """Those that have not left yet will not."""
    rows = list(messages)
    call_off_sms((row.sms_id for row in rows if row.sms_id), error=error)
    call_off_mails((row.mail_id for row in rows if row.mail_id), error=error)


def withhold_messages(households: Iterable[int], channel: MessageChannel | None = None) -> None:
    """Nothing more leaves for these households, by this channel or by any: they left, or asked so.

    What was written to a file that was joined to theirs is theirs.
    """
    rows = written_to(households)
    call_off(rows if channel is None else rows.filter(channel=channel), error=WITHHELD)


def withhold_from_former(household: Household, before: Mapping[str, Any]) -> set[str]:
    """What waits for a number or an address that was theirs does not leave: somebody else may have it today.

    ``before``: what the columns that were written again said. Answers which say something else.
    """
    changed = {name for name, said in before.items() if getattr(household, name) != said}
    if mobile_of(before.get("phone", "")) == mobile_of(household.phone):
        changed.discard("phone")
    gone = [way for way, columns in CARRIED_BY.items() if changed & columns]
    if gone:
        call_off(written_to([household.pk]).filter(channel__in=gone), error=MOVED)
    return changed


def written_to(households: Iterable[int]) -> HouseholdMessageQuerySet:
    """What was written to these households, under whichever file."""
    pks = list(households)
    return HouseholdMessage.objects.filter(Q(household__in=pks) | Q(household__joined_into__in=pks))


def from_service(prescriber: Organisation) -> dict[str, str]:
    """Whom the household calls: its social worker's service."""
    return {"prescripteur": prescriber.name, "telephone": by_pairs(prescriber.phone)}


def _row(message: Message, way: MessageChannel, text: MessageText, at: datetime) -> HouseholdMessage:
    return HouseholdMessage(
        household=message.household,
        code=message.code,
        channel=way,
        language=text.language,
        text=text if text.pk else None,
        written_at=at,
    )


def _around(language: str, at: datetime) -> dict[str, str]:
    """What a letter says around its own words, in its language, as its sheet does; nothing of one in French."""
    if language == MessageLanguage.FRENCH:
        return {}
    day = timezone.localdate(at)
    tongue = Tongue(SheetLanguage(language), SheetTranslation.objects.texts_on(language, day))
    return {
        "rights": tongue.say(RIGHTS),
        "check": tongue.say(CHECK),
        "made_on": tongue.say(translatable("établi le {day}", day=TranslatableDay.of(day))),
    }


def _text_and_words(message: Message, way: MessageChannel, language: str, at: datetime) -> tuple[MessageText, str, str]:
    """The text of the day, what it says as a title, and as words."""
    text = MessageText.objects.text_for(message.code, way, timezone.localdate(at), language)
    return text, *text.subject_and_body({"prenom": message.household.first_name, **message.values})
