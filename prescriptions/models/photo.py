"""The photo of a paper that a household sends when one is missing: looked at, then deleted; never kept as a proof."""

from typing import Self

from django.db import models
from django.db.models import Q

from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.models import Membership
from prescriptions.enums import PhotoFault, PhotoState
from prescriptions.models.prescription import Prescription
from prescriptions.permissions import sees_photos

S = PhotoState


class ProofPhotoQuerySet(models.QuerySet["ProofPhoto"]):
    """Reads of photos."""

    def visible_to(self, actor: Actor | None) -> Self:
        """For the prescriber that follows the request, and the household by its page: nobody else."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_photos(actor)
        return self.none() if scope is None else self.filter(scope)

    def waiting(self) -> Self:
        """Those that nobody has looked at."""
        return self.filter(state=PhotoState.WAITING)


class ProofPhoto(Stateful):
    """That a household sent a photo of a paper, and what was answered. The picture is apart, while it waits only."""

    state = StateField("état", choices=PhotoState, default=PhotoState.WAITING, protected=True)
    prescription = models.ForeignKey(Prescription, models.PROTECT, related_name="photos", verbose_name="prescription")
    sent_at = models.DateTimeField("envoyée le", null=True, editable=False)
    settled_at = models.DateTimeField("effacée le", null=True, editable=False)
    settled_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="regardée par"
    )
    fault = models.CharField("à refaire car", max_length=10, choices=PhotoFault, blank=True, editable=False)

    objects = ProofPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "photo d’un papier"
        verbose_name_plural = "photos de papiers"
        ordering = ("pk",)
        indexes = (models.Index(fields=("state", "sent_at"), name="prescriptions_photo_waiting"),)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=PhotoState.values), name="prescriptions_photo_state_known"),
            models.CheckConstraint(
                condition=Q(state=S.WAITING, settled_at=None) | ~Q(state=S.WAITING) & Q(settled_at__isnull=False),
                name="prescriptions_photo_settled",
            ),
            models.CheckConstraint(
                condition=Q(state=S.REDO, fault__in=PhotoFault.values) | ~Q(state=S.REDO) & Q(fault=""),
                name="prescriptions_photo_fault",
            ),
        )


class ProofPhotoEntry(Entry):
    """The journal of photos."""

    object = models.ForeignKey(ProofPhoto, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des photos de papiers"
        verbose_name_plural = "journal des photos de papiers"
        indexes = (models.Index(fields=("at", "object"), name="prescriptions_photoentry_at"),)


class WaitingPicture(models.Model):
    """The picture itself, as it was drawn again: in the database and on no disk, so that it goes with the answer."""

    photo = models.OneToOneField(ProofPhoto, models.PROTECT, related_name="picture", verbose_name="photo")
    content = models.BinaryField("image")

    class Meta:
        verbose_name = "image en attente"
        verbose_name_plural = "images en attente"

    def __str__(self) -> str:
        return f"image {self.pk}"
