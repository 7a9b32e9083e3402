"""The outbox: a mail leaves once, after the commit, for a change that happened."""

import smtplib
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage, send_mail
from django.db import connection, transaction
from django.db.utils import IntegrityError
from procrastinate.contrib.django.models import ProcrastinateJob

from documents.checks import check_delivery
from documents.emails import compose
from documents.enums import CALLED_OFF, MailPurpose, SendState
from documents.exceptions import DeliveryFailed
from documents.models import Mail
from documents.services import call_off_mails, forget_account_mails, forget_mails, queue_mail, resend_mail
from documents.services.mail import deliver_mail
from documents.tasks import MAIL_RETRIES
from lifecycle.actors import SYSTEM
from network.models import Membership
from tests.documents.worker import run_worker

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
LOCMEM = "django.core.mail.backends.locmem.EmailBackend.send_messages"
type Box = list[EmailMessage]


def write(**fields: Any) -> Mail:
    given = {
        "to": [("camille@exemple.test", "Camille Exemple")],
        "subject": "Votre don est enregistré",
        "body": "Le lot G-7K3M-2QXZ est enregistré.\n",
        "about": ("donation", 12),
    }
    return queue_mail(**given | fields)


def reread(mail: Mail) -> Mail:
    return Mail.objects.get(pk=mail.pk)


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def send(self: Any, messages: Any) -> int:
        raise error

    monkeypatch.setattr(LOCMEM, send)


def test_a_mail_is_a_row_that_says_to_whom_about_what_and_when(db: None) -> None:
    mail = write(at=AT)
    assert mail.recipients == [("camille@exemple.test", "Camille Exemple")]
    assert (mail.about_machine, mail.about_pk, mail.created_at) == ("donation", 12, AT)
    assert mail.delivery == SendState.QUEUED
    assert list(Mail.objects.about("donation", 12)) == [mail]


@pytest.mark.django_db(transaction=True)
def test_a_mail_leaves_after_the_commit(mailoutbox: Box) -> None:
    with transaction.atomic():
        mail = write()
        run_worker_elsewhere()
        assert mailoutbox == []
    run_worker()
    [sent] = mailoutbox
    assert sent.to == ["Camille Exemple <camille@exemple.test>"]
    assert (sent.subject, sent.body) == (mail.subject, mail.body)
    assert sent.extra_headers["Message-ID"] == mail.message_id
    mail = reread(mail)
    assert (mail.delivery, mail.attempts, mail.error) == (SendState.SENT, 1, "")
    assert mail.sent_at is not None


def run_worker_elsewhere() -> None:
    other = threading.Thread(target=run_worker)
    other.start()
    other.join()


@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_for_a_change_that_is_rolled_back(mailoutbox: Box) -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    run_worker()
    assert mailoutbox == []
    assert not Mail.objects.exists()
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_queue_holds_no_personal_data(real_outbox: Box) -> None:
    mail = write()
    send_mail("Votre mot de passe", "https://exemple.test/jeton-secret", None, ["camille@exemple.test"])
    held = str(list(ProcrastinateJob.objects.values()))
    for secret in ("camille", "Camille", "jeton", "don est", "exemple.test"):
        assert secret not in held
    assert {"mail": mail.pk} in list(ProcrastinateJob.objects.values_list("args", flat=True))


@pytest.mark.django_db(transaction=True)
def test_two_jobs_for_one_mail_send_it_once(mailoutbox: Box) -> None:
    mail = write()
    deliver_mail(mail=mail.pk)
    run_worker()
    assert len(mailoutbox) == 1
    assert reread(mail).attempts == 1


