"""What was decided of each line of a lot, and which workshop takes which share."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from donations.enums import Destination, LineRefusalCode
from donations.models.donation import Donation, DonationLine
from network.models import Membership, Organisation


class LineDecision(models.Model):
    """What was decided of a line: how many are accepted, for what; why the others are not. Append-only."""

    line = models.OneToOneField(DonationLine, models.PROTECT, related_name="decision", verbose_name="ligne")
    accepted = models.PositiveIntegerField("quantité acceptée")
    destination = models.CharField("destination", max_length=10, choices=Destination, default=Destination.REUSE)
    code = models.CharField("motif du refus", max_length=12, choices=LineRefusalCode, blank=True)
    decided_at = models.DateTimeField("décidé le")
    decided_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "décision sur une ligne"
        verbose_name_plural = "décisions sur les lignes"
        constraints = (
            models.CheckConstraint(
                condition=Q(accepted__gt=0) | ~Q(code=""),
                name="donations_linedecision_refusal_coded",
                violation_error_message="Dites pourquoi la ligne est refusée.",
            ),
            models.CheckConstraint(
                condition=Q(code="") | Q(code__in=LineRefusalCode.values), name="donations_linedecision_code"
            ),
            models.CheckConstraint(
                condition=Q(destination__in=Destination.values), name="donations_linedecision_destination"
            ),
        )

    def __str__(self) -> str:
        return f"{self.accepted} accepté(s)" if self.accepted else f"refusé\u00a0: {self.get_code_display()}"


class LineRedirection(models.Model):
    """What a decision had accepted for recycling is used again: one a line at most. Append-only."""

    line = models.OneToOneField(DonationLine, models.PROTECT, related_name="redirection", verbose_name="ligne")
    redirected_at = models.DateTimeField("rendue au réemploi le")
    redirected_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "ligne rendue au réemploi"
        verbose_name_plural = "lignes rendues au réemploi"

    def __str__(self) -> str:
        return f"{self.line}, {Destination.REUSE.label.lower()}"


def for_reuse() -> Q:
    """The lines of which what was accepted is to be used again."""
    return Q(decision__destination=Destination.REUSE) | Q(redirection__isnull=False)


def for_recycling() -> Q:
    """The lines of which something was accepted, and nobody uses it again."""
    return Q(decision__destination=Destination.RECYCLING, decision__accepted__gt=0, redirection=None)


class AllocationQuerySet(models.QuerySet["Allocation"]):
    """Reads of shares."""

    def current(self) -> Self:
        """The shares of the last round: who takes what today."""
        return self.filter(round=F("donation__allocation_round"))


class Allocation(models.Model):
    """The share of a line that goes to a workshop. A new round replaces the one before: append-only."""

    donation = models.ForeignKey(Donation, models.PROTECT, related_name="allocations", verbose_name="donation")
    line = models.ForeignKey(DonationLine, models.PROTECT, related_name="allocations", verbose_name="ligne")
    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="atelier")
    quantity = models.PositiveIntegerField("quantité")
    round = models.PositiveSmallIntegerField("répartition n°")

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = "part d’un atelier"
        verbose_name_plural = "parts des ateliers"
        ordering = ("line", "workshop")
        indexes = (models.Index(fields=("workshop", "donation"), name="donations_allocation_workshop"),)
        constraints = (
            models.UniqueConstraint(fields=("line", "workshop", "round"), name="donations_allocation_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, round__gt=0), name="donations_allocation_quantity"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} pour {self.workshop}"
