"""The outbox: mails, what goes with them, SMS."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from documents.enums import (
    ATTACHMENT,
    CALLED_OFF,
    FORGOTTEN,
    INTERRUPTED,
    MOVED,
    OVERTAKEN,
    REPLACED,
    STOPPED,
    TO_THE_ADDRESSEE_ALONE,
    WITHHELD,
    MailPurpose,
    SendState,
)
from documents.models.papers import StoredFile
from documents.permissions import can_read_outbox
from lifecycle.actors import Actor

FAILURES = {
    INTERRUPTED: "L’envoi a été interrompu\u00a0: on ne sait pas si le courriel est parti.",
    FORGOTTEN: "Le courriel a été effacé avant de partir.",
    ATTACHMENT: "Une pièce jointe a été effacée, ou n’est plus celle qui a été déposée.",
    WITHHELD: "Le courriel a été retenu\u00a0: le foyer ne veut plus rien recevoir, ou n’est plus suivi.",
    MOVED: "Le courriel a été retenu\u00a0: le foyer a changé d’adresse de courriel, ou de moyen.",
    REPLACED: "Le courriel a été annulé avant de partir\u00a0: ce qu’il disait n’est plus vrai.",
    OVERTAKEN: "Le courriel a été annulé avant de partir\u00a0: autre chose a suivi, il n’était plus à dire.",
}
UNKNOWN_FAILURE = "Le serveur de messagerie l’a refusé ou n’a pas répondu."

A_HOUSEHOLD = "le foyer, dont l’adresse n’est pas montrée"
"""What is told of the address of a mail to a household."""


def why_stopped(error: str) -> str:
    """Why a message did not leave, in words; the codes of servers and services say nothing to a worker."""
    return STOPPED.get(error, "refusé, ou resté sans réponse")


def may_have_left(row: "Mail | Sms") -> bool:
    """Whether its addressee may have read it: it left, it leaves, or its sending was cut short; kept here, it counts
    as read."""
    return row.delivery not in (SendState.QUEUED, SendState.FAILED) or row.error == INTERRUPTED


class MailQuerySet(models.QuerySet["Mail"]):
    """Reads of the outbox."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The pilot and the system see every mail, nobody else any."""
        allowed = can_read_outbox(actor)
        return self.none() if allowed is None else self.filter(allowed)

    def about(self, machine: str, pk: int) -> Self:
        """The mails written about one object."""
        return self.filter(about_machine=machine, about_pk=pk)


class Mail(models.Model):
    """One mail: to whom, about what, how far it has gone. Its row is written with the change it tells of."""

    purpose = models.CharField("objet", max_length=10, choices=MailPurpose, default=MailPurpose.MESSAGE)
    to = ArrayField(models.CharField(max_length=320), verbose_name="destinataires")
    to_names = ArrayField(models.CharField(max_length=120, blank=True), verbose_name="noms des destinataires")
    subject = models.CharField("sujet", max_length=250, blank=True)
    body = models.TextField("texte", blank=True)
    about_machine = models.CharField("à propos de", max_length=40, blank=True)
    about_pk = models.BigIntegerField("clé de l’objet", null=True)
    message_id = models.CharField("identifiant du message", max_length=120, unique=True)
    created_at = models.DateTimeField("écrit le")
    delivery = models.CharField("acheminement", max_length=10, choices=SendState, default=SendState.QUEUED)
    sent_at = models.DateTimeField("envoyé le", null=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    error = models.CharField("code d’erreur", max_length=80, blank=True)
    forgotten_at = models.DateTimeField("effacé le", null=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=("about_machine", "about_pk"), name="documents_mail_about"),
            models.Index(fields=("-created_at", "-id"), name="documents_mail_newest"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(delivery=SendState.SENT, sent_at__isnull=False)
                | ~Q(delivery=SendState.SENT) & Q(sent_at=None),
                name="documents_mail_sent",
            ),
            models.CheckConstraint(
                condition=Q(delivery=SendState.FAILED) & ~Q(error="") | ~Q(delivery=SendState.FAILED),
                name="documents_mail_failed",
            ),
            models.CheckConstraint(
                condition=Q(to__len=F("to_names__len"))
                & (Q(forgotten_at=None, to__len__gt=0) | Q(forgotten_at__isnull=False, to__len=0, body="")),
                name="documents_mail_forgotten",
            ),
        )

    def __str__(self) -> str:
        return self.subject or f"courriel effacé {self.pk}"

    @property
    def recipients(self) -> list[tuple[str, str]]:
        """Each address with its name, empty when it has none; of a household, none of it is told."""
        if self.purpose == MailPurpose.HOUSEHOLD:
            return [(A_HOUSEHOLD, "")] if self.to else []
        return list(zip(self.to, self.to_names, strict=True))

    @property
    def body_is_private(self) -> bool:
        """Whether the text holds a link that opens an account, so that nobody but its addressee may read it.

        A demonstration sends nothing: there the pilot reads it in place of the addressee.
        """
        return self.purpose in TO_THE_ADDRESSEE_ALONE and not settings.DEMO

    @property
    def may_leave_again(self) -> bool:
        """Whether it did not leave, and was not called off on purpose."""
        return self.delivery == SendState.FAILED and self.forgotten_at is None and self.error not in CALLED_OFF

    @property
    def failure(self) -> str:
        """Why the mail did not leave, in a sentence, with the code for whoever looks into it."""
        return f"{FAILURES.get(self.error, UNKNOWN_FAILURE)} ({self.error})"


