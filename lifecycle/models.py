"""What the engine itself stores: comments that may be erased, closed months, seals, what was verified."""

from typing import Self

from django.db import models
from django.utils import timezone

JOURNALS = "journals"
"""The subject of a verification of every journal and of what they stand for."""
RESTORED = "restored"
"""The subject of what is noted when the database was put back from a backup: what it lost."""


class CommentQuerySet(models.QuerySet["Comment"]):
    def erase(self) -> int:
        """Erase texts and salts for good, and return how many rows; digests stay, so that the journals still verify."""
        return self.update(text="", salt="")


class Comment(models.Model):
    """A free comment, apart from the journal: erasing it leaves the chain whole."""

    digest = models.CharField("empreinte", max_length=64, unique=True)
    salt = models.CharField("sel", max_length=32, blank=True)
    text = models.TextField("commentaire", blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = "commentaire"

    def __str__(self) -> str:
        return self.digest[:12]


class ClosedPeriod(models.Model):
    """A period whose figures are frozen: no journal row may fall inside. Half-open [starts, ends). Append-only."""

    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin")
    closed_at = models.DateTimeField("close le")

    class Meta:
        verbose_name = "période close"
        verbose_name_plural = "périodes closes"
        constraints = (
            models.UniqueConstraint(fields=("starts_at", "ends_at"), name="lifecycle_closedperiod_once"),
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="lifecycle_closedperiod_order"
            ),
        )

    def __str__(self) -> str:
        return f"{timezone.localtime(self.starts_at):%Y-%m-%d} – {timezone.localtime(self.ends_at):%Y-%m-%d}"


class Seal(models.Model):
    """The nightly seal of one machine: the digest of all its heads, whose list is exported outside the database."""

    machine = models.CharField("machine", max_length=40)
    sealed_at = models.DateTimeField("scellé le")
    objects_count = models.PositiveIntegerField("objets")
    digest = models.CharField("empreinte", max_length=64)
    previous = models.CharField("empreinte précédente", max_length=64, blank=True)

    class Meta:
        verbose_name = "scellé"
        verbose_name_plural = "scellés"
        ordering = ("-sealed_at",)
        constraints = (models.UniqueConstraint(fields=("machine", "sealed_at"), name="lifecycle_seal_once"),)

    def __str__(self) -> str:
        return f"{self.machine} {timezone.localtime(self.sealed_at):%Y-%m-%d}"


class SentPage(models.Model):
    """A page that was sent and done, by its digest alone (``lifecycle.once``): the same, sent again, does nothing.

    ``answer``: the address the first led to, empty while it is not known. ``said``: what whoever sends it again reads.
    """

    digest = models.CharField("empreinte", max_length=64, unique=True)
    answer = models.TextField("mène à", blank=True)
    said = models.TextField("phrase", blank=True)
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "page envoyée"
        verbose_name_plural = "pages envoyées"

    def __str__(self) -> str:
        return self.digest[:12]


class VerificationQuerySet(models.QuerySet["Verification"]):
    """Reads of verifications."""

    def last_of_each(self) -> Self:
        """The last one that came to its end, of each subject; ``passed_at``: when the last one found no fault."""
        ended = self.exclude(finished_at=None)
        passed = ended.filter(subject=models.OuterRef("subject"), faults_count=0).order_by("-started_at")
        last = ended.order_by("subject", "-started_at").distinct("subject")
        return last.annotate(passed_at=models.Subquery(passed.values("finished_at")[:1]))


class Verification(models.Model):
    """One reading of what nobody may change: when, how many rows, what was found. Begun before anything is read."""

    subject = models.CharField("ce qui est relu", max_length=20)
    started_at = models.DateTimeField("commencée le")
    finished_at = models.DateTimeField("finie le", null=True)
    rows_count = models.PositiveBigIntegerField("lignes relues", default=0)
    faults_count = models.PositiveIntegerField("fautes", default=0)
    faults = models.JSONField("premières fautes", default=list)
    machines = models.JSONField("machines en faute", default=list)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        verbose_name = "vérification"
        ordering = ("-started_at",)
        indexes = (models.Index(fields=("subject", "-started_at"), name="lifecycle_verification_last"),)

    def __str__(self) -> str:
        return f"{self.subject} {timezone.localtime(self.started_at):%Y-%m-%d}"
