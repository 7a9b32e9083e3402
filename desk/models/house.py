"""What the house keeps of itself: the demonstration’s seed, changes of reference data, visits."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from lifecycle.actors import Actor
from network.models import Membership
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


class ReferenceAction(models.TextChoices):
    """What was done to a row of reference data."""

    ADDED = "added", "Ajout"
    REPLACED = "replaced", "Nouvelle version"
    ENDED = "ended", "Fin"
    CORRECTED = "corrected", "Correction"
    CHECKED = "checked", "Vérification"
    WITHDRAWN = "withdrawn", "Retrait"


class ReferenceChangeQuerySet(models.QuerySet["ReferenceChange"]):
    """Reads of changes."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The system and the pilot."""
        return self.all() if sees_everything(actor) else self.none()

    def of(self, row: models.Model) -> Self:
        """What was done to one row, the newest first."""
        return self.filter(model=row._meta.label_lower, key=row.pk)


class ReferenceChange(models.Model):
    """One change of a row of reference data: who, when, what it said before and says since. Append-only.

    ``code``: that of a parameter, whose family is no kind of its own.
    """

    model = models.CharField("sorte", max_length=80)
    key = models.BigIntegerField("n°")
    code = models.CharField("paramètre", max_length=60, blank=True)
    action = models.CharField("acte", max_length=10, choices=ReferenceAction)
    said = models.TextField("ce qui change", blank=True)
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le")

    objects = ReferenceChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "modification des référentiels"
        verbose_name_plural = "modifications des référentiels"
        ordering = ("-pk",)
        indexes = (models.Index(fields=("model", "key"), name="desk_referencechange_of"),)
        constraints = (
            models.CheckConstraint(condition=Q(action__in=ReferenceAction.values), name="desk_referencechange_action"),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.model} {self.key}"


class VisitQuerySet(models.QuerySet["Visit"]):
    """Reads of visits."""

    def visible_to(self, actor: Actor | None) -> Self:
        """One's own, and nobody else's: when people come is no business of their managers."""
        return self.none() if actor is None or actor.pk is None else self.filter(membership=actor.pk)


class Visit(models.Model):
    """When a membership last opened its first page, and until when it did the time before."""

    membership = models.OneToOneField(Membership, models.PROTECT, related_name="+", verbose_name="rattachement")
    seen_at = models.DateTimeField("vu le")
    previous_at = models.DateTimeField("visite d’avant, jusqu’au", null=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "visite"
        constraints = (
            models.CheckConstraint(
                condition=Q(previous_at=None) | Q(previous_at__lte=F("seen_at")), name="desk_visit_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.seen_at:%d/%m/%Y %H:%M}"
