"""Stocktakes: what was scanned in a place, and, once closed, what differs from what was expected there."""

from typing import Self

from django.db import models
from django.db.models import Q

from conventions.enums import DeviceType
from distribution.enums import Finding, StocktakeState
from distribution.permissions import sees_stocktakes
from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.models import Membership, Organisation
from refurb.models import Device, DistributionPoint

S = StocktakeState
ONE_PLACE = Q(workshop__isnull=False, point=None) | Q(workshop=None, point__isnull=False)


class StocktakeQuerySet(models.QuerySet["Stocktake"]):
    """Reads of stocktakes."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot; those of one's workshop or of one's points."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_stocktakes(actor)
        return self.none() if scope is None else self.filter(scope)

    def under_way(self) -> Self:
        """Those that nobody closed yet."""
        return self.filter(state=S.OPEN)


class Stocktake(Stateful):
    """One count of what stands in a workshop or on the shelf of a point; of one place or one type, where it says so."""

    state = StateField("état", choices=StocktakeState, default=S.OPEN, protected=True)
    workshop = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="atelier"
    )
    point = models.ForeignKey(
        DistributionPoint, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="point"
    )
    place = models.CharField("place", max_length=60, blank=True)
    type = models.CharField("type", max_length=12, choices=DeviceType, blank=True)
    opened_at = models.DateTimeField("commencé le", null=True, editable=False)
    opened_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="commencé par"
    )
    ended_at = models.DateTimeField("fini le", null=True, editable=False)
    # By the clock of the database, as ``Device.place_written_at``, whatever instant a story gives: which came last.
    written_at = models.DateTimeField("inscrit le", null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="fini par"
    )

    objects = StocktakeQuerySet.as_manager()

    class Meta:
        verbose_name = "inventaire"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=S.values), name="distribution_stocktake_state_known"),
            models.CheckConstraint(condition=ONE_PLACE, name="distribution_stocktake_one_place"),
            models.CheckConstraint(
                condition=Q(type="") | Q(type__in=DeviceType.values), name="distribution_stocktake_type_known"
            ),
            models.CheckConstraint(
                condition=Q(state=S.OPEN, ended_at=None) | ~Q(state=S.OPEN) & Q(ended_at__isnull=False),
                name="distribution_stocktake_ended",
            ),
            models.UniqueConstraint(
                fields=("workshop", "point", "place", "type"),
                condition=Q(state=S.OPEN),
                nulls_distinct=False,
                name="distribution_stocktake_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"Inventaire {self.reference}"

    @property
    def where(self) -> str:
        """What is counted, in words."""
        parts = [str(self.point or self.workshop), self.place, self.get_type_display() if self.type else ""]
        return ", ".join(part for part in parts if part)


class StocktakeEntry(Entry):
    """The journal of stocktakes."""

    object = models.ForeignKey(Stocktake, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des inventaires"
        verbose_name_plural = "journal des inventaires"


class StocktakeScan(models.Model):
    """One label scanned during a stocktake, and where; a later row may take one back. Append-only."""

    stocktake = models.ForeignKey(Stocktake, models.PROTECT, related_name="scans", verbose_name="inventaire")
    text = models.CharField("lu", max_length=80)
    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="appareil")
    place = models.CharField("vu à", max_length=60, blank=True)
    recorded_place = models.CharField("rangé alors à", max_length=60, null=True, blank=True)  # noqa: DJ001 unknown before
    scanned_at = models.DateTimeField("scanné le")
    written_at = models.DateTimeField("inscrit le", null=True, blank=True)
    scanned_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")
    takes_back = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="taken_back_by", verbose_name="annule"
    )

    class Meta:
        verbose_name = "scan d’un inventaire"
        verbose_name_plural = "scans des inventaires"
        ordering = ("-pk",)
        indexes = (models.Index(fields=("stocktake", "device"), name="distribution_stocktake_scan"),)

    def __str__(self) -> str:
        return self.text


class StocktakeLine(models.Model):
    """What a stocktake found of one device, or of one unknown label, when it was closed. Append-only."""

    stocktake = models.ForeignKey(Stocktake, models.PROTECT, related_name="lines", verbose_name="inventaire")
    finding = models.CharField("constat", max_length=10, choices=Finding)
    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="appareil")
    text = models.CharField("lu", max_length=80, blank=True)
    state = models.CharField("état ce jour-là", max_length=20, blank=True)
    expected_at = models.CharField("rangé à", max_length=60, blank=True)
    seen_at = models.CharField("vu à", max_length=60, blank=True)
    written_at = models.DateTimeField("inscrit le", null=True, blank=True)

    class Meta:
        verbose_name = "constat d’un inventaire"
        verbose_name_plural = "constats des inventaires"
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(finding__in=Finding.values), name="distribution_stocktake_finding"),
            models.CheckConstraint(
                condition=Q(finding=Finding.UNKNOWN, device=None) & ~Q(text="")
                | ~Q(finding=Finding.UNKNOWN) & Q(device__isnull=False),
                name="distribution_stocktake_line_about",
            ),
            models.UniqueConstraint(fields=("stocktake", "device"), name="distribution_stocktake_device_once"),
        )

    def __str__(self) -> str:
        return f"{self.get_finding_display()}\u00a0: {self.device or self.text}"
