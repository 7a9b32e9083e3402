"""What spans the apps and is stored: how far the demonstration has been seeded."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from lifecycle.actors import Actor
from network.permissions import sees_everything


class SeedingQuerySet(models.QuerySet["Seeding"]):
    """Reads of seedings."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The system and the pilot."""
        return self.all() if sees_everything(actor) else self.none()


class Seeding(models.Model):
    """The seed of the demonstration: for which day, from which number, and whether it came to its end.

    Its row is written before anything else: what an unfinished one left behind is dropped and made again.
    """

    as_of = models.DateField("jusqu’au", help_text="Rien n’arrive ce jour-là ni après.")
    seed = models.BigIntegerField("graine")
    devices = models.PositiveIntegerField("appareils demandés")
    started_at = models.DateTimeField("commencée le")
    finished_at = models.DateTimeField("finie le", null=True)

    objects = SeedingQuerySet.as_manager()

    class Meta:
        verbose_name = "démonstration"
        constraints = (
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at")), name="desk_seeding_dates"
            ),
        )

    def __str__(self) -> str:
        return f"Démonstration au {self.as_of:%d/%m/%Y}, graine {self.seed}"
