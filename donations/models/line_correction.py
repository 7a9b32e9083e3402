"""A line of an announced lot that its donor set right, until the lot is decided upon."""

from django.db import models
from django.db.models import Q

from conventions.models import MONEY
from donations.enums import LineCondition
from donations.models.donation import DonationLine
from network.models import Membership

CORRECTED = ("purchase_year", "condition", "model_name", "unit_value")
"""What may be corrected of a line: its type and its quantity are what was announced, and stay counted so."""


class LineCorrection(models.Model):
    """A line as it reads from then on, and what it said before (``was``). The newest is the line. Append-only."""

    line = models.ForeignKey(DonationLine, models.PROTECT, related_name="corrections", verbose_name="ligne")
    purchase_year = models.PositiveSmallIntegerField("année d’achat")
    condition = models.CharField("état", max_length=12, choices=LineCondition)
    model_name = models.CharField("marque et modèle", max_length=120, blank=True)
    unit_value = models.DecimalField("valeur unitaire (€)", **MONEY, null=True, blank=True)
    was = models.JSONField("ce qu’elle disait")
    corrected_at = models.DateTimeField("corrigée le")
    corrected_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "correction d’une ligne"
        verbose_name_plural = "corrections de lignes"
        ordering = ("line", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(condition__in=LineCondition.values, purchase_year__gte=1985)
                & (Q(unit_value=None) | Q(unit_value__gte=0)),
                name="donations_linecorrection_right",
            ),
        )

    def __str__(self) -> str:
        return f"{self.line} (corrigée)"
