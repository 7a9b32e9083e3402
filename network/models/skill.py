"""What a workshop and its people are known to know how to do, until when, and the training sessions it came from."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from lifecycle.actors import Actor
from network.enums import SkillKind
from network.models.membership import Membership
from network.models.organisation import Organisation
from network.permissions import sees_everything
from typography.french import day as told_day

NOBODY = 0
"""The key of no person: what the workshop itself knows how to do."""


class TrainingSession(models.Model):
    """A session that people of a workshop followed. Append-only; who attended is in the skills that came of it."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="training_sessions", verbose_name="atelier"
    )
    kind = models.CharField("sujet", max_length=20, choices=SkillKind)
    held_on = models.DateField("tenue le")
    place = models.CharField("lieu", max_length=120)
    organiser = models.CharField("organisée par", max_length=160)
    recorded_at = models.DateTimeField("notée le")
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="notée par")

    class Meta:
        verbose_name = "session de formation"
        verbose_name_plural = "sessions de formation"
        ordering = ("-held_on", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=SkillKind.values), name="network_trainingsession_kind"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, le {told_day(self.held_on)}, {self.place} ({self.organiser})"


class SkillQuerySet(models.QuerySet["Skill"]):
    """Reads of skills."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the workshops one sees; those of people, to their own organisation and to the pilot."""
        if sees_everything(actor):
            return self.all()
        if actor is None or actor.organisation_id is None:
            return self.none()
        known = Organisation.objects.visible_to(actor).values("pk")
        return self.filter(Q(organisation_id=actor.organisation_id) | Q(membership=None, organisation__in=known))

    def latest(self) -> Self:
        """What counts: of each holder and kind, the row that was noted last; a closed role holds nothing."""
        newer = Skill.objects.alias(
            holds=Coalesce("membership", Value(NOBODY)),
            held=Coalesce(OuterRef("membership"), Value(NOBODY)),
        ).filter(holds=F("held"), organisation=OuterRef("organisation"), kind=OuterRef("kind"), pk__gt=OuterRef("pk"))
        return self.filter(~Exists(newer)).filter(Q(membership=None) | Q(membership__closed_at=None))

    def in_force(self, day: date) -> Self:
        """Those whose last day is not past; it is included."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=day))

    def over(self, day: date) -> Self:
        """Those whose last day is past."""
        return self.filter(valid_until__lt=day)

    def with_holders(self) -> Self:
        """With who holds them and where they come from."""
        return self.select_related("organisation", "membership__user", "training")

    def of_workshops(self) -> Self:
        """Those of the workshops themselves."""
        return self.filter(membership=None)

    def of_people(self) -> Self:
        """Those of people."""
        return self.exclude(membership=None)


class Skill(models.Model):
    """What a workshop, or one of its people, knows how to do. Append-only: the last row of a holder and kind counts."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="skills", verbose_name="atelier")
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="skills", verbose_name="personne"
    )
    kind = models.CharField("compétence", max_length=20, choices=SkillKind)
    acquired_on = models.DateField("acquise le")
    valid_until = models.DateField(
        "valable jusqu’au", null=True, blank=True, help_text="Dernier jour inclus\u00a0; vide si elle n’a pas de fin."
    )
    source = models.CharField("d’après", max_length=200, blank=True)
    training = models.ForeignKey(
        TrainingSession, models.PROTECT, null=True, blank=True, related_name="skills", verbose_name="session"
    )
    recorded_at = models.DateTimeField("notée le")
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="notée par")

    objects = SkillQuerySet.as_manager()

    class Meta:
        verbose_name = "compétence notée"
        verbose_name_plural = "compétences notées"
        ordering = ("organisation", "membership", "kind", "-pk")
        indexes = (models.Index(fields=("organisation", "kind"), name="network_skill_holder"),)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=SkillKind.values), name="network_skill_kind"),
            models.CheckConstraint(
                condition=Q(training__isnull=False) | ~Q(source=""), name="network_skill_from_somewhere"
            ),
            models.CheckConstraint(condition=Q(training=None) | Q(source=""), name="network_skill_from_one_source"),
        )

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def holder(self) -> str:
        """The person, or the workshop."""
        return str(self.membership.user) if self.membership else str(self.organisation)

    @property
    def origin(self) -> str:
        """Where it is known from."""
        return str(self.training) if self.training else self.source

    def is_over(self, day: date) -> bool:
        """Whether its last day is before this one."""
        return self.valid_until is not None and self.valid_until < day
