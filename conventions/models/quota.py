"""Quotas: how many devices of a type may be allotted in a convention year, and how many are."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from conventions.enums import QUOTA_TYPES, TAKES_A_PLACE
from conventions.models.convention import Convention
from conventions.permissions import sees_quotas
from lifecycle.actors import SYSTEM, Actor
from network.models import Membership


class QuotaQuerySet(models.QuerySet["Quota"]):
    """Reads of quotas."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot and the system; those of one's conventions; the reserve for the workshops too."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_quotas(actor)
        return self.none() if scope is None else self.filter(scope)

    def reserve(self) -> Self:
        """The départemental reserve of the pilot."""
        return self.filter(convention=None)

    def on(self, day: date) -> Self:
        """Those whose year ``day`` belongs to."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def with_room(self) -> Self:
        """Those where one more device finds a place, with ``left``."""
        return self.annotate(left=F("total") - F("used")).filter(left__gt=0)


class Quota(models.Model):
    """One counter: a type, a convention year (1 to 3), how many places and how many are taken.

    Without a convention it is the pilot's reserve, and ``year`` a calendar year. ``used`` is written by the gate alone
    (capacities of ``device.allot`` and others); an amendment may bring ``total`` under it: nothing more is allotted.
    Both days are included.
    """

    convention = models.ForeignKey(
        Convention, models.PROTECT, null=True, blank=True, related_name="quotas", verbose_name="convention"
    )
    type = models.CharField("type", max_length=12, choices=QUOTA_TYPES)
    year = models.PositiveSmallIntegerField("année")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    total = models.PositiveIntegerField("quantité")
    used = models.PositiveIntegerField("affectés", default=0)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = "quota"
        ordering = ("convention_id", "year", "type")
        constraints = (
            models.UniqueConstraint(
                fields=("convention", "type", "year"), name="conventions_quota_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(used__gte=0), name="conventions_quota_used"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="conventions_quota_dates"),
            models.CheckConstraint(condition=Q(type__in=TAKES_A_PLACE), name="conventions_quota_type"),
            models.CheckConstraint(
                condition=Q(convention=None, year__gte=2000) | Q(convention__isnull=False, year__gte=1, year__lte=3),
                name="conventions_quota_year",
            ),
        )

    def __str__(self) -> str:
        whose = self.convention.reference if self.convention is not None else "réserve départementale"
        return f"{self.get_type_display()}, {whose}, année {self.year}"

    @property
    def room(self) -> int:
        """How many more devices find a place; never negative."""
        return max(0, self.total - self.used)


class QuotaChange(models.Model):
    """What a quota was and became, when, and why: an amendment, or the pilot for the reserve. Append-only."""

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="changes", verbose_name="quota")
    before = models.PositiveIntegerField("avant", null=True)
    after = models.PositiveIntegerField("après")
    act = models.ForeignKey(
        Convention, models.PROTECT, null=True, related_name="quota_changes", verbose_name="écrit par"
    )
    changed_at = models.DateTimeField("le")
    changed_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "changement d’un quota"
        verbose_name_plural = "changements des quotas"
        ordering = ("quota_id", "pk")

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
