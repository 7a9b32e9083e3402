"""Pick-ups: when a workshop comes, what it counted, how the donor's side signed."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from documents.models import StoredFile
from donations.enums import SlipProof
from donations.models.donation import Donation, DonationLine
from lifecycle.actors import Actor
from network.enums import OrganisationKind
from network.models import Membership, Organisation
from typography.french import full_day, hour


class PickUpQuerySet(models.QuerySet["PickUp"]):
    """Reads of pick-ups."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the donations one may see; a workshop sees its own."""
        seen = self.filter(donation__in=Donation.objects.visible_to(actor).values("pk"))
        if actor is not None and actor.kind == OrganisationKind.RECONDITIONER:
            return seen.filter(workshop=actor.organisation_id)
        return seen

    def planned(self) -> Self:
        """Those still to be done."""
        return self.filter(done_at=None, cancelled_at=None)

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)


class PickUp(models.Model):
    """One workshop's passage at the donor's. Its plan changes until it is done; then only names may be
    erased.
    """

    donation = models.ForeignKey(Donation, models.PROTECT, related_name="pick_ups", verbose_name="donation")
    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="pick_ups", verbose_name="atelier")
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin")
    carrier = models.CharField("transporteur", max_length=120)
    contact_name = models.CharField("contact sur place", max_length=120, blank=True)
    contact_phone = models.CharField("téléphone du contact", max_length=20, blank=True)
    instructions = models.TextField("consignes", blank=True)
    revision = models.PositiveSmallIntegerField("révision", default=0)
    planned_at = models.DateTimeField("planifié le")
    planned_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)

    done_on = models.DateField("enlevé le", null=True, blank=True)
    done_at = models.DateTimeField("inscrit le", null=True, blank=True)
    done_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="inscrit par"
    )
    peripherals = models.PositiveIntegerField("périphériques", default=0)
    proof = models.CharField("signature du bordereau", max_length=10, choices=SlipProof, blank=True)
    signer_name = models.CharField("signataire", max_length=120, blank=True)
    signature = models.ForeignKey(
        StoredFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="signature ou bordereau",
    )
    signed_at = models.DateTimeField("signature inscrite le", null=True, blank=True)
    signed_by = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="signature inscrite par",
    )

    objects = PickUpQuerySet.as_manager()

    class Meta:
        verbose_name = "enlèvement"
        ordering = ("starts_at", "pk")
        indexes = (models.Index(fields=("workshop", "starts_at"), name="donations_pickup_workshop"),)
        constraints = (
            models.UniqueConstraint(
                fields=("donation", "workshop"), condition=Q(cancelled_at=None), name="donations_pickup_one_live"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="donations_pickup_slot",
                violation_error_message="La fin du créneau suit son début.",
            ),
            models.CheckConstraint(condition=~Q(carrier=""), name="donations_pickup_carrier"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_on=None) | Q(done_at__isnull=False, done_on__isnull=False),
                name="donations_pickup_done",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(done_at=None), name="donations_pickup_done_or_cancelled"
            ),
            models.CheckConstraint(
                condition=Q(proof="", signature=None, signed_at=None)
                | Q(done_at__isnull=False, signed_at__isnull=False)
                & (
                    Q(proof=SlipProof.ATTESTED, signature=None)
                    | Q(proof__in=(SlipProof.DRAWN, SlipProof.SCANNED), signature__isnull=False)
                ),
                name="donations_pickup_proof",
                violation_error_message="Une signature tracée ou un bordereau numérisé porte son fichier.",
            ),
        )

    def __str__(self) -> str:
        return f"Enlèvement {self.donation} par {self.workshop}"

    @property
    def uid(self) -> str:
        """The stable name of this pick-up in calendars."""
        return f"enlevement-{self.pk}-{self.donation.reference}@maillon"

    @property
    def slot(self) -> str:
        """When it takes place, in words, in local time: « mardi 1er décembre 2026, de 9 h 00 à 11 h 30 »."""
        start, end = timezone.localtime(self.starts_at), timezone.localtime(self.ends_at)
        until = hour(end) if end.date() == start.date() else f"{full_day(end)}, {hour(end)}"
        return f"{full_day(start)}, de {hour(start)} à {until}"


class PickUpCount(models.Model):
    """How many machines of a line a workshop took away, more than accepted included. Append-only."""

    pick_up = models.ForeignKey(PickUp, models.PROTECT, related_name="counts", verbose_name="enlèvement")
    line = models.ForeignKey(DonationLine, models.PROTECT, related_name="counts", verbose_name="ligne")
    quantity = models.PositiveIntegerField("quantité")

    class Meta:
        verbose_name = "comptage d’un enlèvement"
        verbose_name_plural = "comptages des enlèvements"
        ordering = ("line",)
        constraints = (models.UniqueConstraint(fields=("pick_up", "line"), name="donations_pickupcount_once"),)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line}"
