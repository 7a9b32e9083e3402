"""What spans the apps and is stored: the demonstration’s seed, committees, changes."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from desk.enums import CommitteeKind
from lifecycle.actors import Actor
from network.models import Membership
from network.permissions import sees_everything
from typography.french import day as told_day


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


class CommitteeQuerySet(models.QuerySet["Committee"]):
    """Reads of committees."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The system and the pilot."""
        return self.all() if sees_everything(actor) else self.none()

    def held(self) -> Self:
        """Those that were not called off."""
        return self.filter(cancelled_at=None)

    def to_come(self, day: date) -> Self:
        """Those of today and of later, the next one first."""
        return self.held().filter(meets_on__gte=day).order_by("meets_on", "pk")


class Committee(models.Model):
    """One meeting of a committee, on the day the pilot wrote down."""

    kind = models.CharField("comité", max_length=10, choices=CommitteeKind)
    meets_on = models.DateField("date")
    place = models.CharField("heure et lieu", max_length=120, blank=True)
    planned_at = models.DateTimeField("écrit le")
    planned_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="écrit par")
    cancelled_at = models.DateTimeField("annulé le", null=True)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = "comité"
        ordering = ("-meets_on", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=CommitteeKind.values), name="desk_committee_kind"),
            models.UniqueConstraint(
                fields=("kind", "meets_on"), condition=Q(cancelled_at=None), name="desk_committee_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {told_day(self.meets_on)}"

    def may_change(self, day: date) -> bool:
        """Whether it is still to come on ``day``, and was not called off."""
        return self.cancelled_at is None and self.meets_on >= day


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
