"""From a device to a household: derogations, hand-over notes, and how a household was served otherwise."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Count, F, Q

from conventions.models import MONEY
from distribution.enums import ClosedBecause, DerogationKind, HandOverKind, HandOverProof, RefundMeans, SettlementKind
from distribution.permissions import sees_derogations, sees_hand_overs, sees_settlements
from documents.models import Document, StoredFile
from lifecycle.actors import SYSTEM, Actor
from network.models import Membership, Organisation
from prescriptions.models import Need
from refurb.models.evidence import Evidence, EvidenceQuerySet
from refurb.models.points import DistributionPoint


class DerogationQuerySet(models.QuerySet["Derogation"]):
    """Reads of derogations."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot, those of the prescriptions one's distributor deals with."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_derogations(actor)
        return self.none() if scope is None else self.filter(scope)

    def served_since(self, instant: datetime) -> list[tuple[str, int]]:
        """``[(kind, how many hand-overs)]`` that took place under them from then on; every kind, in its order."""
        done = HandOver.objects.done().filter(derogation__in=self.order_by(), handed_over_at__gte=instant)
        found = dict(done.order_by().values_list("derogation__kind").annotate(Count("pk")))
        return [(kind.label, found.get(kind.value, 0)) for kind in DerogationKind]


class Derogation(models.Model):
    """The pilot lets a device of another territory serve a need, in writing. Counted apart. Append-only."""

    need = models.OneToOneField(Need, models.PROTECT, related_name="derogation", verbose_name="besoin")
    kind = models.CharField("motif", max_length=10, choices=DerogationKind)
    reason = models.TextField("raison", blank=True)
    granted_at = models.DateTimeField("accordée le")
    granted_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="accordée par")

    objects = DerogationQuerySet.as_manager()

    class Meta:
        verbose_name = "dérogation"
        ordering = ("-granted_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=DerogationKind.values), name="distribution_derogation_kind"),
        )

    def __str__(self) -> str:
        return self.get_kind_display()