class MailAttachment(models.Model):
    """A file that goes with a mail, under the name it was deposited by. Append-only."""

    mail = models.ForeignKey(Mail, models.PROTECT, related_name="attachments", verbose_name="courriel")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="attachments", verbose_name="fichier")

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("mail", "file"), name="documents_mailattachment_once"),)

    def __str__(self) -> str:
        return str(self.file)


class SmsQuerySet(models.QuerySet["Sms"]):
    """Reads of the SMS of the outbox."""

    def visible_to(self, actor: Actor | None) -> Self:
        """As mails: the pilot and the system."""
        allowed = can_read_outbox(actor)
        return self.none() if allowed is None else self.filter(allowed)


class Sms(models.Model):
    """One SMS to a household: about what, how far it has gone. Not before ``leaves_at``: nobody is woken.

    Its text goes once it has left; its number and its text, with the household.
    """

    number = models.CharField("numéro", max_length=16, blank=True)
    text = models.TextField("texte", blank=True)
    about_machine = models.CharField("à propos de", max_length=40)
    about_pk = models.BigIntegerField("clé de l’objet")
    created_at = models.DateTimeField("écrit le")
    leaves_at = models.DateTimeField("part à partir du")
    delivery = models.CharField("acheminement", max_length=10, choices=SendState, default=SendState.QUEUED)
    sent_at = models.DateTimeField("envoyé le", null=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    error = models.CharField("code d’erreur", max_length=80, blank=True)
    forgotten_at = models.DateTimeField("effacé le", null=True)

    objects = SmsQuerySet.as_manager()

    class Meta:
        verbose_name = "SMS"
        verbose_name_plural = "SMS"
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=("about_machine", "about_pk"), name="documents_sms_about"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(forgotten_at=None, number__regex=r"^\+33[67][0-9]{8}$")
                | Q(forgotten_at__isnull=False, number="", text=""),
                name="documents_sms_number",
            ),
            models.CheckConstraint(
                condition=Q(delivery=SendState.SENT, sent_at__isnull=False)
                | ~Q(delivery=SendState.SENT) & Q(sent_at=None),
                name="documents_sms_sent",
            ),
            models.CheckConstraint(condition=~Q(delivery=SendState.FAILED) | ~Q(error=""), name="documents_sms_failed"),
            models.CheckConstraint(condition=Q(leaves_at__gte=F("created_at")), name="documents_sms_hours"),
        )

    def __str__(self) -> str:
        return f"SMS du {self.created_at:%d/%m/%Y}"
