"""What the adviser misses in a file, asked point by point, and what the worker answers to each."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lifecycle.actors import SYSTEM, Actor
from network.models import Membership
from prescriptions.enums import CompletionSaid
from prescriptions.models.prescription import InstructionQuerySet, Prescription
from prescriptions.nir import validate_no_nir
from prescriptions.permissions import works

OWN_WORDS = ""
"""The code of the point that the adviser wrote in words of his own."""


class CompletionRequest(models.Model):
    """What the adviser misses in a file: codes of the list, words. Append-only."""

    prescription = models.ForeignKey(
        Prescription, models.PROTECT, related_name="completion_requests", verbose_name="prescription"
    )
    codes = ArrayField(models.CharField(max_length=24), verbose_name="pièces", default=list, blank=True)
    labels = ArrayField(models.CharField(max_length=160), verbose_name="manque", default=list, blank=True)
    words = models.TextField("en clair", blank=True)
    asked_at = models.DateTimeField("demandé le")
    asked_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")

    objects = InstructionQuerySet["CompletionRequest"].as_manager()

    class Meta:
        verbose_name = "demande de complément"
        verbose_name_plural = "demandes de complément"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return ", ".join(self.labels) or self.words

    @property
    def points(self) -> dict[str, str]:
        """``{code: what is asked}``, in the order it was asked; the words of the adviser are the last point."""
        asked = dict(zip(self.codes, self.labels, strict=True))
        return asked | ({OWN_WORDS: self.words} if self.words else {})


class CompletionAnswerQuerySet(models.QuerySet["CompletionAnswer"]):
    """Reads of what workers answer."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the requests one may see; until the file is sent back, for its prescriber alone."""
        seen = self.filter(request__in=CompletionRequest.objects.visible_to(actor).values("pk"))
        if actor is SYSTEM or works(actor):
            return seen
        return seen.filter(answered_at__lte=F("request__prescription__submitted_at"))


class CompletionAnswer(models.Model):
    """What the worker answers to one point of a request: done, or why it cannot be. The last one counts. Append-only.

    ``code`` is that of the point, ``OWN_WORDS`` for what the adviser wrote in words of his own.
    """

    request = models.ForeignKey(CompletionRequest, models.PROTECT, related_name="answers", verbose_name="demande")
    code = models.CharField("point", max_length=24, blank=True)
    said = models.CharField("réponse", max_length=8, choices=CompletionSaid)
    words = models.TextField("en clair", blank=True, validators=[validate_no_nir])
    answered_at = models.DateTimeField("répondu le")
    answered_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    objects = CompletionAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "réponse à une demande de complément"
        verbose_name_plural = "réponses aux demandes de complément"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(said__in=CompletionSaid.values), name="prescriptions_completionanswer_said"
            ),
        )

    def __str__(self) -> str:
        return self.get_said_display()