@pytest.mark.django_db(transaction=True)
def test_two_connections_at_once_send_a_mail_once(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = write()
    sent: list[Any] = []
    arrived = threading.Event()

    def slow(self: Any, messages: list[EmailMessage]) -> int:
        sent.extend(messages)
        arrived.set()
        leave.wait(10)
        return len(messages)

    def deliver() -> None:
        try:
            deliver_mail(mail=mail.pk)
        finally:
            connection.close()

    leave = threading.Event()
    monkeypatch.setattr(LOCMEM, slow)
    first = threading.Thread(target=deliver)
    first.start()
    assert arrived.wait(10)
    deliver_mail(mail=mail.pk)
    leave.set()
    first.join(10)
    assert len(sent) == 1
    assert reread(mail).delivery == SendState.SENT


def test_a_mail_whose_worker_died_while_sending_is_left_to_the_pilot(db: None, mailoutbox: Box) -> None:
    mail = write()
    Mail.objects.filter(pk=mail.pk).update(delivery=SendState.SENDING, attempts=1)
    deliver_mail(mail=mail.pk)
    assert mailoutbox == []
    mail = reread(mail)
    assert (mail.delivery, mail.error) == (SendState.FAILED, "interrupted")
    assert "on ne sait pas" in mail.failure


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionRefusedError("no route to camille@exemple.test"), "ConnectionRefusedError"),
        (smtplib.SMTPServerDisconnected("camille@exemple.test"), "SMTPServerDisconnected"),
        (smtplib.SMTPDataError(451, b"later, camille@exemple.test"), "SMTPDataError 451"),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), "SMTPAuthenticationError 535"),
    ],
)
def test_a_passing_failure_is_tried_again_and_told_without_an_address(
    db: None, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    mail = write()
    failing(monkeypatch, error)
    with pytest.raises(DeliveryFailed) as failure:
        deliver_mail(mail=mail.pk)
    assert str(failure.value) == code
    assert failure.value.__suppress_context__
    mail = reread(mail)
    assert (mail.delivery, mail.error, mail.attempts) == (SendState.QUEUED, code, 1)


def test_a_mail_refused_for_good_is_not_tried_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = write()
    failing(monkeypatch, smtplib.SMTPRecipientsRefused({"camille@exemple.test": (550, b"unknown camille")}))
    deliver_mail(mail=mail.pk)
    mail = reread(mail)
    assert (mail.delivery, mail.error) == (SendState.FAILED, "SMTPRecipientsRefused 550")


def test_the_last_try_leaves_the_mail_failed(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = write()
    failing(monkeypatch, TimeoutError())
    with pytest.raises(DeliveryFailed):
        deliver_mail(mail=mail.pk, last_try=True)
    assert reread(mail).delivery == SendState.FAILED


@pytest.mark.django_db(transaction=True)
def test_the_worker_waits_longer_and_longer_then_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = write()
    failing(monkeypatch, TimeoutError())
    waits = []
    for _ in range(MAIL_RETRIES + 1):
        run_worker()
        job = ProcrastinateJob.objects.get()
        waits.append(job.scheduled_at)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
    assert job.status == "failed"
    gaps = [wait.timestamp() for wait in waits[:MAIL_RETRIES]]
    assert gaps == sorted(gaps)
    mail = reread(mail)
    assert (mail.delivery, mail.error, mail.attempts) == (SendState.FAILED, "TimeoutError", MAIL_RETRIES + 1)


@pytest.mark.django_db(transaction=True)
def test_in_the_demonstration_nothing_leaves_and_the_mail_is_kept(settings: Any, mailoutbox: Box) -> None:
    settings.DEMO = True
    mail = write(purpose=MailPurpose.ACCOUNT)
    run_worker()
    assert mailoutbox == []
    mail = reread(mail)
    assert (mail.delivery, mail.body) == (SendState.KEPT, "Le lot G-7K3M-2QXZ est enregistré.\n")
    assert not mail.body_is_private


def test_without_a_mailer_to_leave_by_the_mail_is_kept(db: None, settings: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": "documents.mail_backend.OutboxBackend"}}
    mail = write()
    deliver_mail(mail=mail.pk)
    assert reread(mail).delivery == SendState.KEPT
    assert [error.id for error in check_delivery()] == ["documents.E001"]
    settings.DEMO = True
    assert check_delivery() == []


def test_the_text_of_an_account_mail_does_not_outlive_its_leaving(db: None, real_outbox: Box) -> None:
    send_mail("Votre mot\nde passe", "https://exemple.test/jeton", None, ["Camille É <camille@exemple.test>"])
    mail = Mail.objects.get()
    assert (mail.purpose, mail.subject) == (MailPurpose.ACCOUNT, "Votre mot de passe")
    assert mail.recipients == [("camille@exemple.test", "Camille É")]
    assert mail.body_is_private
    deliver_mail(mail=mail.pk)
    assert "jeton" in real_outbox[0].body
    assert reread(mail).body == ""


def test_django_mail_with_an_attachment_or_a_hidden_copy_is_refused(db: None, real_outbox: Box) -> None:
    for extra in ({"attachments": [("a.txt", "a", "text/plain")]}, {"bcc": ["b@exemple.test"]}):
        with pytest.raises(ValueError, match="plain mail"):
            EmailMessage("Sujet", "Texte", None, ["a@exemple.test"], **extra).send()
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"to": []},
        {"to": [("not an address", "")]},
        {"to": [("a@exemple.test\nBcc: b@exemple.test", "")]},
        {"subject": "  "},
        {"subject": "Sujet\nBcc: b@exemple.test"},
    ],
)
def test_a_mail_that_could_not_be_written_is_refused_at_once(db: None, fields: dict[str, Any]) -> None:
    with pytest.raises((ValueError, ValidationError)):
        write(**fields)
    assert not Mail.objects.exists()


def test_a_domain_with_accents_leaves_in_the_form_that_servers_know(db: None, mailoutbox: Box) -> None:
    mail = write(to=[("camille@métropole.test", "Camille")])
    deliver_mail(mail=mail.pk)
    assert mailoutbox[0].recipients() == ["Camille <camille@xn--mtropole-b1a.test>"]
    assert forget_mails(addresses=["camille@métropole.test"]) == 1


