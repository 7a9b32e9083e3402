"""What a household was written: each SMS, mail and letter, with the text it was made from."""

from typing import Self

from django.db import models
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Coalesce

from documents.enums import MessageChannel, MessageCode, MessageLanguage, SendState
from documents.models import Document, Mail, MessageText, Sms, why_stopped
from lifecycle.actors import SYSTEM, Actor
from network.models import Membership
from network.permissions import is_pilot
from prescriptions.models.household import Household, OfHouseholdQuerySet
from prescriptions.permissions import works

PRINTED = "printed"
"""What became of a letter: somebody posts it."""
FATES = [*SendState.choices, (PRINTED, "Imprimée, à poster")]


class HouseholdMessageQuerySet(OfHouseholdQuerySet["HouseholdMessage"]):
    """Reads of what households were written."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the households one follows, and all for the pilot, who reads no name there."""
        if actor is SYSTEM:
            return self.all()
        return super().visible_to(actor) if works(actor) or is_pilot(actor) else self.none()

    def with_fate(self) -> Self:
        """With what became of each: how far it has gone, when it left, what stopped it."""
        letter = When(channel=MessageChannel.LETTER, then=Value(PRINTED))
        fate = Case(letter, default=Coalesce("mail__delivery", "sms__delivery"), output_field=CharField())
        return self.annotate(
            fate=fate,
            left_at=Coalesce("mail__sent_at", "sms__sent_at"),
            leaves_at=F("sms__leaves_at"),
            error=Coalesce("mail__error", "sms__error", Value("")),
        )


class HouseholdMessage(models.Model):
    """One message to a household: about what, by which channel, in which language, until it is forgotten. Append-only.

    Its words are in the mail, the SMS or the paper, which forget them; here is none.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="messages", verbose_name="foyer")
    code = models.CharField("à propos de", max_length=24, choices=MessageCode)
    channel = models.CharField("par", max_length=8, choices=MessageChannel)
    language = models.CharField("langue", max_length=2, choices=MessageLanguage)
    text = models.ForeignKey(
        MessageText, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="d’après le texte"
    )
    written_at = models.DateTimeField("écrit le")
    written_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="écrit par"
    )
    mail = models.OneToOneField(Mail, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="courriel")
    sms = models.OneToOneField(Sms, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="SMS")
    letter = models.OneToOneField(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lettre"
    )

    objects = HouseholdMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message à un foyer"
        verbose_name_plural = "messages aux foyers"
        ordering = ("-written_at", "-pk")
        indexes = (models.Index(fields=("-written_at", "-id"), name="prescriptions_message_newest"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(channel=MessageChannel.EMAIL, mail__isnull=False, sms=None, letter=None)
                | Q(channel=MessageChannel.SMS, mail=None, sms__isnull=False, letter=None)
                | Q(channel=MessageChannel.LETTER, mail=None, sms=None, letter__isnull=False),
                name="prescriptions_message_carried",
            ),
            models.CheckConstraint(
                condition=Q(code__in=MessageCode.values, language__in=[*MessageLanguage.values, ""]),
                name="prescriptions_message_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_code_display()}, {self.get_channel_display()}"

    @property
    def stopped(self) -> str:
        """Why it did not leave, in words; empty when nothing stopped it (``with_fate``)."""
        error: str = getattr(self, "error", "")
        return why_stopped(error) if error and getattr(self, "fate", "") == SendState.FAILED else ""