class DerogationRequestQuerySet(models.QuerySet["DerogationRequest"]):
    """Reads of requests."""

    def visible_to(self, actor: Actor | None) -> Self:
        """As derogations: all for the pilot, those of the prescriptions one's distributor deals with."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_derogations(actor)
        return self.none() if scope is None else self.filter(scope)

    def pending(self) -> Self:
        """Those the pilot has not answered."""
        return self.filter(answered_at=None)


class DerogationRequest(models.Model):
    """An adviser asks the pilot, in writing, for a derogation; the pilot grants it or says why not. Append-only."""

    need = models.ForeignKey(Need, models.PROTECT, related_name="derogation_requests", verbose_name="besoin")
    kind = models.CharField("motif", max_length=10, choices=DerogationKind)
    reason = models.TextField("raison", blank=True)
    asked_at = models.DateTimeField("demandée le")
    asked_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="demandée par")
    granted = models.BooleanField("accordée", null=True)
    answer = models.TextField("réponse", null=True)  # noqa: DJ001 - written once, by trigger
    answered_at = models.DateTimeField("répondu le", null=True)
    answered_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", verbose_name="réponse donnée par"
    )

    objects = DerogationRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de dérogation"
        verbose_name_plural = "demandes de dérogation"
        ordering = ("asked_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=DerogationKind.values), name="distribution_derogationrequest_kind"
            ),
            models.CheckConstraint(
                condition=Q(granted=None, answered_at=None, answered_by=None)
                | Q(granted__isnull=False, answered_at__isnull=False, answered_by__isnull=False),
                name="distribution_derogationrequest_answered",
            ),
            models.UniqueConstraint(
                fields=("need",), condition=Q(answered_at=None), name="distribution_derogationrequest_one_pending"
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Reads of hand-over notes."""

    def visible_to(self, actor: Actor | None) -> Self:
        """A note names a household: the advisers who serve it, the social worker who prescribed."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_hand_overs(actor)
        return self.none() if scope is None else self.filter(scope)

    def current(self) -> Self:
        """The notes that still count: prepared, or signed and not undone. One per device."""
        return self.filter(closed_at=None)

    def prepared_exchanges(self) -> Self:
        """The exchanges whose note waits for its signature: nothing is held, both devices stay where they are."""
        return self.current().filter(kind=HandOverKind.EXCHANGE, handed_over_at=None)

    def done(self) -> Self:
        """Those of hand-overs that took place, whatever became of the device since."""
        return self.filter(handed_over_at__isnull=False).exclude(closed_because=ClosedBecause.UNDONE)


class HandOver(models.Model):
    """One hand-over of one device for one need: what is paid and by whom, the note, its signature. Append-only.

    Prepared at ``reserve``, signed at ``hand_over``. A new price, or a hand-over that is undone, makes a new one.
    """

    device = models.ForeignKey("refurb.Device", models.PROTECT, related_name="hand_overs", verbose_name="appareil")
    stay = models.PositiveSmallIntegerField("passage")
    need = models.ForeignKey(Need, models.PROTECT, related_name="hand_overs", verbose_name="besoin")
    kind = models.CharField("nature", max_length=10, choices=HandOverKind)
    replaces = models.ForeignKey(
        "refurb.Device", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="remplace"
    )
    point = models.ForeignKey(DistributionPoint, models.PROTECT, related_name="+", verbose_name="point")
    derogation = models.ForeignKey(
        Derogation, models.PROTECT, null=True, blank=True, related_name="hand_overs", verbose_name="dérogation"
    )
    price = models.DecimalField("prix de vente", **MONEY)
    ceiling = models.DecimalField("plafond légal", null=True, blank=True, **MONEY)
    co_funding = models.DecimalField("part prise en charge", default=0, **MONEY)
    funder = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="prise en charge par"
    )
    to_pay = models.DecimalField("reste à payer", **MONEY)
    prepared_at = models.DateTimeField("préparée le")
    prepared_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", verbose_name="préparée par"
    )
    document = models.OneToOneField(Document, models.PROTECT, related_name="hand_over", verbose_name="fiche")

    proof = models.CharField("signature", max_length=10, choices=HandOverProof, blank=True)
    signature = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="signature ou fiche"
    )
    signed_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="recueillie par"
    )
    handed_over_at = models.DateTimeField("remis le", null=True, blank=True)
    by_mandate = models.BooleanField("à une autre personne, sur procuration", default=False)
    collected_by = models.CharField("à qui, à la place du foyer", max_length=120, blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    closed_because = models.CharField("close car", max_length=10, choices=ClosedBecause, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = "remise"
        ordering = ("-pk",)
        indexes = (models.Index(fields=("need",), name="distribution_handover_of_need"),)
        constraints = (
            models.UniqueConstraint(
                fields=("device",), condition=Q(closed_at=None), name="distribution_handover_one_current"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, co_funding__gte=0, to_pay__gte=0, price=F("co_funding") + F("to_pay")),
                name="distribution_handover_paid",
            ),
            models.CheckConstraint(
                condition=Q(co_funding=0, funder=None) | Q(co_funding__gt=0, funder__isnull=False),
                name="distribution_handover_funder",
            ),
            models.CheckConstraint(
                condition=Q(kind=HandOverKind.SALE, replaces=None)
                | Q(kind=HandOverKind.EXCHANGE, replaces__isnull=False, price=0),
                name="distribution_handover_kind",
            ),
            models.CheckConstraint(
                condition=Q(ceiling=None) | Q(price__lte=F("ceiling")), name="distribution_handover_ceiling"
            ),
            models.CheckConstraint(
                condition=Q(proof="", signature=None, handed_over_at=None)
                | Q(proof=HandOverProof.ATTESTED, signature=None, handed_over_at__isnull=False)
                | Q(
                    proof__in=(HandOverProof.DRAWN, HandOverProof.SCANNED),
                    signature__isnull=False,
                    handed_over_at__isnull=False,
                ),
                name="distribution_handover_signed",
            ),
            models.CheckConstraint(
                condition=Q(by_mandate=False, collected_by="") | Q(by_mandate=True, handed_over_at__isnull=False),
                name="distribution_handover_mandate",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_because="")
                | Q(closed_at__isnull=False, closed_because__in=ClosedBecause.values),
                name="distribution_handover_closed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.device}"


class SettlementQuerySet(EvidenceQuerySet["Settlement"]):
    """Reads of settlements."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot, those of one's points, and for a workshop those of its devices."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_settlements(actor)
        return self.none() if scope is None else self.filter(scope)


class Settlement(Evidence):
    """How the household of a returned device was served otherwise: the device may be worked on again."""

    kind = models.CharField("issue", max_length=10, choices=SettlementKind)
    amount = models.DecimalField("montant remboursé", null=True, blank=True, **MONEY)
    means = models.CharField("remboursé", max_length=10, choices=RefundMeans, blank=True)
    replaced_by = models.ForeignKey(
        "refurb.Device", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="remplacé par"
    )

    objects = SettlementQuerySet.as_manager()

    class Meta(Evidence.Meta):
        verbose_name = "issue d’un retour"
        verbose_name_plural = "issues de retours"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind=SettlementKind.EXCHANGE, replaced_by__isnull=False, amount=None)
                | Q(kind=SettlementKind.REFUND, replaced_by=None, amount__gte=0)
                | Q(kind=SettlementKind.GIVEN_UP, replaced_by=None, amount=None),
                name="distribution_settlement_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind=SettlementKind.REFUND, amount__gt=0, means__in=RefundMeans.values)
                | (~Q(kind=SettlementKind.REFUND) | Q(amount=0)) & Q(means=""),
                name="distribution_settlement_means",
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()
