"""Around the devices of a workshop: parts in stock, repairs, what a lot costs."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from conventions.models import MONEY
from donations.models.donation import Donation
from lifecycle.actors import SYSTEM, Actor
from network.models import Membership, Organisation
from refurb.enums import (
    CostKind,
    PartKind,
    PartOrigin,
    TakenOutReason,
    WrittenOffReason,
)
from refurb.models.drive import Destruction, Drive, came_out_of
from refurb.models.evidence import Evidence, EvidenceQuerySet
from refurb.permissions import sees_parts


class PartQuerySet(models.QuerySet["Part"]):
    """Reads of parts."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The parts of one's workshop, all for the pilot."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_parts(actor)
        return self.none() if scope is None else self.filter(scope)

    def with_left(self) -> Self:
        """Each part with ``left``: not in a device, nor destroyed on the shelf, nor written off; never below zero."""
        used = Repair.objects.standing().filter(part=OuterRef("pk")).order_by().values("part")
        held = Coalesce(Subquery(used.annotate(total=Sum("quantity")).values("total")), Value(0))
        gone = _destroyed_on_the_shelf().order_by().annotate(one=Value(1)).values("one")
        lost = Coalesce(Subquery(gone.annotate(total=Count("pk", distinct=True)).values("total")), Value(0))
        off = PartWrittenOff.objects.standing().filter(part=OuterRef("pk")).order_by().values("part")
        written_off = Coalesce(Subquery(off.annotate(total=Sum("quantity")).values("total")), Value(0))
        return self.annotate(left=Greatest(F("quantity") - held - lost - written_off, Value(0)))

    def in_stock(self, quantity: int = 1) -> Self:
        """The parts of which at least ``quantity`` is left."""
        return self.with_left().filter(left__gte=quantity)


def _destroyed_on_the_shelf() -> models.QuerySet[Drive]:
    """The drives of the part of an outer query that were destroyed once out, as their inventory is corrected."""
    destroyed = Exists(Destruction.objects.current().filter(drive=OuterRef("pk")))
    return Drive.objects.current().filter(came_out_of(OuterRef("pk")), destroyed, ~said_lost())


def said_lost() -> Exists:
    """Whether a drive is named by what was written off, as its inventory is corrected: it left the stock already."""
    ways = ("pk", "supersedes", "supersedes__supersedes")
    named = Q(drive=OuterRef(ways[0])) | Q(drive=OuterRef(ways[1])) | Q(drive=OuterRef(ways[2]))
    return Exists(PartWrittenOff.objects.standing().filter(named))


class Part(models.Model):
    """Parts in the stock of a workshop: bought, or recovered from one of its devices. Append-only: repairs use them."""

    # What no device holds of it; read with the rows that are shown, never stored.
    left: int

    origin = models.CharField("origine", max_length=10, choices=PartOrigin, default=PartOrigin.DISMANTLED)
    device = models.ForeignKey(
        "refurb.Device", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name="tirée de"
    )
    drive = models.OneToOneField(
        "refurb.Drive", models.PROTECT, null=True, blank=True, related_name="part", verbose_name="disque retiré"
    )
    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="atelier")
    kind = models.CharField("pièce", max_length=12, choices=PartKind)
    label = models.CharField("désignation", max_length=120, blank=True)
    fits = models.CharField("convient à", max_length=200, blank=True)
    quantity = models.PositiveSmallIntegerField("quantité", default=1)
    unit_price = models.DecimalField("prix d’achat, l’unité", null=True, blank=True, **MONEY)
    place = models.CharField("rangée à", max_length=60, blank=True)
    stored_at = models.DateTimeField("entrée le")
    stored_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="entrée par"
    )

    objects = PartQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce"
        ordering = ("-stored_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gte=1), name="refurb_part_quantity"),
            models.CheckConstraint(condition=Q(kind__in=PartKind.values), name="refurb_part_kind"),
            models.CheckConstraint(
                condition=Q(origin=PartOrigin.BOUGHT, device=None, unit_price__gte=0)
                | Q(origin__in=(PartOrigin.DISMANTLED, PartOrigin.TAKEN), device__isnull=False, unit_price=None),
                name="refurb_part_origin",
            ),
            models.CheckConstraint(
                condition=Q(drive=None) | Q(origin=PartOrigin.TAKEN, kind=PartKind.STORAGE, quantity=1),
                name="refurb_part_drive",
            ),
            models.CheckConstraint(
                condition=~Q(kind=PartKind.STORAGE) | Q(origin=PartOrigin.BOUGHT) | Q(drive__isnull=False),
                name="refurb_part_drive_named",
            ),
        )

    def __str__(self) -> str:
        return self.label or self.get_kind_display()

    @property
    def models_it_fits(self) -> list[str]:
        """The words of models, as they were typed between commas."""
        return [words for one in self.fits.split(",") if (words := " ".join(one.split()))]

    def suits(self, manufacturer: str, model: str) -> bool | None:
        """Whether it is said to fit this model; None when nobody said what it fits."""
        if not self.models_it_fits:
            return None
        device = f" {manufacturer} {model} ".casefold()
        return any(all(f" {word} " in device for word in one.casefold().split()) for one in self.models_it_fits)


class PartWrittenOffQuerySet(models.QuerySet["PartWrittenOff"]):
    """Reads of what was written off."""

    def standing(self) -> Self:
        """Those that nobody undid."""
        return self.filter(undone_at=None)

    def not_there(self) -> Self:
        """The standing ones of what nobody has any more: lost, stolen."""
        return self.standing().filter(reason__in=(WrittenOffReason.LOST, WrittenOffReason.STOLEN))


