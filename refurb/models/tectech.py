"""What tec.tech says of devices, by the files that a workshop brought from there: its own numbers, and facts."""

from typing import Self

from django.db import models

from imports.models import Import
from lifecycle.actors import SYSTEM, Actor
from refurb.models.device import Device


class TecTechRowQuerySet(models.QuerySet["TecTechRow"]):
    """Reads of what tec.tech said."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the devices one may see."""
        if actor is SYSTEM:
            return self.all()
        return self.filter(device__in=Device.objects.visible_to(actor).values("pk"))


class TecTechRow(models.Model):
    """One line of a file of tec.tech about one device, as it was taken. The latest of a device is the one that holds.

    ``number``, ``lot``, ``stock`` and ``group`` are those of tec.tech: they go back to it as they came; ``rest`` too,
    by column, where Maillon says nothing of it. Its comment, a free text, is neither read nor kept.
    """

    device = models.ForeignKey(Device, models.PROTECT, related_name="tectech", verbose_name="appareil")
    source = models.ForeignKey(Import, models.PROTECT, related_name="+", verbose_name="import")
    number = models.CharField("id", max_length=40, blank=True)
    lot = models.CharField("idLot", max_length=40, blank=True)
    stock = models.CharField("idStock", max_length=40, blank=True)
    group = models.CharField("idGroupe", max_length=40, blank=True)
    facts = models.JSONField("ce qu’elle dit", default=dict)
    rest = models.JSONField("ce que Maillon ne tient pas", default=dict)

    objects = TecTechRowQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne de tec.tech"
        verbose_name_plural = "lignes de tec.tech"
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=("source", "device"), name="refurb_tectechrow_once"),)

    def __str__(self) -> str:
        return self.number or str(self.device)
