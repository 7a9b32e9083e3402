"""Rows that are true for a time: ceilings, scales, texts, offers. Numbers with a date are rows, never constants."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q


class DatedQuerySet(models.QuerySet["Dated"]):
    """Reads of rows that are true for a time."""

    def on(self, day: date) -> Self:
        """The rows in force on ``day``, the newest first; the last day of validity is included."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day).order_by("-valid_from", "-pk")


class Dated(models.Model):
    """What every dated row says of itself: since when, until when, who says so, and who looked last."""

    valid_from = models.DateField("valable du")
    valid_to = models.DateField(
        "au", null=True, blank=True, help_text="Dernier jour inclus ; vide si toujours en vigueur."
    )
    source = models.CharField("source", max_length=250)
    checked_on = models.DateField("vérifié le")

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="%(app_label)s_%(class)s_dates"
            ),
        )
