"""The outbox: a mail is a row written with the change it tells of; a task makes it leave after the commit."""

import smtplib
from collections.abc import Iterable
from datetime import datetime
from email.headerregistry import Address
from email.message import MIMEPart
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage, mailers
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.text import Truncator

from documents.enums import (
    ATTACHMENT,
    CALLED_OFF,
    DELIVERY_MAILER,
    FORGOTTEN,
    INTERRUPTED,
    TO_THE_ADDRESSEE_ALONE,
    ContentType,
    MailPurpose,
    SendState,
)
from documents.exceptions import DeliveryFailed, FileAltered, FileForgotten
from documents.jobs import put_off
from documents.models import Mail, MailAttachment, StoredFile
from documents.permissions import can_resend_mail
from documents.services.files import forget_file, open_file
from lifecycle.actors import Actor
from lifecycle.locking import locked
from network.models import User

SUBJECT_LENGTH = 250
OF_ACCOUNT = "account"
"""What a mail is about that an account asked for: with its number, it is erased with the account, wherever it went."""
REFUSED_FOR_GOOD = 500
"""SMTP answers from here on are final (RFC 5321, §4.2.1)."""


def queue_mail(
    *,
    to: Iterable[tuple[str, str]],
    subject: str,
    body: str,
    about: tuple[str, int] | None = None,
    attachments: Iterable[StoredFile] = (),
    purpose: MailPurpose = MailPurpose.MESSAGE,
    at: datetime | None = None,
) -> Mail:
    """Write a mail, in the caller's transaction: nothing leaves for a change that is rolled back.

    ``to`` is a list of (address, name); its people see each other's address: for people of several
    organisations, one mail each. ``about`` is the machine and the primary key of the object. The text names a
    reference and a page of Maillon, never a household: mail is not a safe place. ``attachments`` are files
    deposited for this message: they are erased with the last mail that carries them. Raises ValueError or
    ValidationError for an address or a subject that no mail may have.
    """
    recipients = [_recipient(address, name) for address, name in to]
    if not recipients:
        raise ValueError("A mail needs somebody to be sent to.")
    if not subject.strip() or any(sign in subject for sign in "\r\n"):
        raise ValueError("A mail needs a subject, on one line.")
    mail = Mail(
        purpose=purpose,
        to=[address for address, _ in recipients],
        to_names=[name for _, name in recipients],
        subject=Truncator(subject.strip()).chars(SUBJECT_LENGTH),
        body=body,
        about_machine=about[0] if about else "",
        about_pk=about[1] if about else None,
        message_id=make_msgid(domain=urlsplit(settings.SITE_URL).hostname),
        created_at=at or timezone.now(),
    )
    with transaction.atomic(savepoint=False):
        mail.save(force_insert=True)
        MailAttachment.objects.bulk_create(MailAttachment(mail=mail, file=file) for file in attachments)
        _defer(mail)
    return mail


def takes_mail(address: str) -> bool:
    """Whether a mail can be written to this address."""
    try:
        _recipient(address, "")
    except (ValidationError, ValueError):
        return False
    return True


def deliver_mail(*, mail: int, last_try: bool = False) -> None:
    """Make a queued mail leave, never twice; called by the task, outside any transaction.

    The row is marked before anything is said to the mail server, and no row is locked while it answers. A
    worker killed in between leaves the mail "sending": the task that comes back cannot know whether it left,
    so it marks it failed for the pilot to judge. In the demonstration nothing leaves: the mail is kept.
    Raises DeliveryFailed when it is worth trying again.
    """
    taken = _take(mail)
    if taken is None:
        return
    try:
        mailers[DELIVERY_MAILER].send_messages([_message(taken)])
    except Exception as error:  # noqa: BLE001 a mailer raises anything: sockets, TLS, SMTP, encodings
        code, lasting = _code(error), _is_lasting(error)
        ended = lasting or last_try
        _settle(taken, delivery=SendState.FAILED if ended else SendState.QUEUED, error=code)
        if lasting:
            return
        raise DeliveryFailed(code) from None
    spent = {"body": ""} if taken.purpose in TO_THE_ADDRESSEE_ALONE else {}
    _settle(taken, delivery=SendState.SENT, sent_at=timezone.now(), error="", **spent)


@transaction.atomic
def resend_mail(*, mail: Mail, by: Actor) -> Mail:
    """Queue again a mail that did not leave. One that left, was forgotten or called off is returned unchanged.

    Raises PermissionDenied for anyone but the pilot.
    """
    if can_resend_mail(by) is None:
        raise PermissionDenied
    (held,) = locked(Mail.objects.filter(pk=mail.pk))
    if not held.may_leave_again:
        return held
    held.delivery, held.error = SendState.QUEUED, ""
    held.save(update_fields=["delivery", "error"])
    _defer(held)
    return held


def call_off_mails(rows: Iterable[int], *, error: str) -> int:
    """Those that have not left yet will not, nor may those that failed be sent again. Answers how many."""
    unsent = Mail.objects.filter(pk__in=list(rows), forgotten_at=None)
    unsent.filter(delivery=SendState.SENDING).update(error=error)  # should this try fail, there is no other
    waiting = unsent.filter(delivery__in=(SendState.QUEUED, SendState.FAILED))
    return waiting.update(delivery=SendState.FAILED, error=error)


