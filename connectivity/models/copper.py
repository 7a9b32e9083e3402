"""The end of the copper network, commune by commune: announced dates, which may slip."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from connectivity.eligibility import Copper
from connectivity.enums import Reliability
from imports.models import Import
from lifecycle.actors import Actor
from network.models import Commune
from reference.dated import Dated, DatedQuerySet


class CopperClosureQuerySet(DatedQuerySet["CopperClosure"]):
    """Reads of closures."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All of them: the calendar of the closure is public."""
        return self.all()

    def of(self, commune: int | None, day: date) -> "CopperClosure | None":
        """What is announced for a commune, as one knew it on ``day``."""
        row: CopperClosure | None = self.on(day).filter(commune=commune).first()
        return row


class CopperClosure(Dated):
    """When copper closes in a commune: no more sale from ``commercial_on``, no more line from ``technical_on``."""

    commune = models.ForeignKey(Commune, models.PROTECT, related_name="copper_closures", verbose_name="commune")
    lot = models.PositiveSmallIntegerField("lot")
    commercial_on = models.DateField("fermeture commerciale")
    technical_on = models.DateField("fermeture technique")
    reliability = models.CharField("fiabilité", max_length=8, choices=Reliability)

    objects = CopperClosureQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "fermeture du cuivre"
        verbose_name_plural = "fermetures du cuivre"
        ordering = ("technical_on", "commune")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("commune", "valid_from"), name="connectivity_copperclosure_once"),
            models.CheckConstraint(
                condition=Q(commercial_on__lte=F("technical_on")), name="connectivity_copperclosure_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.commune}\u00a0: {self.technical_on:%d/%m/%Y}"

    @property
    def copper(self) -> Copper:
        """The dates as the rules of eligibility take them."""
        return Copper(self.commercial_on, self.technical_on)


class ImportedClosure(models.Model):
    """One line of a file of closures, as it was read: nobody reads it before the import is whole."""

    import_of = models.ForeignKey(Import, models.PROTECT, related_name="+", verbose_name="import")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    lot = models.PositiveSmallIntegerField("lot")
    commercial_on = models.DateField("fermeture commerciale")
    technical_on = models.DateField("fermeture technique")
    said_by = models.CharField("source", max_length=250)

    class Meta:
        verbose_name = "fermeture importée"
        verbose_name_plural = "fermetures importées"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("import_of", "commune"), name="connectivity_importedclosure_once"),
        )

    def __str__(self) -> str:
        return f"{self.commune}\u00a0: {self.technical_on:%d/%m/%Y}"
