"""Thresholds of the law on gifts: rows with a date and a source."""

from datetime import date
from decimal import Decimal

from django.db import models

from network.models import Dated, DatedQuerySet, read_once


class LegalThresholdQuerySet(DatedQuerySet):
    """Reads of thresholds."""

    @read_once
    def value_of(self, code: str, day: date) -> Decimal | None:
        """The value in force on ``day``; None when nobody recorded one."""
        return self.on(day).filter(code=code).values_list("value", flat=True).first()


class LegalThreshold(Dated):
    """A number of the law or of doctrine, such as the highest unit value of a public gift (CG3P, art. D.
    3212-3).
    """

    code = models.SlugField("code", max_length=40)
    label = models.CharField("libellé", max_length=160)
    value = models.DecimalField("valeur", max_digits=10, decimal_places=2)
    unit = models.CharField("unité", max_length=12)

    objects = LegalThresholdQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "seuil légal"
        verbose_name_plural = "seuils légaux"
        ordering = ("code", "-valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("code", "valid_from"), name="refurb_legalthreshold_once"),
        )

    def __str__(self) -> str:
        return f"{self.label}\u00a0: {self.value} {self.unit}"