def test_a_name_on_several_lines_adds_no_header(db: None, mailoutbox: Box) -> None:
    mail = write(to=[("a@exemple.test", "Camille\nBcc: b@exemple.test")])
    deliver_mail(mail=mail.pk)
    assert mailoutbox[0].recipients() == ['"Camille Bcc: b@exemple.test" <a@exemple.test>']
    assert "Bcc" not in mailoutbox[0].message()


def test_the_pilot_sends_again_what_did_not_leave(pilot: Membership, mailoutbox: Box) -> None:
    mail = write()
    Mail.objects.filter(pk=mail.pk).update(delivery=SendState.FAILED, error="interrupted", attempts=1)
    assert resend_mail(mail=mail, by=pilot).delivery == SendState.QUEUED
    deliver_mail(mail=mail.pk)
    assert len(mailoutbox) == 1
    assert resend_mail(mail=mail, by=pilot).delivery == SendState.SENT


@pytest.mark.parametrize("why", CALLED_OFF)
@pytest.mark.parametrize("before", [SendState.QUEUED, SendState.FAILED])
def test_a_mail_called_off_is_sent_again_by_nobody(
    pilot: Membership, mailoutbox: Box, why: str, before: SendState
) -> None:
    mail = write()
    Mail.objects.filter(pk=mail.pk).update(delivery=before, error="SMTP" if before == SendState.FAILED else "")
    assert call_off_mails([mail.pk], error=why) == 1
    deliver_mail(mail=mail.pk)
    held = resend_mail(mail=mail, by=pilot)
    assert (held.delivery, held.error, held.may_leave_again) == (SendState.FAILED, why, False)
    assert "Le courriel a été" in held.failure
    deliver_mail(mail=mail.pk)
    assert mailoutbox == []


@pytest.mark.parametrize("why", CALLED_OFF)
def test_a_mail_called_off_while_it_is_being_sent_has_no_other_try(
    db: None, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    mail = write()

    def called_off(*_: Any) -> None:
        call_off_mails([mail.pk], error=why)
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(LOCMEM, called_off)
    with pytest.raises(DeliveryFailed):
        deliver_mail(mail=mail.pk)
    assert reread(mail).delivery == SendState.FAILED
    assert not reread(mail).may_leave_again


def test_nobody_else_sends_again(technician: Membership) -> None:
    mail = write()
    with pytest.raises(PermissionDenied):
        resend_mail(mail=mail, by=technician)


def test_forgetting_a_person_erases_their_mails_and_stops_those_that_had_not_left(db: None, mailoutbox: Box) -> None:
    theirs, about_them = write(about=None), write(to=[("autre@exemple.test", "")], about=("household", 7))
    other = write(to=[("autre@exemple.test", "")], about=("household", 8))
    assert forget_mails(addresses=["camille@exemple.test"], about=("household", 7), at=AT) == 2
    for mail in (theirs, about_them):
        deliver_mail(mail=mail.pk)
        erased = reread(mail)
        assert (erased.to, erased.subject, erased.body, erased.forgotten_at) == ([], "", "", AT)
        assert (erased.delivery, erased.error) == (SendState.FAILED, "forgotten")
    assert mailoutbox == []
    assert reread(other).subject == "Votre don est enregistré"
    assert forget_mails(addresses=["camille@exemple.test"]) == 0


def test_a_mail_sent_without_its_date_is_refused_by_the_database(db: None) -> None:
    mail = write()
    with pytest.raises(IntegrityError, match="documents_mail_sent"), transaction.atomic():
        Mail.objects.filter(pk=mail.pk).update(delivery=SendState.SENT)


def test_the_pilot_and_the_system_see_the_outbox_and_nobody_else(pilot: Membership, technician: Membership) -> None:
    mail = write()
    assert list(Mail.objects.visible_to(pilot)) == [mail]
    assert list(Mail.objects.visible_to(SYSTEM)) == [mail]
    assert not Mail.objects.visible_to(technician).exists()
    assert not Mail.objects.visible_to(None).exists()


def test_a_message_is_composed_from_a_template_with_its_subject_first(paper_kind: str) -> None:
    subject, body = compose("tests/message.txt", {"name": "L’Été & fils"})
    assert subject == "Don de L’Été & fils"
    assert body.startswith("Bonjour,\n\nLe don de L’Été & fils est enregistré")
    assert "http://localhost:8000" in body
    assert "&amp;" not in body


def test_a_mail_that_opened_a_door_is_forgotten_once_it_opens_nothing_any_more(db: None) -> None:
    """Whoever never answered an invitation has no account to be forgotten with."""
    account, other = write(purpose=MailPurpose.ACCOUNT, about=None, at=AT), write(at=AT)
    assert forget_account_mails(before=AT) == 0
    assert forget_account_mails(before=AT + timedelta(seconds=1)) == 1
    assert (reread(account).to, reread(account).to_names, reread(account).subject) == ([], [], "")
    assert reread(other).to == ["camille@exemple.test"]