@transaction.atomic
def forget_mails(
    *,
    addresses: Iterable[str] = (),
    about: tuple[str, int] | None = None,
    rows: Iterable[int] = (),
    at: datetime | None = None,
) -> int:
    """Erase the addressees, the subject, the text and the attachments of the mails to these addresses, about this
    object, or of these rows.

    The rows stay, with their dates; those that had not left will not. Returns how many were erased.
    """
    wanted = Q(to__overlap=list(addresses)) | Q(pk__in=list(rows))
    if about is not None:
        wanted |= Q(about_machine=about[0], about_pk=about[1])
    return _erase(wanted, at or timezone.now())


@transaction.atomic
def forget_account_mails(*, before: datetime) -> int:
    """Erase the mails of accounts older than this: their links open nothing any more, and an address is left.

    One invited who never answered has no account, hence nothing else to be forgotten with. Returns how many.
    """
    return _erase(Q(purpose=MailPurpose.ACCOUNT, created_at__lt=before), timezone.now())


@transaction.atomic
def forget_mails_naming(user: User) -> None:
    """Erase the mails to a person who is forgotten, those her account asked for, and those to others that name her.

    A namesake's mails go too: better one text too many than one too few, and the outbox proves nothing.
    """
    hers = Q(to__overlap=user.addresses()) | Q(about_machine=OF_ACCOUNT, about_pk=user.pk)
    _erase(hers | user.named_in("subject", "body"), timezone.now())


def _erase(wanted: Q, at: datetime) -> int:
    found = Mail.objects.filter(wanted, forgotten_at=None)
    pks = [mail.pk for mail in locked(found.only("pk"))]
    waiting = Mail.objects.filter(pk__in=pks, delivery__in=(SendState.QUEUED, SendState.SENDING))
    waiting.update(delivery=SendState.FAILED, error=FORGOTTEN)
    erased = Mail.objects.filter(pk__in=pks).update(to=[], to_names=[], subject="", body="", forgotten_at=at)
    still_carried = MailAttachment.objects.filter(file=OuterRef("pk"), mail__forgotten_at=None)
    for file in StoredFile.objects.filter(~Exists(still_carried), attachments__mail__in=pks).distinct():
        forget_file(file=file, at=at)
    return erased


def _defer(mail: Mail) -> None:
    put_off("documents.send_mail", [{"mail": mail.pk}], lock=f"documents.mail:{mail.pk}")


def _recipient(address: str, name: str) -> tuple[str, str]:
    """The address as it was given and the name on one line. Raises ValidationError or ValueError."""
    validate_email(address)
    name = " ".join(name.split())
    _header(address, name)
    return address, name


def _header(address: str, name: str) -> str:
    """For a header: a domain with accents in the form that mail servers know (RFC 5891). Raises ValueError."""
    local, _, domain = address.rpartition("@")
    return str(Address(display_name=name, username=local, domain=domain.encode("idna").decode("ascii")))


@transaction.atomic(durable=True)
def _take(pk: int) -> Mail | None:
    """Mark a queued mail as being sent and return it; None when there is nothing to send."""
    (mail,) = locked(Mail.objects.filter(pk=pk))
    if mail.delivery == SendState.SENDING:
        mail.delivery, mail.error = SendState.FAILED, INTERRUPTED
        mail.save(update_fields=["delivery", "error"])
        return None
    if mail.delivery != SendState.QUEUED:
        return None
    kept = settings.DEMO or DELIVERY_MAILER not in mailers
    mail.delivery = SendState.KEPT if kept else SendState.SENDING
    mail.attempts += 1
    mail.save(update_fields=["delivery", "attempts"])
    return None if kept else mail


def _settle(mail: Mail, **columns: object) -> None:
    """Write what came of this attempt, unless another attempt began since or the mail was forgotten.

    What was called off meanwhile is tried no more.
    """
    row = Mail.objects.filter(pk=mail.pk, attempts=mail.attempts, forgotten_at=None)
    if columns["delivery"] == SendState.QUEUED:
        row.filter(error__in=CALLED_OFF).update(delivery=SendState.FAILED)
        row = row.filter(delivery=SendState.SENDING)
    row.update(**columns)


def _message(mail: Mail) -> EmailMessage:
    """The mail as it leaves. Raises FileForgotten or FileAltered for an attachment that is no more what it was."""
    attached = mail.attachments.select_related("file")
    return EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[_header(address, name) for address, name in mail.recipients],
        attachments=[_part(row.file) for row in attached],  # type: ignore[misc]  # the stubs lag behind Django 6
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )


def _part(stored: StoredFile) -> MIMEPart:
    """An attachment, byte for byte: a text is not written again with other line ends."""
    part = MIMEPart()
    kind, _, precise = stored.content_type.partition("/")
    charset = {"charset": "utf-8"} if stored.content_type == ContentType.CALENDAR else {}
    part.set_content(open_file(stored).read(), kind, precise, filename=stored.called, params=charset)
    return part


def _code(error: Exception) -> str:
    """The kind of a failure, without the address nor the sentence of the server."""
    if isinstance(error, FileForgotten | FileAltered):
        return ATTACHMENT
    number = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        number = max(answer[0] for answer in error.recipients.values())
    return f"{type(error).__name__} {number}" if number else type(error).__name__


def _is_lasting(error: Exception) -> bool:
    """Whether trying again is useless: the server refuses this mail for good, or it cannot be written."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(answer[0] >= REFUSED_FOR_GOOD for answer in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= REFUSED_FOR_GOOD
    return isinstance(error, ValueError | FileForgotten | FileAltered)
