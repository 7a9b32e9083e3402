"""What is to be recalled, and the page by which a household answers « toujours d’actualité ? »."""

import hashlib
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from lifecycle.actors import SYSTEM, Actor
from network.permissions import is_pilot
from prescriptions.enums import LinkAnswer, ReminderKind
from prescriptions.models.household import Household, OfHouseholdQuerySet
from prescriptions.models.prescription import OfPrescriptionQuerySet, Prescription
from prescriptions.permissions import works


class ReminderQuerySet(OfHouseholdQuerySet["Reminder"]):
    """Reads of reminders."""

    def planned(self) -> Self:
        """Those neither sent nor without object by now."""
        return self.filter(sent_at=None, cancelled_at=None)


class Reminder(models.Model):
    """One reminder to be sent on a day: about a prescription, or about the household's file itself.

    ``cancelled_at``: it has no object any more, sent or not: an answer came, or the file went on.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="reminders", verbose_name="foyer")
    prescription = models.ForeignKey(
        Prescription,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reminders",
        verbose_name="prescription",
    )
    kind = models.CharField("rappel", max_length=14, choices=ReminderKind)
    due_on = models.DateField("à envoyer le")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    cancelled_at = models.DateTimeField("sans objet depuis le", null=True, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = "rappel"
        verbose_name_plural = "rappels"
        ordering = ("due_on", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=ReminderKind.values), name="prescriptions_reminder_kind"),
            models.CheckConstraint(
                condition=Q(kind=ReminderKind.ANONYMISATION, prescription=None)
                | ~Q(kind=ReminderKind.ANONYMISATION) & Q(prescription__isnull=False),
                name="prescriptions_reminder_about",
            ),
            models.UniqueConstraint(
                fields=("household", "prescription", "kind", "due_on"),
                condition=Q(cancelled_at=None),
                nulls_distinct=False,
                name="prescriptions_reminder_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.due_on:%d/%m/%Y}"


def digest_of(token: str) -> str:
    """What is kept of the token of a link: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


class ConfirmationLinkQuerySet(OfPrescriptionQuerySet["ConfirmationLink"]):
    """Reads of links."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the prescriptions one may see, for the prescriber and the pilot."""
        if actor is SYSTEM:
            return self.all()
        return super().visible_to(actor) if works(actor) or is_pilot(actor) else self.none()

    def for_token(self, token: str) -> Self:
        """The link that this token opens, if any."""
        return self.filter(token_digest=digest_of(token)).exclude(token_digest="")

    def usable(self, at: datetime) -> Self:
        """Those that still open at ``at``: not answered, not replaced, not expired."""
        return self.filter(answered_at=None, withdrawn_at=None, expires_at__gt=at)


class ConfirmationLink(models.Model):
    """A link sent to a household so that it answers by its page, without an account. Only its digest is kept."""

    prescription = models.ForeignKey(Prescription, models.PROTECT, related_name="links", verbose_name="prescription")
    token_digest = models.CharField("empreinte du lien", max_length=64, blank=True, editable=False)
    sent_at = models.DateTimeField("envoyé le")
    expires_at = models.DateTimeField("expire le")
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    answer = models.CharField("réponse", max_length=14, choices=LinkAnswer, blank=True)
    withdrawn_at = models.DateTimeField("remplacé le", null=True, blank=True)

    objects = ConfirmationLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "lien envoyé à un foyer"
        verbose_name_plural = "liens envoyés aux foyers"
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("token_digest",), condition=~Q(token_digest=""), name="prescriptions_link_digest"
            ),
            models.UniqueConstraint(
                fields=("prescription",),
                condition=Q(answered_at=None, withdrawn_at=None),
                name="prescriptions_link_one_open",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("sent_at")), name="prescriptions_link_dates"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | Q(answered_at__isnull=False, answer__in=LinkAnswer.values),
                name="prescriptions_link_answer",
            ),
        )

    def __str__(self) -> str:
        return f"Lien du {self.sent_at:%d/%m/%Y}"
