"""What households answer to an SMS: one row for each message of the service, its words until somebody reads them."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from documents.enums import AnswerOutcome, AnswerWhy, SmsMeaning
from documents.models.outbox import Sms

LONGEST_ANSWER = 1000
TO_BE_READ = (AnswerOutcome.TO_READ, AnswerOutcome.CANCELLED)
"""What somebody is told of: an hour that is free again, words."""


class SmsAnswerQuerySet(models.QuerySet["SmsAnswer"]):
    """Reads of what came back."""

    def about(self, machine: str) -> Self:
        """Those that answer an SMS about a thing of one machine."""
        return self.filter(sms__about_machine=machine)

    def to_read(self) -> Self:
        """Those that nobody has read yet, of which somebody is told."""
        return self.filter(outcome__in=TO_BE_READ, read_at=None)


class SmsAnswer(models.Model):
    """One SMS that came back: what it means, what came of it. No number; its words only while they are to be read.

    ``provider_id``: how the service of SMS names it, once: the same answer twice changes nothing.
    """

    provider_id = models.CharField("identifiant du service", max_length=80, unique=True)
    sms = models.ForeignKey(
        Sms, models.PROTECT, null=True, blank=True, related_name="answers", verbose_name="en réponse à"
    )
    received_at = models.DateTimeField("reçu le")
    meaning = models.CharField("sens", max_length=8, choices=SmsMeaning)
    outcome = models.CharField("suite", max_length=10, choices=AnswerOutcome, default=AnswerOutcome.NOTHING)
    why = models.CharField("à lire parce que", max_length=8, choices=AnswerWhy, blank=True)
    text = models.CharField("texte", max_length=LONGEST_ANSWER, blank=True)
    read_at = models.DateTimeField("lu le", null=True, blank=True)
    read_by = models.ForeignKey(
        settings.LIFECYCLE_ACTOR_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lu par"
    )

    objects = SmsAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "réponse à un SMS"
        verbose_name_plural = "réponses aux SMS"
        ordering = ("-received_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(meaning__in=SmsMeaning.values, outcome__in=AnswerOutcome.values),
                name="documents_smsanswer_known",
            ),
            models.CheckConstraint(
                condition=Q(text="") | Q(outcome=AnswerOutcome.TO_READ, read_at=None, sms__isnull=False),
                name="documents_smsanswer_words",
            ),
            models.CheckConstraint(
                condition=Q(outcome=AnswerOutcome.TO_READ) & ~Q(why="") | ~Q(outcome=AnswerOutcome.TO_READ) & Q(why=""),
                name="documents_smsanswer_why",
            ),
            models.CheckConstraint(
                condition=Q(read_at=None, read_by=None) | Q(read_at__isnull=False), name="documents_smsanswer_read"
            ),
        )

    def __str__(self) -> str:
        return str(self.get_meaning_display())