class PartWrittenOff(models.Model):
    """Parts that are lost, broken, or never were there: in the stock no more. Append-only; it may be undone, once.

    ``drive``: which one, of those that came out of a device, when somebody knows: destroyed later, it left once.
    """

    part = models.ForeignKey(Part, models.PROTECT, related_name="written_off", verbose_name="pièce du stock")
    quantity = models.PositiveSmallIntegerField("quantité")
    reason = models.CharField("motif", max_length=10, choices=WrittenOffReason)
    drive = models.ForeignKey(
        Drive, models.PROTECT, null=True, blank=True, related_name="written_off", verbose_name="disque"
    )
    recorded_at = models.DateTimeField("sortie le")
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="sortie par")
    undone_at = models.DateTimeField("annulée le", null=True, blank=True)
    undone_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="annulée par"
    )

    objects = PartWrittenOffQuerySet.as_manager()

    class Meta:
        verbose_name = "sortie du stock de pièces"
        verbose_name_plural = "sorties du stock de pièces"
        ordering = ("-recorded_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gte=1), name="refurb_partwrittenoff_quantity"),
            models.CheckConstraint(condition=Q(drive=None) | Q(quantity=1), name="refurb_partwrittenoff_drive"),
            models.UniqueConstraint(
                fields=("drive",), condition=Q(undone_at=None), name="refurb_partwrittenoff_drive_once"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=WrittenOffReason.values), name="refurb_partwrittenoff_reason"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="refurb_partwrittenoff_undone",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.get_reason_display().lower()}"


class RepairQuerySet(EvidenceQuerySet["Repair"]):
    """Reads of repairs."""

    def standing(self) -> Self:
        """Those that no newer row supersedes, and whose part is still in the device."""
        return self.current().filter(taken_out=None)

    def of_this_stay(self) -> Self:
        """The standing ones of the present stay of the device of an outer query: a part taken out repairs nothing."""
        return super().of_this_stay().filter(taken_out=None)


class Repair(Evidence):
    """What was done to a device on the bench: work, and the part that was put in; a drive is inventoried with it."""

    kind = models.CharField("pièce concernée", max_length=12, choices=PartKind)
    work = models.CharField("travail fait", max_length=250)
    part = models.ForeignKey(
        Part, models.PROTECT, null=True, blank=True, related_name="repairs", verbose_name="pièce du stock"
    )
    quantity = models.PositiveSmallIntegerField("quantité", default=0)
    cost = models.DecimalField("coût de la pièce achetée", null=True, blank=True, **MONEY)
    minutes = models.PositiveSmallIntegerField("temps passé (minutes)", default=0)
    drive = models.OneToOneField(
        "refurb.Drive", models.PROTECT, null=True, blank=True, related_name="fitted_by", verbose_name="disque monté"
    )

    objects = RepairQuerySet.as_manager()

    class Meta(Evidence.Meta):
        verbose_name = "réparation"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(
                condition=Q(part=None, quantity=0) | Q(part__isnull=False, quantity__gte=1), name="refurb_repair_part"
            ),
            models.CheckConstraint(condition=Q(cost=None) | Q(cost__gte=0), name="refurb_repair_cost"),
            models.CheckConstraint(
                condition=Q(drive=None)
                | Q(kind__in=(PartKind.STORAGE, PartKind.MOTHERBOARD), part__isnull=False, quantity=1),
                name="refurb_repair_drive",
            ),
            models.CheckConstraint(
                condition=~Q(kind=PartKind.STORAGE) | Q(part__isnull=False), name="refurb_repair_drive_named"
            ),
        )

    def __str__(self) -> str:
        return self.work

    @property
    def out_on(self) -> datetime | None:
        """When its part was taken out again; None while it is in the device."""
        taken = getattr(self, "taken_out", None)
        return None if taken is None else taken.recorded_at


class PartTakenOut(Evidence):
    """A part that was fitted is taken out again, and is in the stock as before."""

    repair = models.OneToOneField(Repair, models.PROTECT, related_name="taken_out", verbose_name="réparation")
    reason = models.CharField("motif", max_length=10, choices=TakenOutReason)

    class Meta(Evidence.Meta):
        verbose_name = "pièce reprise"
        verbose_name_plural = "pièces reprises"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(condition=Q(reason__in=TakenOutReason.values), name="refurb_parttakenout_reason"),
        )

    def __str__(self) -> str:
        return self.get_reason_display()


class Costing(models.Model):
    """One line of what a lot costs, and who pays it. Append-only; a newer line may supersede an older one."""

    donation = models.ForeignKey(Donation, models.PROTECT, related_name="costings", verbose_name="lot")
    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="atelier")
    kind = models.CharField("nature", max_length=10, choices=CostKind)
    amount = models.DecimalField("montant", **MONEY)
    spent_on = models.DateField("dépensé le")
    funder = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="financeur"
    )
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name="remplace"
    )

    class Meta:
        verbose_name = "coût d’un lot"
        verbose_name_plural = "coûts d’un lot"
        ordering = ("donation", "spent_on", "pk")
        constraints = (models.CheckConstraint(condition=Q(amount__gte=0), name="refurb_costing_amount"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}\u00a0: {self.amount}\u00a0€"
