"""Two files of one household made one: what went from the file that was left to the one that is kept."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from network.models import Membership
from prescriptions.models.household import Household, OfHouseholdQuerySet


class JoiningQuerySet(OfHouseholdQuerySet["Joining"]):
    """Reads of joinings."""

    def standing(self) -> "JoiningQuerySet":
        """Those that were not undone."""
        return self.filter(undone_at=None)


class Joining(models.Model):
    """One act of joining. ``household`` is the file kept; ``left`` leads to it.

    ``prescriptions``: the keys of what went; ``taken``: the columns that the file kept took from the other one;
    ``before``: what they said, so that it can be undone. The words of ``before`` go with the household's name.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="joinings", verbose_name="dossier gardé")
    left = models.ForeignKey(Household, models.PROTECT, related_name="left_by", verbose_name="dossier réuni")
    prescriptions = ArrayField(models.BigIntegerField(), verbose_name="demandes passées", default=list, blank=True)
    taken = ArrayField(models.CharField(max_length=20), verbose_name="ce qui est repris", default=list, blank=True)
    before = models.JSONField("ce que disait le dossier gardé", default=dict, blank=True)
    joined_at = models.DateTimeField("réuni le")
    joined_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")
    undone_at = models.DateTimeField("séparé le", null=True)
    undone_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="séparé par")

    objects = JoiningQuerySet.as_manager()

    class Meta:
        verbose_name = "réunion de deux dossiers"
        verbose_name_plural = "réunions de dossiers"
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=("left",), condition=Q(undone_at=None), name="prescriptions_joining_once"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="prescriptions_joining_undone",
            ),
        )

    def __str__(self) -> str:
        return f"{self.left.reference} réuni à {self.household.reference}"
