"""Files that go with a mail: they leave byte for byte, the pilot opens them, they are forgotten with it."""

from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse

from documents.enums import SendState
from documents.models import Mail, MailAttachment, StoredFile
from documents.services import forget_file, forget_mails, forget_person, open_file, queue_mail, store_file, verify_file
from documents.services.mail import deliver_mail
from lifecycle.registry import registry
from network.models import Membership
from tests.documents.samples import CALENDAR, PDF
from tests.documents.worker import run_worker
from tests.network.factories import make_user

type Box = list[EmailMessage]


def calendar() -> StoredFile:
    return store_file(content=CALENDAR, name="enlevement.ics", by=None)


def write(*attachments: StoredFile, **fields: Any) -> Mail:
    given = {"to": [("camille@exemple.test", "")], "subject": "Un enlèvement", "body": "Voir le fichier joint."}
    return queue_mail(**given | fields, attachments=attachments)


def reread[M: (Mail, StoredFile)](row: M) -> M:
    return type(row)._default_manager.get(pk=row.pk)


@pytest.mark.django_db(transaction=True)
def test_attachments_leave_byte_for_byte_under_their_name(mailoutbox: Box) -> None:
    write(calendar(), store_file(content=PDF, name="bordereau.pdf", by=None))
    run_worker()
    [sent] = mailoutbox
    text, *parts = sent.message().iter_parts()
    assert text.get_content().strip() == "Voir le fichier joint."
    assert [(part.get_filename(), part.get_content_type()) for part in parts] == [
        ("enlevement.ics", "text/calendar"),
        ("bordereau.pdf", "application/pdf"),
    ]
    assert [part.get_payload(decode=True) for part in parts] == [CALENDAR, PDF]
    assert all(part.get_content_disposition() == "attachment" for part in parts)
    assert parts[0].get_content_charset() == "utf-8"


def test_a_mail_whose_attachment_was_erased_does_not_leave_without_it(db: None, mailoutbox: Box) -> None:
    file = calendar()
    mail = write(file)
    forget_file(file=file)
    deliver_mail(mail=mail.pk)
    assert mailoutbox == []
    mail = reread(mail)
    assert (mail.delivery, mail.error) == (SendState.FAILED, "attachment")
    assert "pièce jointe" in mail.failure


def test_a_mail_whose_attachment_was_altered_does_not_leave(db: None, mailoutbox: Box, settings: Any) -> None:
    file = calendar()
    mail = write(file)
    (settings.MEDIA_ROOT / file.file.name).chmod(0o600)
    (settings.MEDIA_ROOT / file.file.name).write_bytes(b"BEGIN:VCALENDAR of somebody else")
    deliver_mail(mail=mail.pk)
    assert mailoutbox == []
    assert reread(mail).error == "attachment"


def test_the_pilot_sees_and_downloads_what_goes_with_a_mail(client: Client, pilot: Membership) -> None:
    file = calendar()
    mail = write(file)
    client.force_login(pilot.user)
    page = client.get(reverse("documents:mail_detail", args=[mail.pk])).content.decode().replace("\u00a0", " ")
    url = reverse("documents:mail_attachment", args=[mail.pk, file.pk])
    assert f'<a href="{url}">enlevement.ics</a>' in page
    assert f"(calendrier, {len(CALENDAR)} octets)" in page
    response = client.get(url)
    assert b"".join(response) == CALENDAR
    assert response["Content-Type"] == "text/calendar"
    assert response["Content-Disposition"] == 'attachment; filename="enlevement.ics"'
    forget_file(file=file)
    assert "fichier effacé sur demande" in client.get(reverse("documents:mail_detail", args=[mail.pk])).content.decode()
    assert client.get(url).status_code == 404


def test_nobody_else_downloads_it_nor_through_another_mail(
    client: Client, pilot: Membership, technician: Membership
) -> None:
    file = calendar()
    mail, other = write(file), write()
    client.force_login(technician.user)
    assert client.get(reverse("documents:mail_attachment", args=[mail.pk, file.pk])).status_code == 404
    client.force_login(pilot.user)
    assert client.get(reverse("documents:mail_attachment", args=[other.pk, file.pk])).status_code == 404


def test_an_attachment_is_erased_with_the_last_mail_that_carries_it(db: None) -> None:
    file = calendar()
    write(file)
    write(file, to=[("autre@exemple.test", "")])
    forget_mails(addresses=["camille@exemple.test"])
    assert open_file(reread(file)).read() == CALENDAR
    forget_mails(addresses=["autre@exemple.test"])
    assert reread(file).is_forgotten
    assert not verify_file(reread(file))


def test_a_forgotten_person_leaves_the_outbox(db: None) -> None:
    user = make_user(first_name="Zoé", last_name="L’Exemple (née D.)", email="zoe@exemple.test")
    user.emailaddress_set.create(email="zoe.nouvelle@exemple.test")
    theirs = [write(to=[(address, "")]) for address in user.addresses()]
    naming = [
        write(to=[("autre@exemple.test", "")], body=body)
        for body in (
            "Contact : Zoé L’Exemple (née D.).",
            "Demander L’EXEMPLE (NÉE D.)  ZOÉ",
            "Écrire à zoe@exemple.test,",
        )
    ]
    others = [
        write(to=[("autre@exemple.test", "")], body=body)
        for body in ("Contact : Zoé Autre", "Azoé L’Exemple (née D.)", "Écrire à lazoe@exemple.testament")
    ]
    forget_person(user)
    assert all(reread(mail).forgotten_at for mail in (*theirs, *naming))
    assert not any(reread(mail).forgotten_at for mail in others)
    assert forget_person in registry.forgetters


def test_the_database_refuses_to_change_what_goes_with_a_mail(db: None) -> None:
    mail = write(calendar())
    for change in (lambda rows: rows.update(mail=write()), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(MailAttachment.objects.filter(mail=mail))
