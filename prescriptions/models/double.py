"""What people answered of two files that look alike."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from network.models import Membership
from prescriptions.models.household import Household


class DoubleAnswer(models.Model):
    """Someone looked at two files that look alike and said whether they are of one household. Append-only.

    The last answer on a pair counts. ``low`` and ``high`` are the two files in the order of their keys.
    """

    low = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="un dossier")
    high = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="l’autre")
    same = models.BooleanField("même foyer")
    score = models.PositiveSmallIntegerField("score", default=0)
    signs = ArrayField(models.CharField(max_length=20), verbose_name="ressemblances", default=list, blank=True)
    answered_at = models.DateTimeField("répondu le")
    answered_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "réponse sur un double possible"
        verbose_name_plural = "réponses sur les doubles possibles"
        ordering = ("-pk",)
        indexes = (models.Index(fields=("low", "high"), name="prescriptions_double_pair"),)
        constraints = (models.CheckConstraint(condition=Q(low__lt=F("high")), name="prescriptions_doubleanswer_order"),)

    def __str__(self) -> str:
        return "même foyer" if self.same else "pas le même foyer"
