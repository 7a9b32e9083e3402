"""The papers of a device: their values are frozen in ``documents``."""

from typing import Self

from django.db import models
from django.db.models import Q

from documents.models import Document
from lifecycle.actors import SYSTEM, Actor
from refurb.enums import NAMELESS, DevicePaperKind
from refurb.models.device import Device


class DevicePaperQuerySet(models.QuerySet["DevicePaper"]):
    """Reads of papers."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the devices one may see, as far as they name no household."""
        if actor is SYSTEM:
            return self.all()
        return self.filter(device__in=Device.objects.visible_to(actor).values("pk"), kind__in=NAMELESS)


class DevicePaper(models.Model):
    """A paper of a device, made in one of its stays. Append-only.

    The newest of its kind in a stay is the one that holds.
    """

    # Whether another one has taken its place; set by the page that lists it, never stored.
    is_replaced: bool

    device = models.ForeignKey(Device, models.PROTECT, related_name="papers", verbose_name="appareil")
    kind = models.CharField("nature", max_length=12, choices=DevicePaperKind)
    stay = models.PositiveSmallIntegerField("passage")
    document = models.OneToOneField(Document, models.PROTECT, related_name="device_paper", verbose_name="document")
    created_at = models.DateTimeField("établi le")

    objects = DevicePaperQuerySet.as_manager()

    class Meta:
        verbose_name = "papier d’un appareil"
        verbose_name_plural = "papiers des appareils"
        ordering = ("-pk",)
        indexes = (models.Index(fields=("device", "stay", "kind"), name="refurb_devicepaper_stay"),)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=DevicePaperKind.values), name="refurb_devicepaper_kind"),
        )

    def __str__(self) -> str:
        return self.get_kind_display()
