"""What a household was promised to be told, by whom it is told, and by when."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from documents.enums import SendState
from documents.models import Mail, Sms, why_stopped
from lifecycle.actors import SYSTEM, Actor
from network.models import Membership
from network.permissions import is_pilot
from prescriptions.enums import ContactAbout, ContactChannel, ContactOutcome
from prescriptions.models.prescription import OfPrescriptionQuerySet, Prescription
from prescriptions.permissions import works


class PromisedContactQuerySet(OfPrescriptionQuerySet["PromisedContact"]):
    """Reads of what households are to be told."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the prescriptions one may see, for the prescriber, who tells them, and the pilot."""
        if actor is SYSTEM:
            return self.all()
        return super().visible_to(actor) if works(actor) or is_pilot(actor) else self.none()

    def to_keep(self) -> Self:
        """Those that somebody still has to keep: what could not leave told nobody anything."""
        unsent = Q(mail__delivery=SendState.FAILED) | Q(sms__delivery=SendState.FAILED)
        return self.filter(Q(settled_at=None) | Q(outcome=ContactOutcome.SENT) & unsent)

    def unsure(self) -> Self:
        """Those to keep, and those whose message is on its way: should it fail later, it would be to keep again."""
        under_way = (SendState.QUEUED, SendState.SENDING, SendState.FAILED)
        sent = Q(outcome=ContactOutcome.SENT) & (Q(mail__delivery__in=under_way) | Q(sms__delivery__in=under_way))
        return self.filter(Q(settled_at=None) | sent)


class PromisedContact(models.Model):
    """The household's sheet says that it will be told: how, by which day, and what came of it.

    ``tells_transfer``: the request was transferred while it waited, and whoever follows it now says so with it.

    One at most is to be kept for a prescription: what comes next overtakes it. ``tried_at``: the last time that nobody
    answered. A mail or an SMS is written at once, and is to be kept by somebody again if it cannot leave; a call, a
    letter, a word are kept by somebody of the prescriber.
    """

    prescription = models.ForeignKey(
        Prescription, models.PROTECT, related_name="promised_contacts", verbose_name="prescription"
    )
    about = models.CharField("ce qui est à dire", max_length=8, choices=ContactAbout)
    channel = models.CharField("comment", max_length=8, choices=ContactChannel)
    promised_at = models.DateTimeField("promis le")
    due_on = models.DateField("à faire avant le")
    tries = models.PositiveSmallIntegerField("essais sans réponse", default=0)
    tried_at = models.DateTimeField("dernier essai le", null=True, blank=True)
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)
    settled_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par"
    )
    mail = models.ForeignKey(
        Mail, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="courriel envoyé"
    )
    sms = models.ForeignKey(Sms, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="SMS envoyé")
    tells_transfer = models.BooleanField("dit aussi qu’un autre travailleur social suit la demande", default=False)
    outcome = models.CharField("suite", max_length=9, choices=ContactOutcome, blank=True)

    objects = PromisedContactQuerySet.as_manager()

    class Meta:
        verbose_name = "foyer à prévenir"
        verbose_name_plural = "foyers à prévenir"
        ordering = ("due_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("prescription",), condition=Q(settled_at=None), name="prescriptions_contact_one_to_keep"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="", settled_by=None)
                | Q(settled_at__isnull=False, outcome=ContactOutcome.TOLD, settled_by__isnull=False)
                | Q(
                    settled_at__isnull=False,
                    outcome__in=[ContactOutcome.SENT, ContactOutcome.OVERTAKEN],
                    settled_by=None,
                ),
                name="prescriptions_contact_outcome",
            ),
            models.CheckConstraint(condition=Q(about__in=ContactAbout.values), name="prescriptions_contact_about"),
            models.CheckConstraint(
                condition=Q(channel__in=ContactChannel.values), name="prescriptions_contact_channel"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) | Q(settled_at__gte=F("promised_at")), name="prescriptions_contact_dates"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_about_display()} – {self.due_on:%d/%m/%Y}"

    @property
    def told_about(self) -> str:
        """What is to be said, in words."""
        about = self.get_about_display()
        if not self.tells_transfer:
            return about
        return f"{about}. {ContactAbout.TRANSFER.label}"

    @property
    def could_not_leave(self) -> bool:
        """Of one that is to be kept: its message was given up, the household is to be told otherwise."""
        return self.outcome == ContactOutcome.SENT

    @property
    def why(self) -> str:
        """« le SMS n’est pas parti (plus aucun service d’envoi) »; empty for one that nothing was sent for."""
        return why_unsent(self.mail, self.sms) if self.could_not_leave else ""


def why_unsent(mail: Mail | None, sms: Sms | None) -> str:
    """Of a message that did not leave: by which way, and why."""
    failed = mail or sms
    if failed is None:
        return ""
    return f"le {'courriel' if mail else 'SMS'} n’est pas parti ({why_stopped(failed.error)})"
