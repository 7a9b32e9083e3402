"""Around the devices of a workshop: parts in stock, repairs, what a lot costs, incidents."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from conventions.models import MONEY
from donations.models.donation import Donation
from lifecycle.actors import SYSTEM, Actor
from network.models import Membership, Organisation
from refurb.enums import (
    CostKind,
    DeviceState,
    FollowUpKind,
    IncidentKind,
    MissingReason,
    PartKind,
    PartOrigin,
    TakenOutReason,
    WrittenOffReason,
)
from refurb.models.device import DeviceEntry
from refurb.models.drive import Destruction, Drive, came_out_of
from refurb.models.evidence import Evidence, EvidenceQuerySet
from refurb.permissions import sees_incidents, sees_parts
from typography.french import day

TO_THE_CNIL = timedelta(hours=72)
"""The time to notify a personal-data breach, from when it is known (RGPD, art. 33)."""


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
                condition=Q(drive=None) | Q(kind=PartKind.STORAGE, part__isnull=False, quantity=1),
                name="refurb_repair_drive",
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


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Reads of incidents."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot, those of one's workshop or of one's own donations."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_incidents(actor)
        return self.none() if scope is None else self.filter(scope)

    def with_theft(self) -> Self:
        """Each with ``stolen_at`` and ``not_stolen_at``; found since or not.

        When it was said to be stolen, if that was not denied; when that was last denied.
        """
        later = DeviceEntry.objects.filter(object=OuterRef("device"), seq__gt=OuterRef("entry__seq"))
        again = DeviceEntry.objects.filter(verb="report_missing", object=OuterRef("object"), seq__lt=OuterRef("seq"))
        since = later.filter(~Exists(again.filter(seq__gt=OuterRef(OuterRef("entry__seq")))))
        denied = DeviceEntry.objects.filter(verb="tell_not_stolen", object=OuterRef("object"), seq__gt=OuterRef("seq"))
        of_it = denied.filter(~Exists(again.filter(seq__gt=OuterRef(OuterRef("seq")))))
        theft = since.filter(~Exists(of_it), verb="tell_stolen").order_by("seq")
        denial = since.filter(verb="tell_not_stolen").order_by("-seq")
        return self.annotate(
            stolen_at=Subquery(theft.values("at")[:1]), not_stolen_at=Subquery(denial.values("at")[:1])
        )

    def unanswered(self) -> Self:
        """Those of which nobody has written down what was done, or not since it was said to be stolen.

        ``awaited_since``: from when the 72 hours of the answer that is missing run.
        """
        answered = IncidentFollowUp.objects.filter(incident=OuterRef("pk"))
        since = answered.filter(recorded_at__gte=OuterRef("stolen_at"))
        waiting = self.with_theft().filter(~Exists(answered) | Q(stolen_at__isnull=False) & ~Exists(since))
        return waiting.annotate(awaited_since=Case(When(Exists(answered), then=F("stolen_at")), default=F("known_at")))


class Incident(models.Model):
    """A device lost after its custody had passed, with data on it that nothing proves erased. Append-only.

    A personal-data breach is notified to the CNIL within 72 hours of its being known (RGPD, art. 33).
    """

    device = models.ForeignKey("refurb.Device", models.PROTECT, related_name="incidents", verbose_name="appareil")
    stay = models.PositiveSmallIntegerField("passage")
    kind = models.CharField("nature", max_length=12, choices=IncidentKind)
    known_at = models.DateTimeField("connu le")
    lost_from = models.CharField("perdu depuis l’état", max_length=20, choices=DeviceState)
    reason = models.CharField("motif", max_length=20, choices=MissingReason)
    donation = models.ForeignKey(
        Donation, models.PROTECT, null=True, blank=True, related_name="incidents", verbose_name="lot"
    )
    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="atelier")
    entry = models.OneToOneField(
        "refurb.DeviceEntry", models.PROTECT, related_name="incident", verbose_name="ligne du journal"
    )

    # Of its journal; read with the rows that are shown, never stored.
    stolen_at: datetime | None
    not_stolen_at: datetime | None
    awaited_since: datetime

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = "incident"
        ordering = ("-known_at", "-pk")
        indexes = (models.Index(fields=("known_at",), name="refurb_incident_known"),)

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def notify_before(self) -> datetime:
        """When the CNIL is to be told, at the latest."""
        return self.known_at + TO_THE_CNIL

    @property
    def judged_again_before(self) -> datetime | None:
        """Until when it is judged anew: it was answered before it was known to be stolen; read ``with_theft``."""
        stolen, answers = self.stolen_at, self.follow_ups.all()
        again = stolen is not None and answers and all(one.recorded_at < stolen for one in answers)
        return stolen + TO_THE_CNIL if again and stolen is not None else None


class FollowUpQuerySet(models.QuerySet["IncidentFollowUp"]):
    """Reads of what was done of incidents."""

    def visible_to(self, actor: Actor | None) -> Self:
        """What was done of the incidents one may see."""
        return self.filter(incident__in=Incident.objects.visible_to(actor).values("pk"))


class IncidentFollowUp(models.Model):
    """What was done of an incident, for the register of breaches (RGPD, art. 33, 5). Append-only."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="follow_ups", verbose_name="incident")
    kind = models.CharField("suite donnée", max_length=8, choices=FollowUpKind)
    done_on = models.DateField("le")
    number = models.CharField("numéro donné par la CNIL", max_length=40, blank=True)
    words = models.TextField("ce qui a été fait", blank=True, max_length=2000)
    recorded_at = models.DateTimeField("notée le")
    recorded_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="notée par")

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = "suite d’un incident"
        verbose_name_plural = "suites d’incidents"
        ordering = ("recorded_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=FollowUpKind.values), name="refurb_followup_kind"),
            models.CheckConstraint(
                condition=~Q(kind=FollowUpKind.NO_RISK) | ~Q(words=""), name="refurb_followup_no_risk_said"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, le {day(self.done_on)}"
