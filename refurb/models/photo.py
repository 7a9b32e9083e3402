"""Pictures of a device: resized, without anything that a camera writes beside them."""

from typing import Self

from django.db import models
from django.db.models import Q

from documents.models import StoredFile
from network.models import Membership
from refurb.models.device import Device


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Reads of pictures."""

    def not_removed(self) -> Self:
        """Those that were not taken away."""
        return self.filter(removed_at=None)


class Photo(models.Model):
    """One picture of a device. Its file is what Maillon drew, never what was sent; taken away, it is forgotten."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="photos", verbose_name="appareil")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", verbose_name="fichier")
    added_at = models.DateTimeField("ajoutée le")
    added_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="ajoutée par")
    removed_at = models.DateTimeField("supprimée le", null=True, blank=True)
    removed_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="supprimée par"
    )

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = "photo"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="refurb_photo_removed",
            ),
        )

    def __str__(self) -> str:
        return f"photo {self.pk}"
